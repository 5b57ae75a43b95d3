"""Randomness without state: a generator for each (seed, sensor, purpose, block of time).

The counter of a Philox generator is set, never run on, so that a value depends on nothing but its own place in time.
"""

from __future__ import annotations

import zlib

import numpy as np


def generator(seed: int, key: str, block: int = 0) -> np.random.Generator:
    """Give the generator of one thing in one block of time.

    Parameters
    ----------
    seed : int
        Seed of the city, 0 to 2**32 - 1.
    key : str
        Name of the thing; another name gives independent numbers.
    block : int, optional
        Number of the day, or of another block of time [1].
    """
    name = zlib.crc32(key.encode()) | (zlib.adler32(key.encode()) << 32)
    return np.random.Generator(np.random.Philox(key=np.array([seed, name], np.uint64), counter=[0, 0, 0, block]))
