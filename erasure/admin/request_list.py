"""The list of requests: read-only, open ones first, those whose date presses most at the top."""

from typing import Any

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from unfold.admin import ModelAdmin
from unfold.views import ChangeList

from audit.permissions import PermissionMissing
from erasure import together
from erasure.admin import request_search, requests_together
from erasure.admin.access import page
from erasure.admin.request_narrowing import ORDER, PAGE, SEARCH, Narrowing, controls, list_address
from erasure.models import BY_PRESSURE, PrivacyRequest, Submission
from erasure.models.subjects import in_order
from erasure.stages import Part, stage_of

#: What the stage and the columns need; everything encrypted but the identifier stays unread.
PART_COLUMNS = ("request", "number", "status", "attention")


class RequestList(ChangeList):  # type: ignore[misc]  # Unfold ships no types.
    """The rows of one address. What narrows them is read by `Narrowing`, and not by Django's filters."""

    def get_filters_params(self, params: Any = None) -> dict[str, Any]:  # noqa: ARG002 - Django's.
        """None for Django."""
        return {}

    def get_filters(self, request: HttpRequest) -> tuple[Any, bool, dict[str, Any], bool, bool]:
        """No filters of Django's; whether any of ours narrows the list."""
        return [], False, {}, False, bool(Narrowing.read(request.GET.dict()).chosen)


