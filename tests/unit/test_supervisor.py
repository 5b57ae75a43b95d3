"""The supervisor: restarts, order of the end, and nothing left behind."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from emscher.embedded import warden
from emscher.embedded.guard import Guard
from emscher.embedded.log import ProgramLog
from emscher.embedded.program import Program
from emscher.supervisor import ProgramError, Supervisor

WITHIN_S = 10.0
HAS_PROC = pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs /proc to find the processes")
SLEEPS = "import time; time.sleep(60)"
# Says that it ignores SIGTERM only once it does.
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
)
PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'], start_new_session=True)
print(child.pid, flush=True)
time.sleep(60)
"""
SUPERVISED = """
import asyncio, sys
from pathlib import Path
from emscher.embedded.program import Program
from emscher.supervisor import Supervisor

async def main():
    async with Supervisor(Path(sys.argv[1]), print) as supervisor:
        for name, code in (("meek", sys.argv[2]), ("stubborn", sys.argv[3]), ("parent", sys.argv[4])):
            log = supervisor.log(name)
            ready = lambda log=log, name=name: name == "meek" or log.read_text() != ""
            await supervisor.start(Program(name, (sys.executable, "-c", code), ready=ready))
        print(*supervisor.pids().values(), supervisor.log("parent").read_text().strip(), flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


def python(name: str, code: str, **more: object) -> Program:
    """Give a stand-in program."""
    return Program(name, (sys.executable, "-c", code), env=dict(os.environ), **more)  # type: ignore[arg-type] # by keyword


def spoke(log: Path) -> Callable[[], bool]:
    """Give a check whether a program has written anything to its log."""
    return lambda: log.read_text() != ""


async def until(reached: Callable[[], bool]) -> None:
    """Wait until something has happened."""
    async with asyncio.timeout(WITHIN_S):
        while not reached():
            await asyncio.sleep(0.01)


class Pauses:
    """Notes the pauses of a supervisor, and makes all but its polling short."""

    def __init__(self) -> None:
        self.taken: list[float] = []

    async def __call__(self, seconds: float) -> None:
        """Wait a little."""
        self.taken.append(seconds)
        await asyncio.sleep(min(seconds, 0.01))


async def test_a_program_that_dies_is_restarted_and_the_terminal_told(tmp_path: Path) -> None:
    """A killed program comes back under a new number; one line names it, the signal and the pause."""
    said: list[str] = []
    async with Supervisor(tmp_path, said.append, sleep=Pauses()) as supervisor:
        await supervisor.start(python("worker", SLEEPS))
        first = supervisor.pids()["worker"]
        os.kill(first, signal.SIGKILL)
        await until(lambda: supervisor.pids().get("worker", first) != first)
    assert said == ["worker ended (signal SIGKILL), restart in 1 s"]


async def test_pauses_between_restarts_double(tmp_path: Path) -> None:
    """A program that never stays up is started again after 1, 2, 4, 8, 16, 30, 30 s, and keeps one log."""
    said: list[str] = []
    pauses = Pauses()
    async with Supervisor(tmp_path, said.append, sleep=pauses) as supervisor:
        await supervisor.start(python("worker", "print('tried'); raise SystemExit(3)"))
        await until(lambda: len(said) >= 7)
        assert supervisor.log("worker").read_text().splitlines()[:7] == ["tried"] * 7
    assert [line.removeprefix("worker ended (exit status 3), restart in ") for line in said[:7]] == [
        f"{pause} s" for pause in (1, 2, 4, 8, 16, 30, 30)
    ]


async def test_a_program_that_stayed_up_is_restarted_quickly_again(tmp_path: Path) -> None:
    """After more than a minute of health the pauses begin at one second again."""
    said: list[str] = []
    now = 0.0

    def clock() -> float:
        nonlocal now
        now += 61
        return now

    async with Supervisor(tmp_path, said.append, sleep=Pauses(), clock=clock) as supervisor:
        await supervisor.start(python("worker", "raise SystemExit(1)"))
        await until(lambda: len(said) >= 3)
    assert {line.rpartition("in ")[2] for line in said} == {"1 s"}


async def test_programs_end_in_order_of_their_rank(tmp_path: Path) -> None:
    """The highest rank ends first, and a lower one is only asked when it is gone."""
    trace = tmp_path / "trace"
    notes = f"""
