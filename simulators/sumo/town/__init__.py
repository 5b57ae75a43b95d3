"""A town of our own, made by netconvert from a small description: like Dortmund, and nobody else's data."""
