"""What a person was told, and what moves the time to tell it."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from erasure.choices.looks import Look


class Outcome(TextChoices):
    """What the person was told: the end of a request, and of its legal clock."""

    DONE = "done", _("Done")
    PARTLY_DONE = "partly_done", _("Partly done")
    NOTHING_FOUND = "nothing_found", _("Nothing found")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn by the person")


OUTCOME_LOOKS: dict[Outcome, Look] = {
    Outcome.DONE: Look("success", "check_circle"),
    Outcome.PARTLY_DONE: Look("warning", "rule"),
    Outcome.NOTHING_FOUND: Look("neutral", "search_off"),
    Outcome.REFUSED: Look("neutral", "block"),
    Outcome.WITHDRAWN: Look("neutral", "undo"),
}


class LateReason(TextChoices):
    """Why a person was answered after the statutory date: counted in the month's figures."""

    HOLD = "hold", _("A hold, or the decision on an override")
    CXONE = "cxone", _("CXone took too long or could not be reached")
    IDENTITY = "identity", _("Identity or identifier could not be established sooner")
    HANDED_IN_LATE = "handed_in_late", _("It reached us late within our own organisation")
    WORKLOAD = "workload", _("Workload or absence")
    OTHER = "other", _("Another reason, told in the comments")


class ExtensionGround(TextChoices):
    """Why more time may be taken. Which of them a regulation knows stands in `erasure/regulations.py`."""

    COMPLEXITY = "complexity", _("The request is complex")
    NUMBER_OF_REQUESTS = "number_of_requests", _("The number of requests from this person")
    VOLUME = "volume", _("The volume of requests received")


class PauseGround(TextChoices):
    """What the person was asked for, so that the clock stands still where the law knows that."""

    IDENTITY = "identity", _("Information needed to establish identity")
    CLARIFICATION = "clarification", _("Clarification of what an access request is about")


class LetterKind(TextChoices):
    """What a letter to a person is for."""

    ACKNOWLEDGEMENT = "acknowledgement", _("Acknowledgement of receipt")
    EXTENSION = "extension", _("More time is needed")
    DONE = "done", _("Done")
    PARTLY_DONE = "partly_done", _("Partly done")
    NOTHING_FOUND = "nothing_found", _("Nothing found")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawal confirmed")
