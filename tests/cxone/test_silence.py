"""No secret, no identifier and no path with an id gets into an error, a representation or a log."""

import logging
import traceback

import pytest

from erasure.cxone.answers import Accepted, read_status
from erasure.cxone.endpoint import Endpoint
from erasure.cxone.errors import CXoneError
from tests.cxone.conftest import SECRET, SUBJECT, MakeClient, payload
from tests.cxone.raw_server import Play, RawServer, answer, reset, saying

CXONE_ID = "prv-0123456789"
TOKEN = "first-token"
KEY = "key-of-one-request"
LEAKY = f'{{"message": "{SUBJECT} {CXONE_ID} is held", "x": "{SECRET}'.encode()


def odd_headers(status: str) -> Play:
    """An answer whose headers urllib3 warns of, with the address of the call."""
    return lambda connection, _request: connection.sendall(
        answer(status, LEAKY, f"X-Subject: {SUBJECT}", "no colon here", "X-After: 1")
    )


PLAYS: dict[str, Play] = {
    "success": saying("200 OK", f'{{"id": "{CXONE_ID}", "subjectId": "{SUBJECT}"}}'.encode()),
    "refused": saying("400 Bad Request", LEAKY + b'"}'),
    "refused with a page": saying("400 Bad Request", LEAKY),
    "unauthorised": saying("401 Unauthorized", LEAKY, f'WWW-Authenticate: Bearer realm="{SUBJECT}"'),
    "forbidden": saying("403 Forbidden", LEAKY),
    "unknown": saying("404 Not Found", LEAKY),
    "slow down": saying("429 Too Many Requests", LEAKY, f"Retry-After: {SUBJECT}"),
    "trouble": saying("503 Service Unavailable", LEAKY),
    "redirect": saying("302 Found", LEAKY, f"Location: https://example.org/{SUBJECT}"),
    "broken JSON": saying("200 OK", LEAKY),
    "odd headers": odd_headers("200 OK"),
    "odd headers in trouble": odd_headers("500 Internal Server Error"),
    "reset": reset,
    "silence": lambda connection, _request: (connection.recv(1), None)[1],
}


def _everything_about(error: BaseException) -> str:
    """The error, and all that a careless logger could make of it."""
    texts: list[str] = []
    link: BaseException | None = error
    while link is not None:
        texts += [str(link), repr(link), "".join(traceback.format_exception(link, chain=False))]
        # What `from None` merely hides would still be found by an error reporter.
        link = link.__cause__ or link.__context__
    return "\n".join(texts)


@pytest.mark.parametrize("play", PLAYS.values(), ids=PLAYS)
def test_nothing_personal_leaves_a_call(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture, play: Play
) -> None:
    caplog.set_level(logging.DEBUG)
    told = ""
    with RawServer(play) as server:
        client = make_client(server.base_url, submit_seconds=0.3, status_seconds=0.3, token_seconds=0.3)
        for call in (
            lambda: client.submit(payload(), idempotency_key=KEY),
            lambda: client.status(CXONE_ID),
        ):
            try:
                call()
            except CXoneError as error:
                told += _everything_about(error)
        told += repr(client) + caplog.text

    assert server.seen
    assert "cxone submit POST" in told
    for secret in (SECRET, SUBJECT, CXONE_ID, TOKEN, KEY, "/requests/"):
        assert secret not in told


def test_a_failed_connection_names_no_address(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(CXoneError) as caught:
        make_client("http://cxone.invalid").status(CXONE_ID)

    assert CXONE_ID not in _everything_about(caught.value) + caplog.text


def test_an_endpoint_hides_its_secret() -> None:
    assert SECRET not in repr(Endpoint("https://cxone.example", "demo", SECRET))


def test_answers_hide_the_person() -> None:
    report = read_status(f'{{"subjectId": "{SUBJECT}", "errorMessage": "{SUBJECT}"}}'.encode())

    assert SUBJECT not in repr(report)
    assert repr(Accepted("prv-1", None)) == "Accepted(id='prv-1', status=None)"
