"""Workload of servers: counters of one application on one node, without users, processes or command lines."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from emscher.stream import Due, Event, Stream
from emscher.streams.energy import REACH_S

WHOLE_NODE = "whole-node"
"""Application of a reading that speaks of everything that runs on the node."""

Name = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9._-]{0,62}$", description="Name in the asset list, no person's")]
CpuTime = Annotated[float, Meta(ge=0, le=1e13, description="Counter of CPU time used", extra={"unit": "s"})]
Memory = Annotated[int, Meta(ge=0, le=2**52, description="Resident memory", extra={"unit": "By"})]
Operations = Annotated[int, Meta(ge=0, le=2**52, description="Counter of operations served", extra={"unit": "1"})]


class WorkloadReading(Event, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """One application on one node at one moment."""

    node: Name
    application: Name
    cpu_s: CpuTime
    memory_bytes: Memory | None = None
    operations: Operations | None = None


STREAM = Stream(
    name="workload",
    reading=WorkloadReading,
    title_en="Workload of servers",
    title_de="Auslastung der Server",
    keep_days=400,
    facts=("node", "application"),
    due=(Due("workload", width_s=900, look_back_s=REACH_S, look_ahead_s=REACH_S),),
    listed=True,
)
