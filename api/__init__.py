"""The HTTP API: sites, sensors, readings, indicators and the books of ingest, for people and for programs."""
