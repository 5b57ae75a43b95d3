"""Faults by recipe: what sensors and their lines do wrong, put in on purpose and written down."""
