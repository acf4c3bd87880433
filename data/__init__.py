"""The catalogue of materials that a search on one machine looks through, and how it is made."""
