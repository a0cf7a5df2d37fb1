"""What people read for the codes of an event: how it ended, who acted, and its kinds in groups."""

from collections.abc import Iterable, Mapping

from django.contrib.auth import get_user_model
from django.db.models import Exists, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Concat, NullIf, Substr, Trim
from django.utils.translation import gettext, gettext_noop, ngettext
from django.utils.translation import gettext_lazy as _lazy

from audit.event_words import EVENT_WORDS
from audit.log_format import LogFormatError
from audit.models import AuditEvent, LoggedEvent
from audit.words import Words, numbered

#: Tone, icon and word of each result.
RESULT_LOOKS = {
    "ok": ("success", "check", _lazy("Done")),
    "denied": ("warning", "block", _lazy("Refused")),
    "failed": ("danger", "error", _lazy("Failed")),
}
DAMAGED_LOOK = ("danger", "broken_image", _lazy("Line damaged"))
ACTORS_WITHOUT_A_NAME = {"sys": "PrivacyAdmin", "cxone": "CXone"}

#: The nouns that begin the names of events, under the headings that group them in a choice.
EVENT_GROUPS: Mapping[str, tuple[str, ...]] = {
    gettext_noop("Requests"): ("request", "attention", "import", "list", "letter"),
    gettext_noop("Callbacks of CXone"): ("callback", "upstream"),
    gettext_noop("Holds and overrides"): ("hold", "override"),
    gettext_noop("Personal data"): ("subject", "dossier"),
    gettext_noop("People"): ("user", "access"),
    gettext_noop("Vaults"): ("vault",),
    gettext_noop("The log itself"): ("log", "audit", "key"),
}

#: A log goes by a UUID, which would take the room of two other columns.
LONGEST_SHOWN = 16

Choices = list[tuple[str, Words]]


def event_choices() -> list[tuple[str, Choices]]:
    """All kinds of event by their words, grouped by what they happen to."""
    return [(gettext(heading), _choices_of(nouns)) for heading, nouns in EVENT_GROUPS.items()]


def _choices_of(nouns: Iterable[str]) -> Choices:
    return [(str(act), words) for act, words in EVENT_WORDS.items() if act.partition(".")[0] in nouns]


def with_names(events: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
    """Every event with the name its actor has now; the log itself knows only the opaque id."""
    staff = get_user_model().objects.filter(staff_id=Substr(OuterRef("actor"), 3))
    return events.annotate(staff_name=Subquery(staff.values_list(_full_name())[:1]))


def name_of(actor: str) -> str:
    """Who an actor is today; the opaque id itself where nobody is known by it."""
    if actor in ACTORS_WITHOUT_A_NAME:
        return ACTORS_WITHOUT_A_NAME[actor]
    staff = get_user_model().objects.filter(staff_id=actor.removeprefix("u:"))
    return staff.values_list(_full_name(), flat=True).first() or actor


def who(event: LoggedEvent) -> str:
    """The name of an event's actor that `with_names` found, else the opaque id."""
    name: str | None = getattr(event, "staff_name", None)
    return ACTORS_WITHOUT_A_NAME.get(event.actor) or name or event.actor


def actors_in_the_log() -> Choices:
    """Those who acted and have a name today, by name; each is one probe of an index, however long the log."""
    acted = AuditEvent.objects.filter(actor=Concat(Value("u:"), OuterRef("staff_id")))
    staff = get_user_model().objects.filter(Exists(acted)).annotate(known_as=_full_name())
    people = sorted(staff.values_list("staff_id", "known_as"), key=lambda person: person[1].casefold())
    shown = [(f"u:{staff_id}", f"{known_as} ({staff_id})") for staff_id, known_as in people]
    return [*ACTORS_WITHOUT_A_NAME.items(), *shown]


def result_look(event: LoggedEvent) -> tuple[str, str, Words]:
    """Tone, icon and word: done, refused, failed; or that what is stored is no line of the log."""
    try:
        return RESULT_LOOKS[event.result]
    except (LogFormatError, KeyError):
        return DAMAGED_LOOK


def about(obj: str) -> str:
    """The reference of a request as people know it, anything else with its kind."""
    return obj.removeprefix("request:")


def about_in_short(obj: str) -> str:
    """The same where there is little room: of a long opaque id only its beginning."""
    kind, _colon, name = obj.partition(":")
    return f"{kind}:{name[:8]}…" if kind != "request" and len(name) > LONGEST_SHOWN else about(obj)


def events_words(count: int) -> str:
    """`1 event`, `18,423 events`."""
    return ngettext("%(count)s event", "%(count)s events", count) % {"count": numbered(count)}


def _full_name() -> Coalesce:
    full_name = Trim(Concat("first_name", Value(" "), "last_name"))
    return Coalesce(NullIf(full_name, Value("")), "username")
