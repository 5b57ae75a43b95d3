"""Figures of Green IT over a month, a quarter or a year: pure functions of what the store holds."""
