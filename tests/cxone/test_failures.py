"""What failed on the way is told as what it means to the request, and nothing of the original is kept."""

import pytest

from erasure.cxone import errors
from erasure.cxone.failures import in_cxone_terms
from erasure.outbound import errors as outbound


@pytest.mark.parametrize(
    ("failure", "kind", "text"),
    [
        (
            outbound.Unreachable("the TLS handshake failed"),
            errors.Unreachable,
            "CXone could not be reached: the TLS handshake failed.",
        ),
        (outbound.TimedOut(), errors.TimedOut, "CXone did not answer in time."),
        (
            outbound.ConnectionBroken(),
            errors.ConnectionBroken,
            "The connection to CXone broke before its answer was complete.",
        ),
        (
            outbound.UnreadableAnswer("it is empty"),
            errors.UnreadableAnswer,
            "CXone's answer could not be used: it is empty.",
        ),
        (
            outbound.CallFailed("of a kind to come"),
            errors.ConnectionBroken,
            "The connection to CXone broke before its answer was complete.",
        ),
    ],
)
def test_a_failure_becomes_cxones(
    failure: outbound.CallFailed, kind: type[errors.CXoneError], text: str
) -> None:
    def fail() -> None:
        raise failure

    with pytest.raises(errors.CXoneError) as told:
        in_cxone_terms(fail)

    assert (type(told.value), str(told.value)) == (kind, text)
    assert told.value.__cause__ is told.value.__context__ is None


def test_what_did_not_fail_is_given_through() -> None:
    assert in_cxone_terms(int, "ff", base=16) == 255
