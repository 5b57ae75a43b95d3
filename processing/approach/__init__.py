"""What signals and detectors of a junction tell together, step by step; :mod:`processing.families.approach` joins it.

Every due window is computed from a copy of its own of the events it reads, as if it were a junction of its own: what a
detector or a signal did at the border of one window cannot change another, however many are computed at once.
"""
