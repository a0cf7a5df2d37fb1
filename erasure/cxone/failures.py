"""What a call that failed on the way means to a request for CXone: outbound's errors as CXone's."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from erasure.cxone import errors
from erasure.outbound import errors as outbound

Asked = ParamSpec("Asked")
Given = TypeVar("Given")


def in_cxone_terms(act: Callable[Asked, Given], *args: Asked.args, **kwargs: Asked.kwargs) -> Given:
    """Do `act`, a call or the reading of an answer. Raises Unreachable and Unclear's kinds."""
    try:
        return act(*args, **kwargs)
    except outbound.CallFailed as failure:
        error = _converted(failure)
    # Raised out here, so that nothing of the original travels along.
    raise error


def _converted(failure: outbound.CallFailed) -> errors.CXoneError:
    match failure:
        case outbound.Unreachable():
            return errors.Unreachable(failure.reason)
        case outbound.UnreadableAnswer():
            return errors.UnreadableAnswer(failure.reason)
        case outbound.TimedOut():
            return errors.TimedOut()
        case _:
            # Whatever is not known to have kept the request from being taken leaves it unclear.
            return errors.ConnectionBroken()
