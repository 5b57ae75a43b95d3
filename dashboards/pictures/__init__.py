"""Pictures of the main figures, drawn without Grafana from what everyone may see."""
