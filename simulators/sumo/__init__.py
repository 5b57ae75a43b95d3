"""SUMO as the city: a scenario's lanes and signals as sensors, and its vehicles as what they report.

SUMO runs in a process of its own (:mod:`simulators.sumo.worker`): libsumo blocks, and brings a library of its own that
must not meet ours.
"""
