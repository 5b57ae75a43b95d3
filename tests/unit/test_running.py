"""A process's end: what an operator can mend comes out of any group of tasks, anything else stays whole."""

from __future__ import annotations

import asyncio

import pytest

from emscher.errors import OperatorError
from emscher.running import until_stopped


async def _fail(exc: Exception) -> None:
    raise exc


async def _nested(*errors: Exception) -> None:
    async with asyncio.TaskGroup() as outer:
        async with asyncio.TaskGroup() as inner:
            for one in errors:
                inner.create_task(_fail(one))
        outer.create_task(asyncio.sleep(60))


def test_an_operators_error_leaves_its_groups() -> None:
    """The command line then gives one line and exit status 2."""
    with pytest.raises(OperatorError, match="No broker"):
        until_stopped(_nested(OperatorError("No broker.", "Start it.")))


def test_a_defect_beside_it_is_not_hidden() -> None:
    """A group that holds anything else is raised as it is."""
    with pytest.raises(ExceptionGroup) as caught:
        until_stopped(_nested(OperatorError("No broker.", "Start it."), ZeroDivisionError("ours")))
    assert caught.group_contains(ZeroDivisionError, match="ours")
