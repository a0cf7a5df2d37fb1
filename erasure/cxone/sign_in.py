"""Signing in to CXone: OAuth 2.0 Client Credentials (RFC 6749 §4.4), once and not once per thread."""

import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from erasure.cxone.endpoint import Endpoint
from erasure.cxone.errors import (
    AuthenticationFailed,
    CXoneError,
    ScopeMissing,
    TokenBusy,
    TokenUnavailable,
    Unclear,
    Unreachable,
)
from erasure.cxone.failures import in_cxone_terms
from erasure.cxone.token import Token, TokenStore
from erasure.outbound.errors import UnreadableAnswer
from erasure.outbound.retry_after import parse_retry_after
from erasure.outbound.strict_json import read_object
from erasure.outbound.transport import Answer, Transport

UNSTATED_LIFETIME_SECONDS = 300
"""RFC 6749 §5.1 lets `expires_in` be left out; a 401 would correct us if the token ends earlier still."""

LONGEST_LIFETIME_SECONDS = 24 * 3600
REPLACEMENT_SECONDS = 60.0
"""A replacement that is turned down this soon shows that another token would be, too."""

# RFC 6750 §2.1 allows less; whatever is visible ASCII can stand in a header without harm.
_SENDABLE_TOKEN = re.compile(r"[\x21-\x7e]{1,16384}")


class SignIn:
    """Gives the threads of one client a token, renewing it through the deployment's shared store.

    The token is remembered here as well, so that a call in a thread asks the store (a database) only
    when there is something to renew.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        store: TokenStore,
        transport: Transport,
        *,
        clock: Callable[[], float],
        limit: float,
    ) -> None:
        self._endpoint = endpoint
        self._store = store
        self._transport = transport
        self._clock = clock
        self._limit = limit
        self._held: Token | None = None
        self._renewing = threading.Lock()
        self._failures = 0
        #: The token that last took a rejected one's place, and when.
        self._replacement: tuple[Token | None, float] = (None, 0.0)

    def token(self) -> Token:
        """A token to send, renewed 60 s before its end. Raises NotTaken's kinds, never anything else."""
        held = self._held
        if held is None or not held.is_fresh(datetime.now(UTC)):
            held = self._held = self._store.current()
        if held is not None and held.is_fresh(datetime.now(UTC)):
            return held
        try:
            return self._renew(held)
        except TokenBusy:
            # The early renewal leaves a minute in which the old token serves while another worker renews.
            if held is not None and held.is_alive(datetime.now(UTC)):
                return held
            raise

    def renewed(self, rejected: Token) -> Token:
        """A token other than the one that was answered with 401.

        Raises AuthenticationFailed when that one had itself just taken a rejected one's place: calls that
        begin one after the other would else fetch a token each.
        """
        replacement, made_at = self._replacement
        if rejected == replacement and self._clock() - made_at < REPLACEMENT_SECONDS:
            raise AuthenticationFailed("a freshly renewed token was answered with 401")
        renewed = self._renew(rejected)
        if renewed != self._replacement[0]:
            self._replacement = (renewed, self._clock())
        return renewed

    def _renew(self, rejected: Token | None) -> Token:
        """A token other than `rejected`. Of many threads that ask at once, one fetches."""
        seen = self._failures
        if not self._renewing.acquire(timeout=self._limit):
            raise TokenBusy
        try:
            held = self._held
            if held is not None and held != rejected and held.is_fresh(datetime.now(UTC)):
                return held
            if self._failures != seen:
                # The attempt we waited for failed; a queue of threads must not fail one by one, each
                # after its own time limit.
                raise TokenBusy
            held = self._held = self._store.renew(rejected=rejected, fetch=self.fetch)
        except CXoneError:
            self._failures += 1
            raise
        else:
            return held
        finally:
            self._renewing.release()

    def fetch(self) -> Token:
        """Ask the token endpoint. Raises AuthenticationFailed, ScopeMissing, TokenUnavailable."""
        reason = ""
        try:
            answer = in_cxone_terms(
                self._transport.call,
                kind="token",
                method="POST",
                url=self._endpoint.token_url,
                headers={"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"},
                body=self._form(),
                deadline=self._clock() + self._limit,
            )
        except (Unclear, Unreachable) as error:
            # Asking for a token again does no harm, so an unclear end is simply a failure here.
            reason = str(error).rstrip(".")
        else:
            return _token_from(answer, scopes=self._endpoint.scopes)
        raise TokenUnavailable(None, reason)

    def _form(self) -> bytes:
        fields = {
            "grant_type": "client_credentials",
            "client_id": self._endpoint.client_id,
            "client_secret": self._endpoint.client_secret,
        }
        if self._endpoint.scopes:
            fields["scope"] = self._endpoint.scopes
        return urlencode(fields).encode("ascii")


def _token_from(answer: Answer, *, scopes: str) -> Token:
    now = datetime.now(UTC)
    if answer.status in {400, 401, 403}:
        if _error_code(answer) == "invalid_scope":
            raise ScopeMissing(scopes)
        raise AuthenticationFailed(f"the token endpoint answered {answer.status}")
    if not 200 <= answer.status < 300:
        raise TokenUnavailable(
            parse_retry_after(answer.headers.get("Retry-After"), now=now), f"it answered {answer.status}"
        )
    reason = ""
    try:
        fields = read_object(answer.body).fields
    except UnreadableAnswer as error:
        reason = error.reason
    else:
        return Token(_access_token(fields), now + timedelta(seconds=_lifetime(fields.get("expires_in"))))
    raise TokenUnavailable(None, reason)


def _error_code(answer: Answer) -> object:
    """The `error` of RFC 6749 §5.2, where there is one."""
    try:
        return read_object(answer.body).fields.get("error")
    except UnreadableAnswer:
        return None


def _access_token(fields: dict[str, object]) -> str:
    kind = fields.get("token_type", "bearer")
    if not isinstance(kind, str) or kind.lower() != "bearer":
        raise TokenUnavailable(None, "its token is not a bearer token")
    token = fields.get("access_token")
    if not isinstance(token, str) or not _SENDABLE_TOKEN.fullmatch(token):
        raise TokenUnavailable(None, "its answer holds no usable access_token")
    return token


def _lifetime(expires_in: object) -> int:
    """Seconds until the token ends, 0 to a day.

    Missing or senseless: 300 s. Zero, negative or up to 60 s: the token serves the call it was fetched
    for and is never taken from the store as fresh.
    """
    if isinstance(expires_in, str) and re.fullmatch(r"[0-9]{1,10}", expires_in):
        expires_in = int(expires_in)
    if isinstance(expires_in, bool) or not isinstance(expires_in, int | float):
        return UNSTATED_LIFETIME_SECONDS
    return int(min(max(expires_in, 0), LONGEST_LIFETIME_SECONDS))
