"""What keeps a checkpoint from being made. Each message says why and what to do.

* SigningError
  + SigningRefusedError   the log is not what was signed before, or the key is not the log's
  + SignerBusyError       another process has been signing for too long
  + SignerMemoryError     what the signer remembers cannot be read or written
  + NoCheckpointError     nobody signed in time
"""


class SigningError(Exception):
    """There is no checkpoint."""


class SigningRefusedError(SigningError):
    """The log is not what was signed before, or the key is not the log's; nothing was signed."""


class SignerBusyError(SigningError):
    """Another process has been signing for longer than this one may wait."""


class SignerMemoryError(SigningError):
    """What the signer remembers cannot be read or written."""


class NoCheckpointError(SigningError):
    """There is no checkpoint over what was asked for, and none was signed in time."""
