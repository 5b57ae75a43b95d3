"""MQTT to the store: nothing is lost, everything is accounted for."""
