"""What happened to a legal hold, in plain words: the events of the audit log about it, the newest first."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from audit.events import Event
from audit.history import history_of
from audit.models import AuditPastEvent, LoggedEvent
from audit.words import Words, day_words
from erasure.admin.timeline import Moment, Names, Timeline, names_of
from erasure.admin.timeline_looks import PLAIN_LOOK
from erasure.admin.timeline_words import Facts
from erasure.choices import Look
from erasure.models import LegalHold
from erasure.plain_words import count_words

MOST_SHOWN = 100

#: Why somebody could not take part in the release, as `releasing` names it.
BARRED: Mapping[str, Words] = {
    "filed_by": _lazy("they filed a submission that it stops"),
    "asked_by": _lazy("they proposed it themselves"),
    "asker_filed": _lazy("who proposed it filed a submission that it stops"),
    "no_permission": _lazy("only reviewers release holds"),
}
LOOKS: Mapping[str, Look] = {
    Event.HOLD_PLACED: Look("warning", "lock"),
    Event.HOLD_RELEASED: Look("info", "lock_open"),
    Event.HOLD_RELEASE_ASKED: Look("warning", "group"),
    Event.HOLD_RELEASE_DENIED: Look("neutral", "lock"),
    Event.HOLD_RELEASE_REFUSED: Look("danger", "block"),
    Event.HOLD_RELEASE_WITHDRAWN: Look("neutral", "undo"),
    Event.HOLD_RELEASE_EXPIRED: Look("neutral", "timer_off"),
    Event.SUBJECT_SHREDDED: Look("neutral", "delete_forever"),
}


def history_of_hold(hold: LegalHold) -> Timeline:
    """The hold's events, as a request's page shows those of a request."""
    history = history_of(hold.obj, most=MOST_SHOWN)
    names = names_of(history.newest)
    return Timeline([_moment(event, names) for event in history.newest], history.earlier)


def _moment(event: LoggedEvent, names: Names) -> Moment:
    told = WORDS.get(event.act)
    return Moment(
        seq=event.seq,
        is_of_ended_log=isinstance(event, AuditPastEvent),
        at=event.occurred_at,
        words=told(event.facts) if told else event.words,
        who=names.get(event.actor, event.actor),
        look=LOOKS.get(event.act, PLAIN_LOOK),
    )


def _placed(facts: Facts) -> str:
    from_list = _(", from a list") if facts.get("via") == "import" else ""
    late = facts.get("too_late")
    too_late = (
        ngettext("; too late for %(count)s on its way", "; too late for %(count)s on their way", late)
        % {"count": count_words(late, "submission")}
        if late
        else ""
    )
    last = facts.get("valid_until")
    until = _(", until %(day)s") % {"day": _last_day(last)} if last else ""
    return f"{_('Placed')}{from_list}{until}{too_late}"


def _last_day(written: object) -> str:
    """The last day of a hold that ends at this moment, which is the midnight after it."""
    last = datetime.fromisoformat(str(written)) - timedelta(seconds=1)
    return day_words(timezone.localtime(last, timezone.get_default_timezone()).date())


def _released(facts: Facts) -> str:
    return _("Released; it let %(submissions)s go") % {"submissions": _submissions(facts)}


def _asked(facts: Facts) -> str:
    return _("Release proposed; it would let %(submissions)s go") % {"submissions": _submissions(facts)}


def _refused(facts: Facts) -> str:
    why = BARRED.get(facts["reason"], facts["reason"])
    what = _("Deciding on the release") if facts.get("release") else _("Proposing the release")
    return _("%(what)s was refused: %(why)s") % {"what": what, "why": why}


def _submissions(facts: Facts) -> str:
    count = facts.get("submissions") or 0
    return count_words(count, "submission") if count else _("no submission")


WORDS: Mapping[str, Callable[[Facts], str]] = {
    Event.HOLD_PLACED: _placed,
    Event.HOLD_RELEASED: _released,
    Event.HOLD_RELEASE_ASKED: _asked,
    Event.HOLD_RELEASE_DENIED: lambda _facts: _("The release was denied: the hold is kept"),
    Event.HOLD_RELEASE_REFUSED: _refused,
    Event.HOLD_RELEASE_WITHDRAWN: lambda _facts: _("The proposed release was withdrawn"),
    Event.HOLD_RELEASE_EXPIRED: lambda _facts: _("Nobody decided on the proposed release in time"),
    Event.SUBJECT_SHREDDED: lambda _facts: _("Its matter, and the words of its releases, were shredded"),
}
