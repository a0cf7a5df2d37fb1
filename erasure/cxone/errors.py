"""What a failed call to CXone means for the request it was made for.

    CXoneError
      NotTaken                 provably not taken: the row may go back to the queue
        RateLimited            429
        Unreachable            no connection was made: nothing of the request was written
        AuthenticationFailed   our client id or secret, or a fresh token, was turned down
        ScopeMissing           403: a scope has to be granted to our client
        TokenUnavailable       the token endpoint is failing
        TokenBusy              somebody else is fetching the token right now
      Unclear                  may or may not have been taken: repeat the very same bytes
        TimedOut
        ConnectionBroken       the connection ended after the request began to be written
        ServerTrouble          5xx
        UnreadableAnswer       a redirect, HTML, no id, a status code outside the contract
      Refused                  400: final for this request
      UnknownRequest           404 to a question about an id

Callers branch on the class, never on a status code. The text of an error never holds a secret, a
person's identifier, a path with an id, or anything that CXone sent, so that it may be logged.
"""


class CXoneError(Exception):
    """Anything that kept a call to CXone from giving its answer."""


class NotTaken(CXoneError):  # noqa: N818 - named for what it means to the request
    """CXone certainly did not take the request; sending it again later is no repetition."""


class RateLimited(NotTaken):
    """429. `retry_after` is in seconds, None when CXone named no usable time."""

    def __init__(self, retry_after: float | None) -> None:
        super().__init__("CXone asked us to slow down (429).")
        self.retry_after = retry_after


class Unreachable(NotTaken):
    """No connection: refused, unknown host, failed TLS handshake, or no free connection in time."""

    def __init__(self, reason: str = "no connection could be made") -> None:
        super().__init__(f"CXone could not be reached: {reason}.")


class AuthenticationFailed(NotTaken):
    """The token endpoint turned our client down, or a freshly renewed token was answered with 401."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"CXone did not accept our client: {reason}. Check the client id and secret.")


class ScopeMissing(NotTaken):
    """403: our client is known but may not do this. `scopes` are those that it needs."""

    def __init__(self, scopes: str) -> None:
        super().__init__(f"CXone denied our client access. Grant it the scopes {scopes} in CXone.")
        self.scopes = scopes


class TokenUnavailable(NotTaken):
    """The token endpoint failed; `retry_after` is in seconds, None when it named no usable time."""

    def __init__(self, retry_after: float | None, reason: str = "it failed") -> None:
        super().__init__(f"CXone's token endpoint gave no token: {reason}.")
        self.retry_after = retry_after


class TokenBusy(NotTaken):
    """Another worker is fetching the token at this moment: try again in about a second."""

    def __init__(self) -> None:
        super().__init__("Another worker is fetching the CXone token; try again in a second.")


class Unclear(CXoneError):  # noqa: N818 - named for what it means to the request
    """CXone may or may not have taken the request: only the very same bytes and key may be repeated."""


class TimedOut(Unclear):
    """The whole answer had not arrived when the call's time was up."""

    def __init__(self) -> None:
        super().__init__("CXone did not answer in time.")


class ConnectionBroken(Unclear):
    """The connection ended after we had begun to write and before the answer was complete."""

    def __init__(self) -> None:
        super().__init__("The connection to CXone broke before its answer was complete.")


class ServerTrouble(Unclear):
    """A 5xx: cascade failure, lock contention or maintenance. `retry_after` is in seconds or None."""

    def __init__(self, status: int, retry_after: float | None) -> None:
        super().__init__(f"CXone answered with a server error ({status}).")
        self.status = status
        self.retry_after = retry_after


class UnreadableAnswer(Unclear):
    """An answer outside the contract. `reason` is in our own words, never in the answer's."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"CXone's answer could not be used: {reason}.")
        self.reason = reason


class Refused(CXoneError):  # noqa: N818 - named for what it means to the request
    """400: CXone says the request breaks its schema or its retention rules; final for this request.

    `message` holds CXone's own words, at most 2000 characters. They may name the person, so they
    are not part of the error's text.
    """

    def __init__(self, message: str) -> None:
        super().__init__("CXone refused the request (400).")
        self.message = message


class UnknownRequest(CXoneError):  # noqa: N818 - named for what it means to the request
    """404 to a status call: CXone knows no request with this id, or has no such interface."""

    def __init__(self) -> None:
        super().__init__("CXone knows no request with this id (404).")
