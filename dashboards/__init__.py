"""The store to pictures: Grafana dashboards, written in Python and kept as JSON."""
