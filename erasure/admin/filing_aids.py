"""What the filing page asks while it is filled in: the dates of a law and a day, what is known of a person.

Both answer with a fragment of the page. The dates come by GET, since a law and a day are nobody's.
Identifiers come by POST: they must stand in no address and in no log.
"""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from erasure.admin.access import page, request_or_404
from erasure.admin.filing_page import dates_of, known_of
from erasure.asked import Identifier, without_white_space
from erasure.choices import IdentifierKind
from erasure.forms import IdentifierRows
from erasure.models import PrivacyRequest

FILE = "erasure.file_request"


@page(FILE)
def request_clock(request: HttpRequest) -> HttpResponse:
    """The dates of a request received on a day under a regulation."""
    received_on = _day(request.GET.get("received", ""))
    if received_on is None:
        context = {"problem": _("Give the day on which it arrived; the dates follow from it.")}
    else:
        context = dates_of(request.GET.get("regulation", ""), received_on)
    return render(request, "erasure/filing_dates.html", context)


@page(FILE, methods=("POST",))
def request_check(request: HttpRequest) -> HttpResponse:
    """Open requests of, and holds on, whoever has the identifiers typed."""
    about = request_or_404(request.POST["about"]) if request.POST.get("about") else None
    rows = IdentifierRows(request.POST, prefix="identifier")
    typed = without_white_space([row.given for row in rows.forms if row.is_valid()])
    known = known_of([*_chosen(request, about), *typed], about=about, now=timezone.now())
    return render(request, "erasure/filing_known.html", {"known": known})


def _chosen(request: HttpRequest, about: PrivacyRequest | None) -> list[Identifier]:
    """The known ids ticked, of the person of this request alone."""
    if about is None:
        return []
    pks = [pk for pk in request.POST.getlist("known_ids") if pk.isdecimal()]
    known = about.subject.identifiers.filter(kind=IdentifierKind.CXONE_ID, value__isnull=False, pk__in=pks)
    return [Identifier(one.kind, one.value or "") for one in known]


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None
