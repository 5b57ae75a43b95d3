"""The consumer's socket: what paho reads byte by byte is read ahead, and nothing is left lying."""

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.consumer import ReadAhead


@given(st.binary(max_size=200), st.lists(st.integers(1, 9), min_size=1))
def test_reading_ahead_gives_the_same_bytes(data: bytes, sizes: list[int]) -> None:
    """Whatever pieces are asked for, the bytes come in order, and none is lost while `pending` says so."""
    sender, receiver = socket.socketpair()
    with sender, receiver:
        receiver.setblocking(False)
        sender.sendall(data)
        ahead = ReadAhead(receiver)
        got = b""
        while len(got) < len(data):
            piece = ahead.recv(sizes[len(got) % len(sizes)])
            assert piece
            got += piece
        assert got == data
        assert ahead.pending() == 0
        with pytest.raises(BlockingIOError):
            ahead.recv(1)


def test_the_end_of_a_connection_is_passed_on() -> None:
    """When the other side has closed, what was read ahead comes first, then nothing."""
    sender, receiver = socket.socketpair()
    with receiver:
        sender.sendall(b"ab")
        sender.close()
        ahead = ReadAhead(receiver)
        assert (ahead.recv(1), ahead.pending(), ahead.recv(9), ahead.recv(9)) == (b"a", 1, b"b", b"")


def test_everything_else_is_the_sockets_own() -> None:
    """What paho and asyncio ask a socket besides is answered by the socket."""
    sender, receiver = socket.socketpair()
    with sender, receiver:
        assert ReadAhead(receiver).fileno() == receiver.fileno()
