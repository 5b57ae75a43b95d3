"""Everything that reads what strangers send keeps the rule: a value or a rejection, never another exception."""

import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from fuzz import corpus
from fuzz.mutation import mutate
from fuzz.outcome import Outcome
from fuzz.target import Target, targets
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

ROOT = Path(__file__).parents[2]
TARGETS = pytest.mark.parametrize("target", targets().values(), ids=lambda target: target.name)
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@TARGETS
def test_good_inputs_are_taken(target: Target) -> None:
    """The inputs a target begins with are such that some of them are taken."""
    assert any(target.run(seed).values for seed in target.seeds)


@TARGETS
def test_corpus_keeps_the_rule(target: Target) -> None:
    """What a fuzzer found of different behaviour, and what once broke the rule, is read or rejected."""
    inputs = corpus.read(target.name)
    assert inputs
    assert len({target.run(one).kind for one in inputs}) > 1


@TARGETS
@QUICK
@given(chance=st.integers(0, 2**32), number=st.integers(0, 9))
def test_spoilt_inputs_keep_the_rule(target: Target, chance: int, number: int) -> None:
    """Whatever a good input becomes when its structure is changed is read or rejected."""
    seed = target.seeds[number % len(target.seeds)]
    outcome = target.run(mutate(seed, target.seeds, Random(chance)))  # noqa: S311 - no secret
    assert outcome.values or outcome.refused


@TARGETS
@QUICK
@given(data=st.binary(max_size=200))
def test_any_bytes_keep_the_rule(target: Target, data: bytes) -> None:
    """Whatever bytes come, they are read or rejected."""
    outcome = target.run(data)
    assert outcome.values or outcome.refused


def test_the_same_chance_gives_the_same_input() -> None:
    """A mutation can be repeated."""
    seeds = targets()["traffic"].seeds
    changed = [mutate(seeds[0], seeds, Random(number)) for number in range(50)]  # noqa: S311 - no secret
    assert changed == [mutate(seeds[0], seeds, Random(number)) for number in range(50)]  # noqa: S311 - no secret
    assert len(set(changed)) > 25


def test_corpus_is_small_and_of_targets_that_exist() -> None:
    """The corpus fits into the repository, and no file of it is left over."""
    files = list(corpus.FOLDER.glob("*.jsonl"))
    assert {path.stem for path in files} == set(targets())
    assert sum(path.stat().st_size for path in files) < 300_000


def test_kinds_tell_reasons_and_not_values() -> None:
    """Two inputs that fail alike are of one kind, whatever they hold."""
    one = Outcome(0, [("wrong_type", "Expected `int`, got `str` - at `$[7].count`")])
    other = Outcome(0, [("wrong_type", "Expected `int`, got `str` - at `$[12].count`")])
    assert one.kind == other.kind != Outcome(1).kind
    assert Outcome(0, [("unknown_field", "`abc`")]).kind == Outcome(0, [("unknown_field", "`xyz`")]).kind


def test_the_fuzzer_runs(tmp_path: Path) -> None:
    """A short run of the coverage-guided fuzzer prints its table, leaves the corpus alone and finds nothing."""
    pytest.importorskip("atheris", reason="`make fuzz` installs it")
    before = (corpus.FOLDER / "topic.jsonl").read_bytes()
    command = [sys.executable, "-m", "tests.fuzz", "--inputs", "2000", "--folder", str(tmp_path), "topic"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2,000" in done.stdout
    assert "unknown_topic" in done.stdout
    assert (corpus.FOLDER / "topic.jsonl").read_bytes() == before
