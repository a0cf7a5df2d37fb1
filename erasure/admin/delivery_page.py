"""The page of one delivery: what is told to whom, what came of it, what to do, and what the log has of it.

What the message says is not shown: it names the person, and operators see no requests. The vault's own words
are, since the identifier was taken out of them before they were kept.
"""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path
from django.utils import timezone

from audit.history import history_of
from erasure.admin.access import page
from erasure.admin.delivery_list import MANAGE
from erasure.admin.delivery_narrowing import list_address
from erasure.admin.delivery_words import line_of, trouble_of
from erasure.admin.timeline import MOST_SHOWN, Moment, moments_of
from erasure.admin.timeline_of_vaults import DELIVERY_EVENTS
from erasure.choices import OCCASION_LINES, Occasion
from erasure.deliveries import by_hand
from erasure.deliveries.vault_secrets import SECRETS
from erasure.models import Delivery


@page(MANAGE)
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything about one delivery but what its message says."""
    deliveries = Delivery.objects.select_related("vault", "request", "submission")
    hidden = [*(f"vault__{name}" for name in SECRETS), "body", "request__note", "request__answer_note"]
    found = get_object_or_404(deliveries.defer(*hidden, "request__salt", "submission__frozen_payload"), pk=pk)
    now = timezone.now()
    context = {
        "title": str(found),
        "line": line_of(found, now=now),
        "delivery": found,
        "occasion_line": OCCASION_LINES[Occasion(found.occasion)],
        "trouble": trouble_of(found),
        "events": events_of(found),
        "can_send_again": not by_hand.why_not_again(found, now=now),
        "can_let_be": not by_hand.why_not_let_be(found, now=now),
        "beside_it": list_address(reference=found.request.reference),
        "may_see_requests": request.user.has_perm("erasure.view_privacyrequest"),
        "may_see_log": request.user.has_perm("audit.view_auditevent"),
    }
    return render(request, "erasure/delivery_page.html", {**admin.site.each_context(request), **context})


def events_of(delivery: Delivery) -> list[Moment]:
    """What the log has of this delivery; the rest of its request's timeline is not for operators."""
    number = delivery.submission.number if delivery.submission else 0
    history = history_of(delivery.request.obj, most=MOST_SHOWN, acts=DELIVERY_EVENTS)
    its_own = [
        event
        for event in history.newest
        if event.facts.get("vault") == delivery.vault.code and event.facts.get("submission") == number
    ]
    return moments_of(its_own, several=False)


urls: list[URLPattern] = [path("deliveries/<int:pk>/", show, name="delivery_page")]
