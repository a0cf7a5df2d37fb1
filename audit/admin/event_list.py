"""The explorer: the list of events, narrowed by its form, in pages that hold still."""

from typing import Any, ClassVar
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from unfold.admin import ModelAdmin
from unfold.views import ChangeList

from audit.admin import event_page, event_words, standing
from audit.admin.access import page
from audit.admin.event_filters import ExplorerForm
from audit.admin.event_paging import MOST_COUNTED, PAGE_SIZE, Cursor, counted, page_of
from audit.admin.event_words import events_words
from audit.models import AuditEvent, AuditHead
from audit.words import Words, numbered

PERMISSION = "audit.view_auditevent"


class EventChangeList(ChangeList):  # type: ignore[misc]  # Unfold ships no types.
    """Django's list, asked by our form and paged by numbers instead of by counting and skipping."""

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[AuditEvent]:  # noqa: ARG002 - Django's.
        """The events that the form leaves."""
        self.form = ExplorerForm(request.POST if request.method == "POST" else request.GET)
        self.filter_specs: list[Any] = []
        self.has_filters = False
        events = self.form.narrowed(AuditEvent.objects.all())
        self.has_active_filters = self.form.is_narrowing
        return events

    def get_results(self, request: HttpRequest) -> None:
        """One page: its numbers first, then their lines with the names of who acted."""
        by_time = self.form.is_valid() and self.form.by_time
        page = page_of(self.queryset, _cursor(request), by_time=by_time)
        lines = {event.seq: event for event in self.root_queryset.filter(seq__in=page.numbers)}
        self.result_list = [lines[number] for number in page.numbers if number in lines]
        self.page = page
        self.count_words = self._count_words()
        self.result_count = self.full_result_count = len(self.result_list)
        self.show_full_result_count = self.can_show_all = self.multi_page = False
        self.show_admin_actions = False
        self.links = self._links()

    def _count_words(self) -> str:
        """How many events there are; nothing where counting would read through the log."""
        page = self.page
        if not self.form.is_narrowing:
            head = AuditHead.objects.filter(pk=AuditHead.ONLY).first()
            return events_words(head.size - head.base_size) if head else ""
        if not page.has_newer and not page.has_older:
            return events_words(len(page.numbers))
        if self.form.reads_lines:
            return _("%(page_size)s of more events") % {"page_size": PAGE_SIZE}
        count = counted(self.queryset)
        return (
            _("More than %(most_counted)s events") % {"most_counted": numbered(MOST_COUNTED)}
            if count > MOST_COUNTED
            else events_words(count)
        )

    def _links(self) -> dict[str, str]:
        """The addresses of the pages on either side, and of both ends; only those that lead anywhere."""
        links = {}
        numbers = self.page.numbers
        if self.page.has_newer:
            links["newest"] = self._address()
            links["newer"] = self._address(after=numbers[0]) if numbers else self._address()
        if self.page.has_older:
            links["older"] = self._address(before=numbers[-1])
            links["oldest"] = self._address(after=-1)
        return links

    def _address(self, **cursor: int) -> str:
        return f"?{urlencode({**self.form.address_terms(), **cursor})}"


@admin.register(AuditEvent)
class AuditEventAdmin(ModelAdmin):  # type: ignore[misc]  # Unfold ships no types.
    """Events, newest first. Nobody may add, change or delete one here, superusers included."""

    list_display = ("number", "time", "event", "about", "who", "outcome", "leaf_start")
    list_display_links = ("number", "event")
    sortable_by = ()
    preserve_filters = False
    actions = None
    list_fullwidth = False
    change_list_template = "audit/event_list.html"
    list_before_template = "audit/standing.html"
    empty: ClassVar[dict[str, Words]] = {
        "icon": "receipt_long",
        "heading": _lazy("No events yet"),
        "text": _lazy("Whatever is done with a request is written here, in the same moment and for good."),
    }

    def get_urls(self) -> list[URLPattern]:
        """The list and the page of one event; no address at which one could be added or taken away."""
        listed = page(PERMISSION, methods=("GET", "HEAD", "POST"))(self.changelist_view)
        return [
            path("", listed, name="audit_auditevent_changelist"),
            path(
                "<path:object_id>/change/", page(PERMISSION)(self.change_view), name="audit_auditevent_change"
            ),
        ]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[EventChangeList]:  # noqa: ARG002 - Django's.
        """Ours."""
        return EventChangeList

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        """The list. A posted form leads to the address of what it asks for, or is shown again with what is
        wrong in it.
        """
        if request.method == "POST":
            form = ExplorerForm(request.POST)
            if form.is_valid():
                return redirect(f"{request.path}?{urlencode(form.address_terms())}".rstrip("?"))
        context = {"title": _("Audit log"), **standing.context(), **(extra_context or {})}
        answer: HttpResponseBase = super().changelist_view(request, context)
        return answer

    def change_view(
        self, request: HttpRequest, object_id: str, *_form: Any, **_more: Any
    ) -> HttpResponseBase:
        """One event, on a page of its own instead of Django's form."""
        return event_page.show(request, object_id)

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEvent]:  # noqa: ARG002 - Django's.
        """Every event with the name its actor has now."""
        return event_words.with_names(AuditEvent.objects.all())

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - the signature is Django's.
        """Events are written by what they tell of."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: AuditEvent | None = None) -> bool:  # noqa: ARG002 - Django's.
        """The log is append-only."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AuditEvent | None = None) -> bool:  # noqa: ARG002 - Django's.
        """The log is append-only."""
        return False

    @admin.display(description=_lazy("Number"))
    def number(self, event: AuditEvent) -> SafeString:
        """The event's place in the log."""
        return format_html('<span class="pa-strong">{}</span>', f"{event.seq:,}")

    @admin.display(description=_lazy("Time"))
    def time(self, event: AuditEvent) -> SafeString:
        """To the second, in the reader's zone."""
        words = date_format(timezone.localtime(event.occurred_at), "j M Y, H:i:s")
        return format_html('<span class="pa-nowrap">{}</span>', words)

    @admin.display(description=_lazy("Event"))
    def event(self, event: AuditEvent) -> str:
        """What happened, in words."""
        return event.words

    @admin.display(description=_lazy("About"))
    def about(self, event: AuditEvent) -> str:
        """The reference of a request as people know it, anything else with its kind."""
        return event_words.about_in_short(event.obj)

    @admin.display(description=_lazy("Who"))
    def who(self, event: AuditEvent) -> str:
        """The person's name today, else the opaque id."""
        return event_words.who(event)

    @admin.display(description=_lazy("Result"))
    def outcome(self, event: AuditEvent) -> SafeString:
        """Done, refused, failed; or that what is stored is no line of the log."""
        tone, icon, text = event_words.result_look(event)
        return render_to_string("pa/badge.html", {"tone": tone, "icon": icon, "text": text})

    @admin.display(description=_lazy("Leaf (SHA-256)"))
    def leaf_start(self, event: AuditEvent) -> SafeString:
        """Enough of the hash to compare by eye."""
        leaf = bytes(event.leaf).hex()
        return format_html('<code class="pa-mono pa-nowrap">{}…{}</code>', leaf[:8], leaf[-6:])


def _cursor(request: HttpRequest) -> Cursor:
    """Where the address wants the page to begin; what is no number is as good as nothing."""
    return Cursor(**{side: _number(request.GET.get(side, "")) for side in ("before", "after")})


def _number(written: str) -> int | None:
    digits = written.removeprefix("-")
    return int(written) if digits.isascii() and digits.isdecimal() and len(digits) < 19 else None
