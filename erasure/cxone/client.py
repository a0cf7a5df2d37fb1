"""The calls to CXone's interface for privacy requests: sign in, submit, ask for the status.

Safe to share between threads. Nothing is retried here but a call whose cached token was turned down, once;
when to try again is the business of whoever keeps the requests.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime

from erasure.cxone.answers import Accepted, StatusReport, read_accepted, read_refusal, read_status
from erasure.cxone.endpoint import Endpoint
from erasure.cxone.errors import (
    AuthenticationFailed,
    RateLimited,
    Refused,
    ScopeMissing,
    ServerTrouble,
    UnknownRequest,
    UnreadableAnswer,
)
from erasure.cxone.failures import in_cxone_terms
from erasure.cxone.sign_in import SignIn
from erasure.cxone.token import TokenStore
from erasure.outbound.retry_after import parse_retry_after
from erasure.outbound.transport import Answer, Transport

TOKEN_SECONDS = 15.0
SUBMIT_SECONDS = 30.0
STATUS_SECONDS = 15.0


class CXoneClient:
    """Speaks to one CXone tenant over `connections` kept-alive connections.

    The three limits are whole seconds from the first byte written to the last byte read, a repeat after a
    401 included; fetching a token has its own. A name server that does not answer is beyond them: the
    operating system decides how long it waits. Raises ValueError for an environment (proxy, CA bundle) that
    could not work.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        tokens: TokenStore,
        *,
        clock: Callable[[], float] = time.monotonic,
        connections: int = 16,
        token_seconds: float = TOKEN_SECONDS,
        submit_seconds: float = SUBMIT_SECONDS,
        status_seconds: float = STATUS_SECONDS,
    ) -> None:
        self._endpoint = endpoint
        self._clock = clock
        self._submit_seconds = submit_seconds
        self._status_seconds = status_seconds
        self._transport = Transport(endpoint.base_url, peer="cxone", connections=connections, clock=clock)
        self._sign_in = SignIn(endpoint, tokens, self._transport, clock=clock, limit=token_seconds)

    def ensure_token(self) -> None:
        """See that the next calls have a token with more than a minute left. Raises NotTaken's kinds."""
        self._sign_in.token()

    def submit(self, body: bytes, *, idempotency_key: str) -> Accepted:
        """Send one frozen payload. Raises NotTaken's and Unclear's kinds, and Refused.

        After Unclear the same `body` must be repeated with the same `idempotency_key`.
        """
        answer = self._authorised(
            kind="submit",
            method="POST",
            url=self._endpoint.requests_url,
            headers={"Content-Type": "application/json", "Idempotency-Key": idempotency_key},
            body=body,
            deadline=self._clock() + self._submit_seconds,
        )
        # 422 is how some gateways say what the contract says with 400: understood, and against the rules.
        if answer.status in {400, 422}:
            raise Refused(read_refusal(answer.body))
        self._expect_success(answer)
        return read_accepted(answer.body)

    def status(self, cxone_id: str) -> StatusReport:
        """Ask for one request's status. Raises NotTaken's and Unclear's kinds, and UnknownRequest.

        A 400 is not final here: a question that was turned down says nothing about the erasure.
        """
        answer = self._authorised(
            kind="status",
            method="GET",
            url=self._endpoint.status_url(cxone_id),
            headers={},
            body=None,
            deadline=self._clock() + self._status_seconds,
        )
        if answer.status == 404:
            raise UnknownRequest
        self._expect_success(answer)
        return read_status(answer.body)

    def close(self) -> None:
        """Close the idle connections; a call in another thread still ends properly."""
        self._transport.close()

    def _authorised(
        self,
        *,
        kind: str,
        method: str,
        url: str,
        headers: dict[str, str],
        body: bytes | None,
        deadline: float,
    ) -> Answer:
        """Make the call with the token, once more with a renewed one if it was turned down."""
        token = self._sign_in.token()
        for renewed in (False, True):
            if renewed:
                token = self._sign_in.renewed(token)
            answer = in_cxone_terms(
                self._transport.call,
                kind=kind,
                method=method,
                url=url,
                headers={
                    "Authorization": f"Bearer {token.access_token}",
                    "Accept": "application/json",
                    **headers,
                },
                body=body,
                deadline=deadline,
            )
            if answer.status != 401:
                return answer
        raise AuthenticationFailed("a freshly renewed token was answered with 401")

    def _expect_success(self, answer: Answer) -> None:
        """Raise what a status code other than 2xx means."""
        status = answer.status
        if 200 <= status < 300:
            return
        if 300 <= status < 400:
            raise UnreadableAnswer("it is a redirect, which is never followed")
        if status == 403:
            raise ScopeMissing(self._endpoint.scopes)
        if status == 429:
            raise RateLimited(_pause(answer))
        if status >= 500:
            raise ServerTrouble(status, _pause(answer))
        raise UnreadableAnswer(f"the status code {status} is not in the contract")


def _pause(answer: Answer) -> float | None:
    return parse_retry_after(answer.headers.get("Retry-After"), now=datetime.now(UTC))
