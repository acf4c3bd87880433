"""Measurements, ``python -m bench``: each beside something else that does the same, in the same run, as ratios."""
