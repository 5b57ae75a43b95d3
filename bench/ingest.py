"""How fast ingest is: messages and readings per second, CPU, time to the row, memory, and where the time goes."""

from __future__ import annotations

import shutil
import statistics
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bench import usage
from bench.bare import bare_client
from bench.latency import row_latency
from bench.load import Load
from bench.messages import SENSORS, Row, arrays, single_readings
from bench.platform import PORT, platform, process, received, wait_for, watch
from emscher.settings import Settings

ARRAY = 50
CHUNK = 100_000
SAMPLE_S = 0.1
PREFIXES = ("emscher", "emscher-too")
PARTS = {
    "acknowledge": ("acknowledge (ingest/",),
    "decode": ("Decoder.decode (ingest/",),
    "lay out as rows": ("Writer.lay (ingest/",),
    "write": ("Writer.write (ingest/", "Worker._write (ingest/"),
    "receive": ("ReadAhead.recv (ingest/", "(paho/", "(aiomqtt/"),
}
"""Names in a stack that tell what a sample of the profile belongs to; the first that fits."""


@dataclass(frozen=True, slots=True)
class Drained:
    """What draining a backlog took: readings per second, and CPU per reading of each process [us]."""

    rate: float
    cpu_us: dict[str, float]


def ingest(messages: int, runs: int) -> Iterator[Row]:
    """Measure ingest alone, one thing after the other.

    Parameters
    ----------
    messages : int
        Messages of a backlog.
    runs : int
        Of which the median is given.
    """
    yield from backlog(messages, runs)
    many = [drain(arrays(messages // ARRAY * 5, ARRAY), ARRAY) for _ in range(runs)]
    yield (
        f"ingest, arrays of {ARRAY}",
        f"{statistics.median(one.rate for one in many):,.0f} readings/s",
        f"backlog of {messages // ARRAY * 5:,} messages; CPU per reading: {_cpu(many)}",
    )
    yield two_workers(messages, runs)
    for rate_per_s in (1_000, 5_000):
        yield row_latency(rate_per_s, 200)
    yield from where(messages)
    yield concurrent("mosquitto", messages)
    yield concurrent("amqtt", messages // 10)


def backlog(messages: int, runs: int) -> list[Row]:
    """Let ingest drain what Mosquitto kept while it was away; beside it the bare client that throws all away."""
    ours, theirs = [], []
    for _ in range(runs):
        ours.append(drain(single_readings(messages)))
        with platform():
            theirs.append(bare_client(messages))
    ratios = [one.rate / bare for one, bare in zip(ours, theirs, strict=True)]
    return [
        ("bare paho client", f"{statistics.median(theirs):,.0f} messages/s", "the same backlog, all thrown away"),
        (
            "ingest",
            f"{statistics.median(one.rate for one in ours):,.0f} messages/s",
            f"stored and acknowledged after commit; CPU per message: {_cpu(ours)}",
        ),
        ("ingest over bare client", f"{statistics.median(ratios):.2f}", f"ratio of each run, median of {runs}"),
    ]


def drain(messages: Sequence[tuple[bytes, bytes]], readings: int = 1) -> Drained:
    """Keep messages in the broker while ingest is away, and watch it take them."""
    total = len(messages) * readings
    with platform() as settings:
        with process(settings, "ingest"):
            until_listening(settings)
        known = received(settings)
        with Load(PORT) as load:
            load.publish(messages)
        with process(settings, "ingest"):
            # The first commit has been: starting is not counted.
            start_s, start = watch(settings, known + 1)[-1]
            before = _used_s()
            end_s, _ = watch(settings, known + total)[-1]
            after = _used_s()
    done = known + total - start
    return Drained(done / (end_s - start_s), {name: (after[name] - before[name]) / done * 1e6 for name in after})


def two_workers(messages: int, runs: int) -> Row:
    """Let two processes drain a backlog each, on topics of their own."""
    rates = []
    for _ in range(runs):
        with platform() as settings, ExitStack() as stack:
            both = [
                settings.model_copy(update={"mqtt_client_id": f"bench-{prefix}", "mqtt_topic_prefix": prefix})
                for prefix in PREFIXES
            ]
            for one in both:
                with process(one, "ingest"):
                    until_listening(one)
            known = received(settings)
            with Load(PORT) as load:
                for number, one in enumerate(both):
                    load.publish(single_readings(messages // 2, number * messages, one.mqtt_topic_prefix))
            for one in both:
                stack.enter_context(process(one, "ingest"))
            start_s, start = watch(settings, known + 1)[-1]
            end_s, end = watch(settings, known + messages // 2 * 2)[-1]
            rates.append((end - start) / (end_s - start_s))
    figure = f"{statistics.median(rates):,.0f} messages/s"
    return ("ingest, two workers", figure, "half of the backlog each; broker and database on the same cores")


def memory(messages: int) -> Row:
    """Send messages for long and watch the memory of ingest; no more than two chunks are ever in the broker."""
    found_mb: list[float] = []
    with platform() as settings, process(settings, "ingest") as running:
        until_listening(settings)
        known, start_s = received(settings), time.perf_counter()
        with Load(PORT) as load:
            for sent in range(0, messages, CHUNK):
                load.publish(single_readings(CHUNK, sent))
                while received(settings) < known + sent:
                    found_mb.append(usage.rss_mb(running.pid))
                    time.sleep(SAMPLE_S)
                found_mb.append(usage.rss_mb(running.pid))
        rate = messages / (wait_for(settings, known + messages) - start_s)
    # After a tenth the pools have filled; before it, imports and first batches are what grows.
    settled = found_mb[len(found_mb) // 10 :]
    figure = f"{settled[0]:.0f} MB, most {max(found_mb):.0f} MB, at the end {found_mb[-1]:.0f} MB"
    return (f"memory over {messages:,} messages", figure, f"after a tenth of them; {rate:,.0f} messages/s meanwhile")


def where(messages: int) -> list[Row]:
    """Sample what ingest does while it drains a backlog, and tell the parts of its CPU time."""
    spy = shutil.which("py-spy")
    if spy is None:
        return [("where the time goes", "not measured", "py-spy is not installed")]
    with tempfile.TemporaryDirectory(prefix="emscher-bench-") as folder, platform() as settings:
        with process(settings, "ingest"):
            until_listening(settings)
        known = received(settings)
        with Load(PORT) as load:
            load.publish(single_readings(messages))
        stacks = Path(folder) / "stacks"
        with process(settings, "ingest") as running:
            watch(settings, known + 1)
            command = [spy, "record", "--pid", str(running.pid), "--format", "raw", "--rate", "500", "-o", str(stacks)]
            with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
                watch(settings, known + messages)
                running.terminate()
        counted = parts(stacks.read_text(encoding="utf-8").splitlines())
    total = sum(counted.values())
    return [
        (f"where ingest's time goes: {name}", f"{count / total:.0%}", f"of {total:,} samples by py-spy")
        for name, count in counted.most_common()
    ]


def parts(stacks: Sequence[str]) -> Counter[str]:
    """Count samples by part; a line is a stack and how often it was seen."""
    counted: Counter[str] = Counter()
    for line in stacks:
        stack, _, count = line.rpartition(" ")
        named = (part for part, marks in PARTS.items() if any(mark in stack for mark in marks))
        counted[next(named, "the rest: event loop, batches")] += int(count)
    return counted


def concurrent(kind: str, count: int) -> Row:
    """Publish as fast as the broker acknowledges while ingest stores."""
    with platform(kind) as settings, process(settings, "ingest"):
        until_listening(settings)
        before, start_s = received(settings), time.perf_counter()
        with Load(PORT) as load:
            load.publish(single_readings(count))
            rate = count / (wait_for(settings, before + count) - start_s)
    return (f"{kind}, publisher and ingest together", f"{rate:,.0f} messages/s", f"{count:,} messages of one reading")


def until_listening(settings: Settings) -> None:
    """Send the sensors' first readings again and again until one arrives, so that all are known and ingest listens."""
    before = received(settings)
    with Load(PORT) as load:
        while received(settings) == before:
            load.publish(single_readings(SENSORS, 10_000 * SENSORS, settings.mqtt_topic_prefix))
            time.sleep(0.3)
        time.sleep(1.0)


def _used_s() -> dict[str, float]:
    names = {"ingest": "python", "broker": "mosquitto", "database": "postgres"}
    return {part: usage.cpu_s(name) for part, name in names.items()}


def _cpu(runs: Sequence[Drained]) -> str:
    """Write the medians of CPU per reading."""
    shares = {part: statistics.median(one.cpu_us[part] for one in runs) for part in runs[0].cpu_us}
    return ", ".join(f"{part} {share_us:.1f} us" for part, share_us in shares.items())
