"""Fixtures for all tests."""

pytest_plugins = [
    "fix_database",
    "fix_broker",
    "fix_city_day",
    "fix_demo",
    "fix_recordings",
    "fix_secured",
    "fix_signals",
    "fix_sumo",
    "pytester",
]
