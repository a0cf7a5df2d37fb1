"""Why a date cannot be computed.

* ClockError
  + UnknownRegulation   no row has this token
  + RegulationOff       there is a row, not confirmed for use
  + DateOutOfReach      the calendar ends, or has no working day, before the answer is due
"""

from django.utils.translation import gettext as _

from erasure.regulations import RULE_OF, RegulationRule, regulations_on


class ClockError(ValueError):
    """A date cannot be computed; the message says what to do."""


class UnknownRegulation(ClockError):  # noqa: N818 - reads as what it is where it is caught.
    """No row of the policy has this token."""

    def __init__(self, regulation: str) -> None:
        words = _("There is no regulation “%(token)s”.") % {"token": regulation[:40]}
        super().__init__(f"{words} {_in_force()}")
        self.regulation = regulation


class RegulationOff(ClockError):  # noqa: N818 - the same.
    """The regulation is known, and counsel has not confirmed its clock."""

    def __init__(self, regulation: str) -> None:
        words = _("The clock of “%(token)s” is off until counsel confirms it.") % {"token": regulation}
        super().__init__(f"{words} {_in_force()}")
        self.regulation = regulation


class DateOutOfReach(ClockError):  # noqa: N818 - the same.
    """The calendar ends, or offers no working day, before the answer is due."""


def rule_in_force(regulation: str) -> RegulationRule:
    """The row of a regulation that is on. Raises UnknownRegulation or RegulationOff."""
    rule = RULE_OF.get(regulation)
    if rule is None:
        raise UnknownRegulation(regulation)
    if rule not in regulations_on():
        raise RegulationOff(regulation)
    return rule


def _in_force() -> str:
    tokens = ", ".join(rule.regulation for rule in regulations_on())
    return _("In force here: %(tokens)s.") % {"tokens": tokens}
