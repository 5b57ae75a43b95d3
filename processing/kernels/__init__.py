"""Kernels: arrays in, arrays out, NumPy and nothing else.

NaN in gives NaN out; what is undefined is NaN, never 0; a caller's mistake is a ValueError. Sums run in the order of
the rows (:func:`numpy.bincount` adds one after the other), so that the same rows give the same bits however many
groups are computed in one call.
"""
