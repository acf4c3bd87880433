"""Why a stack does not come up or does not stay up. Every text is meant for the person who started it."""


class StackError(Exception):
    """Base of what ends ``up`` with a message instead of a traceback."""


class BadSettings(StackError):
    """A settings file, or a setting in it, cannot be used."""


class FolderInUse(StackError):
    """Another stack runs on the data folder."""


class PortBusy(StackError):
    """A port that is needed is taken."""


class NotInstalled(StackError):
    """A program that a part needs is not there."""


class NotReady(StackError):
    """A part does not answer."""


class ChildEnded(StackError):
    """A part ended that should not have."""


class CannotProvision(StackError):
    """Something that the topology names cannot be created, or is there with another shape."""
