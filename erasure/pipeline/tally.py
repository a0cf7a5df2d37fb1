"""What a wave of calls says about CXone as a whole, for the row that all workers share."""

from collections.abc import Sequence

from erasure.cxone import errors
from erasure.cxone.answers import Accepted, StatusReport
from erasure.upstream import PauseCode, Tally

#: The worst first: what a person must mend comes before what passes by itself.
TROUBLES: tuple[tuple[type[errors.CXoneError], PauseCode], ...] = (
    (errors.ScopeMissing, PauseCode.SCOPE_MISSING),
    (errors.AuthenticationFailed, PauseCode.AUTHENTICATION),
    (errors.RateLimited, PauseCode.RATE_LIMITED),
    (errors.TokenUnavailable, PauseCode.TOKEN_UNAVAILABLE),
    (errors.ServerTrouble, PauseCode.SERVER_TROUBLE),
    (errors.UnreadableAnswer, PauseCode.SERVER_TROUBLE),
    (errors.Unreachable, PauseCode.UNREACHABLE),
    (errors.ConnectionBroken, PauseCode.UNREACHABLE),
    (errors.TimedOut, PauseCode.UNREACHABLE),
)

Result = Accepted | StatusReport | errors.CXoneError


def tally(results: Sequence[Result]) -> Tally:
    """Count the definite answers, and name the worst trouble with the longest wait that CXone asked for."""
    successes = sum(
        isinstance(r, Accepted | StatusReport | errors.Refused | errors.UnknownRequest) for r in results
    )
    for kind, code in TROUBLES:
        met = [result for result in results if isinstance(result, kind)]
        if met:
            waits = [wait for result in met if (wait := getattr(result, "retry_after", None)) is not None]
            return Tally(
                successes=successes, trouble=code, troubles=len(met), retry_after=max(waits, default=None)
            )
    return Tally(successes=successes)
