"""Benchmarks: real processes, a real broker and a real database; they print a table and assert nothing about time."""
