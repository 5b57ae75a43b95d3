"""Collectors: each asks one kind of meter and publishes the canonical reading over MQTT.

What a meter says beside its energy, power and time (host names, process command lines, serial numbers) is dropped here
and goes nowhere.
"""
