"""Importing a list of holds: chosen, shown row by row as what would happen, and only then placed.

Between the two steps nothing is kept here: the page carries the good rows, sealed (`carrying`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from audit.words import day_words, numbered
from erasure import hold_lists, holds
from erasure.admin.access import page
from erasure.admin.hold_list import PLACE_HOLD
from erasure.admin.hold_words import EVERYBODY
from erasure.carrying import NotCarried, carried, carried_lines, carry, carry_lines
from erasure.choices import Category, HoldKind, HoldState
from erasure.encryption import masked
from erasure.forms.hold_list import HoldListForm
from erasure.hold_lists import Checked, Fault, ListUnreadable, Verdict
from erasure.hold_wishes import HoldWish

PURPOSE, LEFT_OUT = "hold-list", "hold-list-left-out"
CHECK, PLACE = "check", "place"
#: So many rows of each verdict are shown; all of them count.
MOST_SHOWN = 200
MOST_CODES = 50

COLUMN_LINES = {
    "identifier_kind": _lazy("cxone_id, email, phone or other. Empty: a CXone id."),
    "identifier": _lazy("The person. Empty: the hold is on everybody, and needs a category."),
    "category": _lazy("Such as ANALYTICS. Empty: all categories of the person."),
    "kind": _lazy("litigation, statutory_retention or investigation."),
    "matter": _lazy("The file or case number. Only reviewers read it."),
    "ground": _lazy("A few words that officers and the person may read."),
    "from": _lazy("The first day, as 2026-01-31. Empty: from now on."),
    "until": _lazy("The last day. Empty: until the hold is released."),
}
EXAMPLE = """identifier_kind,identifier,category,kind,matter,ground,from,until
,cust-2026-0815,,litigation,Case 7 O 123/26,claims about a contract of 2024,,
email,jane.doe@example.org,,investigation,INQ-2026-12,an inquiry into a payment,,2027-06-30
,,SURVEY,statutory_retention,Policy 4.2,surveys of regulated products,2026-01-01,2031-12-31
"""


@dataclass(frozen=True)
class Row:
    """A row of the dry run in words; the person is masked."""

    line: int
    who: str
    what: str
    kind: str
    matter: str
    period: str
    is_everybody: bool
    faults: Sequence[Fault]
    same: str


@dataclass(frozen=True)
class Group:
    """The rows of one verdict: how many, and those that are shown."""

    count: int
    rows: Sequence[Row]

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.count - len(self.rows)


@page(PLACE_HOLD, methods=("GET", "HEAD", "POST"))
def import_list(request: HttpRequest) -> HttpResponse:
    """Choose a list; posted, see what would happen; posted once more, place the good rows."""
    asked_for = request.POST.get("do", "")
    if asked_for == PLACE:
        return _place(request)
    form = HoldListForm(request.POST, request.FILES) if asked_for == CHECK else HoldListForm()
    if asked_for != CHECK or not form.is_valid():
        return _choose(request, form)
    try:
        lines = hold_lists.lines_of(form.cleaned_data["list"].read())
    except ListUnreadable as unreadable:
        form.add_error("list", str(unreadable))
        return _choose(request, form)
    return _dry_run(request, hold_lists.checked_list(lines, now=timezone.now()))


@page(PLACE_HOLD)
def example(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - the signature is Django's.
    """A list as it should look, with a byte order mark so that spreadsheets read its characters right."""
    answer = HttpResponse(EXAMPLE.encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="holds-example.csv"'
    return answer


def _choose(request: HttpRequest, form: HoldListForm) -> HttpResponse:
    columns = [(name, COLUMN_LINES[name]) for name in hold_lists.COLUMNS]
    context = {"title": _("Import a list of holds"), "form": form, "columns": columns, "example": EXAMPLE}
    return _shown(request, "hold_import", context)


def _dry_run(request: HttpRequest, found: Sequence[Checked]) -> HttpResponse:
    good = {row.line: row.wish for row in found if row.verdict is Verdict.PLACE}
    left = _left_out(found)
    context = {
        "title": _("What this list would do"),
        "wrong": _group(found, Verdict.WRONG),
        "good": _group(found, Verdict.PLACE),
        "same": _group(found, Verdict.SAME),
        "everybody": _everybody(sum(not wish.identifiers for wish in good.values())),
        "carried": carry(good, by=request.user, purpose=PURPOSE) if good else "",
        "left_out": carry_lines(left, by=request.user, purpose=LEFT_OUT) if left else "",
    }
    return _shown(request, "hold_import_check", context)


def _place(request: HttpRequest) -> HttpResponse:
    try:
        wishes = carried(request.POST.get("carried", ""), by=request.user, purpose=PURPOSE)
        # Carried only where something was left out.
        token = request.POST.get("left_out", "")
        left_out = carried_lines(token, by=request.user, purpose=LEFT_OUT) if token else {}
    except NotCarried as refused:
        messages.error(request, str(refused))
        return redirect("admin:hold_import")
    done = hold_lists.place_list(wishes, by=request.user)
    context = {
        "title": _("What became of the list"),
        "done": done,
        "holds": done.holds[:MOST_CODES],
        "more": max(0, len(done.holds) - MOST_CODES),
        "present": sorted(done.present.items())[:MOST_SHOWN],
        "refused": sorted(done.refused.items())[:MOST_SHOWN],
        "left_out": sorted(left_out.items())[:MOST_SHOWN],
        "left_out_count": len(left_out),
        "left_out_more": max(0, len(left_out) - MOST_SHOWN),
    }
    return _shown(request, "hold_import_done", context)


def _left_out(found: Sequence[Checked]) -> dict[int, str]:
    """What is to be put right in the rows that are not placed, by line."""
    return {
        row.line: " ".join(_fault_words(fault) for fault in row.faults)
        for row in found
        if row.verdict is Verdict.WRONG
    }


def _fault_words(fault: Fault) -> str:
    return f"{fault.column}: {fault.words}" if fault.column else fault.words


def _everybody(count: int) -> str:
    """The heading that says so loudly; empty where every hold is on a person."""
    if not count:
        return ""
    return ngettext(
        "%(count)s of these holds concerns everybody",
        "%(count)s of these holds concern everybody",
        count,
    ) % {"count": numbered(count)}


def _group(found: Sequence[Checked], verdict: Verdict) -> Group:
    of_verdict = [row for row in found if row.verdict is verdict]
    return Group(len(of_verdict), [_row(row) for row in of_verdict[:MOST_SHOWN]])


def _row(checked: Checked) -> Row:
    wish = checked.wish
    return Row(
        line=checked.line,
        who=_who(checked),
        what=_label(Category, wish.category) or _("All categories"),
        kind=_label(HoldKind, wish.kind),
        matter=wish.matter,
        period=_period(wish),
        is_everybody=not wish.identifiers,
        faults=checked.faults,
        same=_same(checked),
    )


def _who(checked: Checked) -> str:
    if checked.wish.identifiers:
        return masked(checked.wish.identifiers[0].value)
    return _("Nobody named") if checked.verdict is Verdict.WRONG else str(EVERYBODY)


def _period(wish: HoldWish) -> str:
    """From when until when."""
    begins = _("from %(day)s") % {"day": day_words(wish.from_day)} if wish.from_day else _("from now on")
    ends = _("until %(day)s") % {"day": day_words(wish.until_day)} if wish.until_day else _("until released")
    return f"{begins}, {ends}"


def _label(choices: Any, code: str) -> str:
    return str(choices(code).label) if code else ""


def _same(checked: Checked) -> str:
    if checked.same is None:
        return (
            _("The same as line %(same_line)s") % {"same_line": checked.same_line}
            if checked.same_line
            else ""
        )
    is_ahead = holds.state(checked.same, timezone.now()) is HoldState.AHEAD
    words = _("Placed already, not yet in force: %(hold)s") if is_ahead else _("In force already as %(hold)s")
    return words % {"hold": checked.same}


def _shown(request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    return render(request, f"erasure/{name}.html", {**admin.site.each_context(request), **context})


urls: list[URLPattern] = [
    path("holds/import/", import_list, name="hold_import"),
    path("holds/import/example.csv", example, name="hold_import_example"),
]
