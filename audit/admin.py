"""The log as pages: a list of events and the line of each, to be read and nothing else."""

from typing import Any, ClassVar, NoReturn

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Concat, NullIf, Substr, Trim
from django.http import Http404, HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin

from audit.events import EVENT_WORDS
from audit.log_format import LogFormatError
from audit.models import AuditEvent

#: Tone, icon and word of each result.
RESULT_LOOKS = {
    "ok": ("success", "check", "Done"),
    "denied": ("warning", "block", "Refused"),
    "failed": ("danger", "error", "Failed"),
}
DAMAGED_LOOK = ("danger", "broken_image", "Line damaged")
ACTORS_WITHOUT_A_NAME = {"sys": "PrivacyAdmin", "cxone": "CXone"}


class EventFilter(admin.SimpleListFilter):
    """Only one kind of event."""

    title = "event"
    parameter_name = "act"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002 - Django's.
        """All events, by their words."""
        return sorted(((str(act), words) for act, words in EVENT_WORDS.items()), key=lambda pair: pair[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:  # noqa: ARG002 - Django's.
        """The events of the chosen kind."""
        return queryset.filter(act=self.value()) if self.value() else queryset


@admin.register(AuditEvent)
class AuditEventAdmin(ModelAdmin):  # type: ignore[misc]  # Unfold ships no types.
    """Events, newest first. Nobody may add, change or delete one here, superusers included."""

    list_display = ("number", "time", "event", "about", "who", "outcome", "leaf_start")
    list_display_links = ("number", "event")
    list_filter = (EventFilter,)
    list_filter_sheet = True
    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    ordering = ("-seq",)
    actions = None
    # Django shows the search box for any field named here; what is searched is decided below.
    search_fields = ("obj",)
    search_help_text = "Request, number of an event, or staff id"
    fields = ("number", "time", "event", "about", "who", "outcome", "line", "leaf_hash")
    readonly_fields = fields
    empty: ClassVar[dict[str, str]] = {
        "icon": "receipt_long",
        "heading": "No events yet",
        "text": "Whatever is done with a request is written here, in the same moment and for good.",
    }

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEvent]:
        """Every event with the name its actor has now; the log itself knows only the opaque id."""
        full_name = Trim(Concat("first_name", Value(" "), "last_name"))
        staff = get_user_model().objects.filter(staff_id=Substr(OuterRef("actor"), 3))
        names = staff.values_list(Coalesce(NullIf(full_name, Value("")), "username"))
        events: QuerySet[AuditEvent] = super().get_queryset(request)
        return events.annotate(staff_name=Subquery(names[:1]))

    def get_search_results(
        self,
        request: HttpRequest,  # noqa: ARG002 - the signature is Django's.
        queryset: QuerySet[AuditEvent],
        search_term: str,
    ) -> tuple[QuerySet[AuditEvent], bool]:
        """Whole words only, each found by an index: a log of millions is never read through for a search."""
        term = search_term.strip()
        if not term:
            return queryset, False
        wanted = Q(obj__in=[term, f"request:{term.upper()}"]) | Q(actor__in=[term, f"u:{term}"]) | Q(act=term)
        if term.isascii() and term.isdecimal() and len(term) < 19:
            wanted |= Q(seq=int(term))
        return queryset.filter(wanted), False

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - the signature is Django's.
        """Events are written by what they tell of."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: AuditEvent | None = None) -> bool:  # noqa: ARG002 - Django's.
        """The log is append-only."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AuditEvent | None = None) -> bool:  # noqa: ARG002 - Django's.
        """The log is append-only."""
        return False

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> NoReturn:  # noqa: ARG002 - Django's.
        """An event has no history: it is never changed."""
        raise Http404

    @admin.display(description="Number", ordering="seq")
    def number(self, event: AuditEvent) -> str:
        """The event's place in the log."""
        return f"{event.seq:,}"

    @admin.display(description="Time", ordering="seq")
    def time(self, event: AuditEvent) -> str:
        """To the second, in the reader's zone."""
        return date_format(timezone.localtime(event.occurred_at), "j M Y, H:i:s")

    @admin.display(description="Event")
    def event(self, event: AuditEvent) -> str:
        """What happened, in words."""
        return event.words

    @admin.display(description="About")
    def about(self, event: AuditEvent) -> str:
        """The reference of a request as people know it, anything else with its kind."""
        return event.obj.removeprefix("request:")

    @admin.display(description="Who")
    def who(self, event: AuditEvent) -> str:
        """The person's name today, else the opaque id."""
        name: str | None = getattr(event, "staff_name", None)
        return ACTORS_WITHOUT_A_NAME.get(event.actor) or name or event.actor

    @admin.display(description="Result")
    def outcome(self, event: AuditEvent) -> SafeString:
        """Done, refused, failed; or that what is stored is no line of the log."""
        try:
            tone, icon, text = RESULT_LOOKS[event.result]
        except LogFormatError:
            tone, icon, text = DAMAGED_LOOK
        return render_to_string("pa/badge.html", {"tone": tone, "icon": icon, "text": text})

    @admin.display(description="Leaf (SHA-256)")
    def leaf_start(self, event: AuditEvent) -> SafeString:
        """Enough of the hash to compare by eye."""
        leaf = bytes(event.leaf).hex()
        return format_html('<code class="pa-mono">{}…{}</code>', leaf[:8], leaf[-6:])

    @admin.display(description="Line as stored")
    def line(self, event: AuditEvent) -> SafeString:
        """The very text that was hashed."""
        return format_html('<code class="pa-mono">{}</code>', event.body)

    @admin.display(description="Leaf hash: SHA-256 of a zero byte and the line")
    def leaf_hash(self, event: AuditEvent) -> SafeString:
        """The hash as stored."""
        return format_html('<code class="pa-mono">{}</code>', bytes(event.leaf).hex())
