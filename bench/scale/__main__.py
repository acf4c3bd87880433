"""``python -m bench.scale``: write docs/scale.md again, from the measurement that is kept."""

from bench.scale.document import write_document

if __name__ == "__main__":
    write_document()
