"""A pretend city that speaks the same MQTT, and the replay of recordings of real ones."""
