"""Colours as numbers and words: differences, what lies near, names. Pure: no I/O, no clock, no settings.

NumPy is imported where it is used: 0.1 s that a cold start need not pay.
"""
