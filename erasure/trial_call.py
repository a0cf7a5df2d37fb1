"""Trying the CXone connection: sign in, and read an id that does not exist. Nothing is ever posted.

The deployment's own token and its pause are left alone: the trial signs in by itself.
"""

from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from audit.words import Words
from erasure.cxone.client import CXoneClient
from erasure.cxone.endpoint import Endpoint
from erasure.cxone.errors import (
    AuthenticationFailed,
    CXoneError,
    RateLimited,
    ScopeMissing,
    ServerTrouble,
    TimedOut,
    TokenUnavailable,
    UnknownRequest,
    Unreachable,
    UnreadableAnswer,
)
from erasure.cxone.token import MemoryTokenStore

#: No request of ours has this id, and none of CXone's is likely to.
MADE_UP_ID = "privacyadmin-connection-test"

SIGNED_IN = _lazy("Signed in, and CXone answered")
WAY_OUT: tuple[tuple[type[CXoneError], Words], ...] = (
    (
        AuthenticationFailed,
        _lazy("Check CXONE_CLIENT_ID and CXONE_CLIENT_SECRET, and that the client is not locked."),
    ),
    (
        ScopeMissing,
        _lazy("Nothing goes out until the client has them."),
    ),
    (
        TokenUnavailable,
        _lazy(
            "Check CXONE_BASE_URL, CXONE_TOKEN_PATH and the network; if all are right, CXone has trouble: "
            "wait."
        ),
    ),
    (
        Unreachable,
        _lazy("Check CXONE_BASE_URL, the name server, the firewall and the proxy of this machine."),
    ),
    (RateLimited, _lazy("The sign-in worked. Wait a minute before the next try.")),
    (
        TimedOut,
        _lazy(
            "Check the network between here and CXone; if other services answer, CXone is slow: try later."
        ),
    ),
    (
        ServerTrouble,
        _lazy("The sign-in worked. CXone itself has trouble; what waits goes out once it has passed."),
    ),
    (
        UnreadableAnswer,
        _lazy("Check that CXONE_BASE_URL and CXONE_REQUESTS_PATH lead to CXone, not to a proxy’s page."),
    ),
)
ELSE_WAY_OUT = _lazy(
    "Try again in a minute; if it stays like this, check the network and the settings below."
)


@dataclass(frozen=True)
class Verdict:
    """What a trial showed, in words for operators."""

    tone: Literal["success", "warning", "danger"]
    title: Words
    text: Words


def try_connection(endpoint: Endpoint) -> Verdict:
    """Take a token and read a made-up id. At most about half a minute; never raises what CXone does."""
    client = CXoneClient(endpoint, MemoryTokenStore(), connections=1)
    try:
        client.status(MADE_UP_ID)
    except UnknownRequest:
        return Verdict(
            "success",
            SIGNED_IN,
            _(
                "It does not know the made-up id, as it should be (404). Mind that a 404 may also mean that "
                "there is no such interface at CXONE_REQUESTS_PATH: only a real request shows that."
            ),
        )
    except CXoneError as error:
        return _verdict_on(error)
    finally:
        client.close()
    return Verdict(
        "warning",
        _("Signed in, and CXone answered in an unexpected way"),
        _("It reports a status for an id that we made up. Check that CXONE_BASE_URL leads to CXone itself."),
    )


def _verdict_on(error: CXoneError) -> Verdict:
    way_out = next((words for kind, words in WAY_OUT if isinstance(error, kind)), ELSE_WAY_OUT)
    passing = isinstance(error, RateLimited | ServerTrouble | TimedOut)
    return Verdict("warning" if passing else "danger", str(error), way_out)