@admin.register(PrivacyRequest)
class PrivacyRequestAdmin(ModelAdmin):  # type: ignore[misc]  # Unfold ships no types.
    """Shows requests and leads to their pages; Django's own forms for adding and changing do not exist."""

    list_display = (
        "reference_link",
        "identifier",
        "stage",
        "statutory_date",
        "internal_target",
        "law",
        "who_has_it",
    )
    list_display_links = None
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    search_fields = ("reference",)
    actions = ("stop_chosen", "take_over_chosen", "hand_over_chosen")
    # The theme's bar stands before the list; ours, in the list's template, follows it.
    actions_on_top = False
    actions_on_bottom = True
    change_list_template = "erasure/request_list.html"
    list_before_template = "erasure/request_list_tools.html"
    empty = {
        "icon": "folder_shared",
        "heading": _lazy("No requests yet"),
        "text": _lazy("Everything that people ask for will stand here, with the date by which to answer."),
        "hint": _lazy("Privacy officers register the first one with “File a request”."),
    }

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's.
        """Never here: requests are filed on a page of their own."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:  # noqa: ARG002 - Django's.
        """Never here: what may be done to a request is done on its page."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:  # noqa: ARG002 - Django's.
        """Never: requests are kept."""
        return False

    def has_file_permission(self, request: HttpRequest) -> bool:
        """Whether the reader may act on several requests; without it the list has no boxes to tick."""
        return request.user.has_perm("erasure.file_request")

    @admin.action(description=_lazy("Stop"), permissions=["file"])
    def stop_chosen(self, request: HttpRequest, chosen: QuerySet[PrivacyRequest]) -> HttpResponseBase:
        """What stopping the ticked requests would do, before it is done."""
        return requests_together.ask(request, requests_together.STOP, chosen)

    @admin.action(description=_lazy("Take over"), permissions=["file"])
    def take_over_chosen(self, request: HttpRequest, chosen: QuerySet[PrivacyRequest]) -> HttpResponseBase:
        """What taking over the ticked requests would do, before it is done."""
        return requests_together.ask(request, requests_together.TAKE_OVER, chosen)

    @admin.action(description=_lazy("Hand over"), permissions=["file"])
    def hand_over_chosen(self, request: HttpRequest, chosen: QuerySet[PrivacyRequest]) -> HttpResponseBase:
        """Which of the ticked requests can be handed over, and to whom, before it is done."""
        return requests_together.ask(request, requests_together.HAND_OVER, chosen)

    def get_urls(self) -> list[URLPattern]:
        """The list, and Django's address of one object, which leads to the request's page."""
        view = "erasure.view_privacyrequest"
        guarded, with_actions = page(view), page(view, methods=("GET", "HEAD", "POST"))
        return [
            path("", with_actions(self.changelist_view), name="erasure_privacyrequest_changelist"),
            path("<int:pk>/change/", guarded(self.go_to_page), name="erasure_privacyrequest_change"),
        ]

    def go_to_page(self, request: HttpRequest, pk: int) -> HttpResponseBase:  # noqa: ARG002 - a view takes it.
        """From Django's address of a request to ours."""
        reference = get_object_or_404(PrivacyRequest, pk=pk).reference
        return redirect("admin:request_page", reference=reference)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        """The list, with the words of what was searched for; what is posted acts on several requests."""
        if request.method == "POST" and not self.has_file_permission(request):
            raise PermissionMissing("erasure.file_request")
        narrowing = Narrowing.read(request.GET.dict())
        if request.method == "GET" and not narrowing.complaint and "" in request.GET.values():
            # The panel sends every filter, chosen or not; the address is to say what was chosen.
            return redirect(narrowing.address)
        context = {
            "title": _("Requests"),
            "may_file": self.has_file_permission(request),
            "search_words": request_search.search_words(narrowing.search, request.session),
            "narrowing": narrowing,
            "controls": controls(narrowing),
            "list_address": list_address(),
            "export_terms": request.GET.urlencode(),
            "most_together": together.MOST,
            **(extra_context or {}),
        }
        request.GET = _understood(request.GET, narrowing)  # type: ignore[assignment]  # Writable, too.
        answer: HttpResponseBase = super().changelist_view(request, context)
        return answer

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[RequestList]:  # noqa: ARG002 - Django's.
        """The list that is narrowed by our own parameters."""
        return RequestList

    def get_queryset(self, request: HttpRequest) -> QuerySet[PrivacyRequest]:
        """The rows that the address asks for, with all that their columns show, whatever their number."""
        parts = Submission.objects.filter(replaced_by__isnull=True).only(*PART_COLUMNS)
        narrowing = Narrowing.read(request.GET.dict())
        return (
            narrowing.narrowed(PrivacyRequest.objects.all(), reader=request.user.pk)
            .select_related("owner")
            .defer("note", "salt", "answer_note", "derivation")
            .prefetch_related(Prefetch("submissions", parts, "parts"), "subject__identifiers")
        )

    def get_ordering(self, request: HttpRequest) -> tuple[Any, ...]:
        """Open requests by due date, then the answered ones, the latest first: as the index has them."""
        if Narrowing.read(request.GET.dict()).is_of_open_alone:
            # The same order; the index over open requests has it, and no answered one is looked at.
            return "due_on", "pk"
        return BY_PRESSURE

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[PrivacyRequest], search_term: str
    ) -> tuple[QuerySet[PrivacyRequest], bool]:
        """What the address asks for; an identifier is not searched for here but in `request_search`."""
        term = search_term.strip()
        return (request_search.narrowed(queryset, term, request.session) if term else queryset), False

    @admin.display(description=_lazy("Reference"), ordering="reference")
    def reference_link(self, request: PrivacyRequest) -> SafeString:
        """The reference, leading to the request's page."""
        address = reverse("admin:request_page", args=[request.reference])
        return format_html('<a class="pa-ref" href="{}">{}</a>', address, request.reference)

    @admin.display(description=_lazy("Identifier"))
    def identifier(self, request: PrivacyRequest) -> SafeString:
        """The first identifier, masked, and how many more there are."""
        known = in_order(request.subject.identifiers.all())
        if not known:
            return format_html('<span class="pa-quiet">{}</span>', _("none"))
        more = " " + _("and %(count)d more") % {"count": len(known) - 1} if len(known) > 1 else ""
        return format_html('<span class="pa-mono">{}</span>{}', known[0].masked, more)

    @admin.display(description=_lazy("Status"))
    def stage(self, request: PrivacyRequest) -> str:
        """Where it stands, as a badge."""
        parts: list[Submission] = getattr(request, "parts", [])
        stage = stage_of([Part(part.status, part.attention) for part in parts], answered=request.is_answered)
        return render_to_string("erasure/list_stage.html", {"stage": stage})

    @admin.display(description=_lazy("Statutory date"), ordering="due_on")
    def statutory_date(self, request: PrivacyRequest) -> str:
        """The date by law with how far off it is, or whether the answer was in time."""
        return render_to_string("erasure/list_due.html", {"request": request})

    @admin.display(description=_lazy("Internal target"), ordering="target_on")
    def internal_target(self, request: PrivacyRequest) -> SafeString:
        """Our own date; on a phone it needs its word, since there the columns have no heads."""
        day = date_format(request.target_on, "SHORT_DATE_FORMAT")
        head = '<span class="pa-nowrap"><span class="pa-own-head">{} </span>{}</span>'
        return format_html(head, _("Target"), day)

    @admin.display(description=_lazy("Regulation"), ordering="regulation")
    def law(self, request: PrivacyRequest) -> str:
        """Under which law the clock runs."""
        return request.get_regulation_display()

    @admin.display(description=_lazy("Who has it"), ordering="owner__last_name")
    def who_has_it(self, request: PrivacyRequest) -> SafeString:
        """The officer who looks after it; a long name is cut so that the row keeps to one line."""
        name = request.owner.shown_name
        return format_html('<span class="pa-owner" title="{}">{}</span>', name, name)


def _understood(asked: QueryDict, narrowing: Narrowing) -> QueryDict:
    """What of an address Django's list is to keep in the addresses of its pages."""
    kept = asked.copy()
    for name in asked:
        if name not in {*narrowing.chosen, SEARCH, PAGE, ORDER}:
            del kept[name]
    return kept
