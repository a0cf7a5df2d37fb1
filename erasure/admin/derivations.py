"""How the dates of a request came about, as pages show it: the steps under a heading for each date."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from erasure.deadlines import DATES, Step, Steps

#: How the derivation of each date is headed.
HEADINGS: Mapping[str, str] = {
    "due": gettext_noop("Statutory date"),
    "first": gettext_noop("End of the first period"),
    "target": gettext_noop("Internal target"),
    "acknowledge": gettext_noop("Confirm receipt"),
}


@dataclass(frozen=True)
class Derivation:
    """How one date came about: its heading and its steps."""

    heading: str
    steps: tuple[Step, ...]


def derivations_of(steps: Steps) -> list[Derivation]:
    """The derivations of the dates there are, each with its heading."""
    return [Derivation(_(HEADINGS[of]), steps[of]) for of in DATES if of in steps]
