"""One reason why a payload may not go, told so that the one who reads it can put it right."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Violation:
    """`code` is for programs, `field` the payload's field ("" for the whole), the rest for people.

    `kind`: "invalid" is a shape that CXone would not take; "rule" is a retention rule, and another choice is
    the way out; "held" waits for an override or for the release of the hold.
    """

    code: str
    field: str
    message: str
    way_out: str
    kind: Literal["invalid", "rule", "held"]
