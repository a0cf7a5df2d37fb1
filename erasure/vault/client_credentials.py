"""Calls to a vault that wants an OAuth 2.0 access token for its client's credentials (RFC 6749 §4.4)."""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import TypeGuard
from urllib.parse import urlencode

from erasure.choices import DeliveryTrouble
from erasure.outbound.errors import UnreadableAnswer
from erasure.outbound.strict_json import count_of, read_object
from erasure.outbound.transport import Answer
from erasure.vault.calls import VaultCalls, not_delivered
from erasure.vault.message import NotDelivered

EARLY_RENEWAL_SECONDS = 60
"""A token is renewed this long before its end, so that none expires on its way."""

UNSTATED_LIFETIME_SECONDS = 300
"""RFC 6749 §5.1 lets `expires_in` be left out; a 401 would correct us if the token ends earlier still."""

LONGEST_LIFETIME_SECONDS = 24 * 3600
"""Whatever the vault says: a credential that was taken back should not go on being used for a year."""

# RFC 6750 §2.1 allows less; whatever is visible ASCII can stand in a header without harm.
_SENDABLE_TOKEN = re.compile(r"[\x21-\x7e]{1,16384}")


@dataclass(frozen=True)
class _Token:
    text: str = field(repr=False)
    #: On the monotonic clock.
    fresh_until: float


class SignedInCalls:
    """Calls with a token that is fetched once for all threads, and once more when the vault rejects it."""

    def __init__(self, calls: VaultCalls, *, token_url: str, client_id: str, client_secret: str) -> None:
        self._calls = calls
        self._token_url = token_url
        self._secret = client_secret
        self._form = urlencode(
            {"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret}
        ).encode("ascii")
        self._held: _Token | None = None
        self._fetching = Lock()
        self._failures = 0
        self._last_failure = NotDelivered(DeliveryTrouble.SIGN_IN)

    def call(
        self, *, kind: str, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> Answer:
        """Make one call with a token, and a second one with another token if the first was answered with 401.

        Any complete answer is given back. Raises NotDelivered when there is none, or no token.
        """
        token = self._token()
        answer = self._called(token, kind=kind, method=method, url=url, headers=headers, body=body)
        if answer.status != 401:
            return answer
        # RFC 6750 §3.1: the token has expired, was revoked, or is none.
        token = self._other_than(token)
        return self._called(token, kind=kind, method=method, url=url, headers=headers, body=body)

    def _called(
        self,
        token: _Token,
        *,
        kind: str,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
    ) -> Answer:
        signed = {**headers, "Authorization": f"Bearer {token.text}"}
        return self._calls.call(kind=kind, method=method, url=url, headers=signed, body=body)

    def _token(self) -> _Token:
        held = self._held
        return held if _is_fresh(held) else self._other_than(held)

    def _other_than(self, rejected: _Token | None) -> _Token:
        """A token other than this one. Of many threads that ask at once, one fetches; a failure is all's."""
        seen = self._failures
        with self._fetching:
            held = self._held
            if held is not rejected and _is_fresh(held):
                return held
            if self._failures != seen:
                # The attempt that we waited for failed; each after its own time limit would take minutes.
                raise _again(self._last_failure)
            try:
                fetched = self._held = self._fetch()
            except NotDelivered as trouble:
                self._failures += 1
                self._last_failure = trouble
                raise
            return fetched

    def _fetch(self) -> _Token:
        answer = self._calls.call(
            kind="token",
            method="POST",
            url=self._token_url,
            headers={"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"},
            body=self._form,
        )
        if answer.status // 100 != 2:
            raise self._refused(answer)
        return _token_from(answer)

    def _refused(self, answer: Answer) -> NotDelivered:
        trouble = not_delivered(answer)
        if trouble.trouble == DeliveryTrouble.REJECTED:
            # 400 says something about the client (RFC 6749 §5.2); the others, that there is no such place.
            trouble.trouble = DeliveryTrouble.SIGN_IN if answer.status == 400 else DeliveryTrouble.UNEXPECTED
        trouble.said = trouble.said.replace(self._secret, "••••")
        return trouble


def _is_fresh(token: _Token | None) -> TypeGuard[_Token]:
    return token is not None and token.fresh_until > time.monotonic()


def _token_from(answer: Answer) -> _Token:
    """The token of an answer, none of whose words are kept when it is none: it may hold the token."""
    try:
        fields = read_object(answer.body).fields
    except UnreadableAnswer:
        fields = {}
    text = fields.get("access_token")
    kind = fields.get("token_type", "bearer")
    if not isinstance(text, str) or not _SENDABLE_TOKEN.fullmatch(text) or str(kind).lower() != "bearer":
        raise NotDelivered(DeliveryTrouble.UNEXPECTED, status=answer.status)
    lifetime = count_of(fields.get("expires_in"))
    seconds = min(UNSTATED_LIFETIME_SECONDS if lifetime is None else lifetime, LONGEST_LIFETIME_SECONDS)
    return _Token(text, time.monotonic() + seconds - EARLY_RENEWAL_SECONDS)


def _again(trouble: NotDelivered) -> NotDelivered:
    return NotDelivered(
        trouble.trouble, status=trouble.status, said=trouble.said, retry_after=trouble.retry_after
    )
