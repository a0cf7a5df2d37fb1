"""Why a call to somebody else's server gave no answer that could be used.

    CallFailed
      Unreachable        no connection was made: nothing of the request was written
      AddressRefused     we do not connect to such an address: nothing of the request was written
      TimedOut           the request, or a part of it, may have arrived
      ConnectionBroken   the same
      UnreadableAnswer   an answer came, and is not what it should be

The text of an error never holds an address, a secret, or anything that the other side sent, so that it may
be logged.
"""

from typing import Literal, TypeAlias


class CallFailed(Exception):  # noqa: N818 - named for what happened; its kinds are the errors
    """Anything that kept a call from giving its answer."""


class Unreachable(CallFailed):
    """No connection: refused, unknown host, failed TLS handshake, or no free connection in time."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The other side could not be reached: {reason}.")
        self.reason = reason


RefusalCode: TypeAlias = Literal[
    "scheme", "malformed", "credentials", "private", "unresolvable", "plain_http"
]

_REFUSALS: dict[RefusalCode, str] = {
    "scheme": "it must begin with https://",
    "malformed": "it is not a valid address",
    "credentials": "it may hold no user name and no password",
    "private": "it leads into a private or reserved network",
    "unresolvable": "its host name was not found",
    "plain_http": "it must begin with https://, since plain http is open to be read on the way",
}


class AddressRefused(CallFailed):
    """We do not connect to this address. `code` is for programs, `reason` is the same in English."""

    def __init__(self, code: RefusalCode) -> None:
        self.code = code
        self.reason = _REFUSALS[code]
        super().__init__(f"The address is refused: {self.reason}.")


class TimedOut(CallFailed):
    """The whole answer had not arrived when the call's time was up."""

    def __init__(self) -> None:
        super().__init__("The other side did not answer in time.")


class ConnectionBroken(CallFailed):
    """The connection ended after we had begun to write and before the answer was complete."""

    def __init__(self) -> None:
        super().__init__("The connection broke before the answer was complete.")


class UnreadableAnswer(CallFailed):
    """An answer that is not what it should be. `reason` is in our own words, never in the answer's."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The answer could not be used: {reason}.")
        self.reason = reason
