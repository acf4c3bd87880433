"""For every test: hypothesis counts examples, not milliseconds; how fast a machine is decides no test."""

from hypothesis import settings

settings.register_profile("fanwise", deadline=None, max_examples=50)
settings.load_profile("fanwise")
