"""The demonstration behind ``python -m local run``: embeds some of the standard library and asks it questions."""
