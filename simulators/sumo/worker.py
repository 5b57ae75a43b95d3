"""The process in which SUMO runs: orders on standard input, answers on standard output, each with its length before.

It imports nothing of the house but the form of orders and answers.
"""

from __future__ import annotations

import os
import struct
import sys
import warnings
from pathlib import Path
from typing import BinaryIO

import msgspec

from simulators.sumo.network import Answer, Order
from simulators.sumo.simulation import Simulation

LENGTH = struct.Struct("<I")


def frame(message: Order | Answer) -> bytes:
    """Encode a message with its length before it."""
    payload = msgspec.msgpack.encode(message)
    return LENGTH.pack(len(payload)) + payload


def serve(orders: BinaryIO, answers: BinaryIO) -> None:
    """Answer orders until there are no more."""
    simulation = Simulation()
    while head := orders.read(LENGTH.size):
        order = msgspec.msgpack.decode(orders.read(LENGTH.unpack(head)[0]), type=Order)
        answers.write(frame(_answer(simulation, order)))
        answers.flush()
        if order.kind == "end":
            return


def _answer(simulation: Simulation, order: Order) -> Answer:
    try:
        if order.kind == "read":
            return Answer(network=simulation.read(Path(order.scenario), order.seed))
        if order.kind == "start":
            return simulation.start(order)
        if order.kind == "advance":
            return simulation.advance(order.until_s, order.states)
        return simulation.end()
    except Exception as exc:  # noqa: BLE001 - libsumo raises kinds of its own; what it says is passed on
        return Answer(error=" ".join(str(exc).split()) or type(exc).__name__)


def main() -> None:
    """Serve on a copy of standard output: SUMO itself writes to the other."""
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as answers:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main()
