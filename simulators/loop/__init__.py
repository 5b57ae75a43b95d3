"""The closed loop: SUMO's signals commanded by what the platform publishes of SUMO's detectors, in lock-step.

A controller sees the city's description, readings and indicators, never the simulator. It names the stage it wants; the
guard decides when that may be, and what is shown between.
"""
