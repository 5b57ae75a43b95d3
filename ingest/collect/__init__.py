"""Collectors: each asks one kind of meter or controller and publishes the canonical reading over MQTT.

What it says beside its measurements (host names, process command lines, serial numbers; owners, addresses and clients
of access points) is dropped here and goes nowhere.
"""