import pathlib, signal, sys, time
def end(*_):
    time.sleep(0.1)
    with pathlib.Path({str(trace)!r}).open("a") as file:
        file.write(sys.argv[1] + " ")
    raise SystemExit
signal.signal(signal.SIGTERM, end)
print("ready", flush=True)
time.sleep(60)
"""
    async with Supervisor(tmp_path, print) as supervisor:
        for name, rank in (("store", 0), ("broker", 1), ("worker", 2)):
            program = Program(name, (sys.executable, "-c", notes, name), ready=spoke(supervisor.log(name)), rank=rank)
            await supervisor.start(program)
    assert trace.read_text().split() == ["worker", "broker", "store"]


async def test_a_program_that_ignores_the_signal_is_killed_after_its_grace(tmp_path: Path) -> None:
    """One that is deaf to SIGTERM is gone soon after its grace, and the terminal is told."""
    said: list[str] = []
    async with Supervisor(tmp_path, said.append) as supervisor:
        await supervisor.start(python("deaf", STUBBORN, grace_s=0.2, ready=spoke(supervisor.log("deaf"))))
        pid = supervisor.pids()["deaf"]
        began = time.monotonic()
        await supervisor.stop()
        assert time.monotonic() - began < 2
        assert not warden.birth(pid)
    assert said == ["deaf did not end within 0.2 s of SIGTERM"]


async def test_a_stop_within_a_pause_starts_nothing_again(tmp_path: Path) -> None:
    """A program that waits for its restart when the end comes is not started any more."""
    starts: list[int] = []
    async with Supervisor(tmp_path, lambda _: None) as supervisor:
        await supervisor.start(python("worker", "raise SystemExit(1)", before=lambda: starts.append(1)))
        await until(lambda: not supervisor.pids())
        await asyncio.sleep(0.1)
    assert starts == [1]


async def test_a_program_that_cannot_start_is_one_line_with_its_last_words(tmp_path: Path) -> None:
    """The error names program, exit status, the last line of its log and where the log is."""
    async with Supervisor(tmp_path, print) as supervisor:
        with pytest.raises(
            ProgramError, match=r"^store ended \(exit status 2\): no space left\. Its log is .*store\.log"
        ):
            await supervisor.start(
                python("store", "import sys; sys.exit(bool(print('emscher: no space left.')) + 2)", ready=lambda: False)
            )


async def test_a_program_that_never_gets_ready_is_an_error(tmp_path: Path) -> None:
    """After its time the start gives up, and the program ends with the supervisor."""
    async with Supervisor(tmp_path, print) as supervisor:
        with pytest.raises(ProgramError, match="store is not ready after 0 s"):
            await supervisor.start(python("store", SLEEPS, ready=lambda: False, ready_within_s=0.1))
        pid = supervisor.pids()["store"]
    assert not warden.birth(pid)


async def test_a_program_that_runs_to_its_end_must_succeed(tmp_path: Path) -> None:
    """`run` returns on exit status 0 and raises on any other."""
    async with Supervisor(tmp_path, print) as supervisor:
        await supervisor.run(python("good", "pass"))
        with pytest.raises(ProgramError, match="bad ended \\(exit status 1\\): ZeroDivisionError"):
            await supervisor.run(python("bad", "1/0"))


@HAS_PROC
async def test_children_of_a_program_end_with_it(tmp_path: Path) -> None:
    """What a program started in a session of its own is ended, too, when the supervisor leaves."""
    async with Supervisor(tmp_path, print) as supervisor:
        log = supervisor.log("parent")
        await supervisor.start(python("parent", PARENT, ready=lambda: log.read_text().endswith("\n")))
        child = int(log.read_text())
        assert warden.birth(child)
    assert not warden.birth(child)


@contextmanager
def supervised(folder: Path) -> Iterator[tuple[subprocess.Popen[str], list[int]]]:
    """Run a supervisor with a meek, a stubborn and a parental program; gives it and the numbers of all four."""
    command = (sys.executable, "-c", SUPERVISED, str(folder), SLEEPS, STUBBORN, PARENT)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as supervisor:
        assert supervisor.stdout is not None
        pids = [int(pid) for pid in supervisor.stdout.readline().split()]
        assert len(pids) == 4
        assert all(warden.birth(pid) for pid in pids)
        yield supervisor, pids


def test_nothing_is_left_when_the_supervisor_is_killed(tmp_path: Path) -> None:
    """Killed outright, the supervisor leaves none of its programs, not even one that ignores SIGTERM."""
    with supervised(tmp_path) as (supervisor, pids):
        supervisor.kill()
    asyncio.run(until(lambda: not any(warden.birth(pid) for pid in pids)))


def test_a_program_keeps_its_grace_when_the_supervisor_is_killed(tmp_path: Path) -> None:
    """One that was promised time to end gets it from the warden, too."""
    written = tmp_path / "written"
    slow = (
        "import pathlib, signal, time\n"
        f"def end(*_): time.sleep(2.5); pathlib.Path({str(written)!r}).touch(); raise SystemExit\n"
        "signal.signal(signal.SIGTERM, end); print('ready', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", slow], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        with Guard(tmp_path) as guard:
            guard.watch(process.pid, python("slow", slow, grace_s=30.0))
    assert written.exists()


@HAS_PROC
def test_the_next_start_ends_what_nobody_could(tmp_path: Path) -> None:
    """With its warden killed too, the programs live on until a supervisor of the same folder starts."""
    with supervised(tmp_path) as (supervisor, pids):
        os.kill(warden_of(tmp_path), signal.SIGKILL)
        supervisor.kill()
    said: list[str] = []

    async def start_again() -> None:
        async with Supervisor(tmp_path, said.append):
            pass

    assert all(warden.birth(pid) for pid in pids)
    asyncio.run(start_again())
    assert said == ["ended 4 processes that an earlier run left behind"]
    assert not any(warden.birth(pid) for pid in pids)


def warden_of(folder: Path) -> int:
    """Find the warden of the supervisor that works in a folder."""
    lines = {int(entry.parent.name): entry.read_bytes() for entry in Path("/proc").glob("[0-9]*/cmdline")}
    [found] = [pid for pid, line in lines.items() if b"warden.py" in line and f"{folder}#".encode() in line]
    return found


def test_a_log_begins_anew_and_stays_within_its_bound(tmp_path: Path) -> None:
    """A new log moves the one before aside; one that grew too large does so while its program writes on."""
    ProgramLog(tmp_path, "one").path.write_text("of the run before\n")
    log = ProgramLog(tmp_path, "one", limit_bytes=100)
    assert (tmp_path / "one.log.1").read_text() == "of the run before\n"
    with log.open() as output:
        output.write(b"x" * 101)
        output.flush()
        assert log.bound()
        output.write(b"words\n\n")
        output.flush()
    assert log.path.read_text() == "words\n\n"
    assert (tmp_path / "one.log.1").stat().st_size == 101
    assert log.last_line() == "words"
    assert not log.bound()


def test_the_number_of_another_process_is_not_taken_for_ours() -> None:
    """A process is known by number and birth; with another birth nothing is sent to it."""
    with subprocess.Popen((sys.executable, "-c", SLEEPS)) as other:
        if warden.birth(other.pid) != "alive":
            warden.end({other.pid: "1"}, signal.SIGKILL, 0.1)
            assert other.poll() is None
        other.kill()
