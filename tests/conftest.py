"""For every test: hypothesis counts examples, not milliseconds; how fast a machine is decides no test."""

from hypothesis import settings

settings.register_profile("fanwise", deadline=None)
settings.load_profile("fanwise")
