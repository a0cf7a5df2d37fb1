"""The page of one event: what it says, its line and leaf as stored, and what proves it."""

import json
import re
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from audit.admin import event_words
from audit.log_format import LogFormatError, leaf_hash
from audit.models import AuditCheckpoint, AuditEvent, AuditHead
from audit.proofs import ProofError, proof_of
from audit.words import Words, numbered

LIST = "admin:audit_auditevent_changelist"

_NUMBER = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True)
class Neighbours:
    """The numbers before and after an event; None at either end of the log."""

    previous: int | None
    following: int | None


@dataclass(frozen=True)
class ProofStatus:
    """What can be said of an event just now, and the first checkpoint over it, if any."""

    tone: str
    icon: str
    title: Words
    words: Words
    first: AuditCheckpoint | None = None
    text: str = ""


NOT_YET_COVERED = ProofStatus(
    "neutral",
    "hourglass_empty",
    _lazy("Not covered yet"),
    _lazy(
        "No checkpoint is signed over this event yet; the next one covers it. Until then only this "
        "database says that it is as it was written."
    ),
)


def show(request: HttpRequest, number: str) -> HttpResponse:
    """The event of this number. Raises Http404 when there is none."""
    event = _event(number)
    look = event_words.result_look(event)
    context = {
        "title": _("Event %(seq)s") % {"seq": numbered(event.seq)},
        "original": event,
        "event": event,
        "number": f"{event.seq:,}",
        "about": event_words.about(event.obj),
        "about_address": _address_of(request, event.obj),
        "list_about": f"{reverse(LIST)}?{urlencode({'q': event.obj})}",
        "who": event_words.who(event),
        "look": dict(zip(("tone", "icon", "text"), look, strict=True)),
        "pretty": _pretty(event),
        "leaf": bytes(event.leaf).hex(),
        "fits": _fits(event),
        "proof": proof_status(event.seq),
        "neighbours": _neighbours(event.seq),
        "opts": AuditEvent._meta,  # noqa: SLF001 - what Django's admin templates are given.
    }
    return render(request, "audit/event_page.html", {**admin.site.each_context(request), **context})


def proof_status(seq: int) -> ProofStatus:
    """Whether the event leads to what was signed over it: recomputed now, from what is stored."""
    origins = AuditHead.objects.filter(pk=AuditHead.ONLY).values("origin")
    over = AuditCheckpoint.objects.filter(origin__in=origins, size__gt=seq).order_by("size")
    first, newest = over.first(), over.last()
    if first is None or newest is None:
        return NOT_YET_COVERED
    try:
        proof = proof_of(seq, checkpoint=newest)
    except ProofError as error:
        return ProofStatus("danger", "error", _("Does not fit what was signed"), str(error), first)
    return ProofStatus(
        "success",
        "verified",
        _("Covered by a checkpoint"),
        _(
            "Recomputed just now, this line leads to the root that was signed over %(size)s events. That "
            "shows as much as the checkpoint does: compare it with one kept outside."
        )
        % {"size": numbered(newest.size)},
        first,
        proof.text(),
    )


def _event(number: str) -> AuditEvent:
    if not _NUMBER.fullmatch(number):
        raise Http404
    event = event_words.with_names(AuditEvent.objects.filter(seq=int(number))).first()
    if event is None:
        raise Http404
    return event


def _address_of(request: HttpRequest, obj: str) -> str:
    """The page of the request an event is about, for readers who may see requests; empty otherwise."""
    kind, _colon, reference = obj.partition(":")
    if kind != "request" or not request.user.has_perm("erasure.view_privacyrequest"):
        return ""
    return reverse("admin:request_page", args=[reference])


def _pretty(event: AuditEvent) -> str:
    """The line with a key on each row; empty when what is stored is no line of the log."""
    try:
        return json.dumps(event.entry, indent=2, ensure_ascii=False)
    except LogFormatError:
        return ""


def _fits(event: AuditEvent) -> bool:
    """Whether the line is one of the log, says its own number, and hashes to the leaf beside it."""
    try:
        return event.entry.get("seq") == event.seq and leaf_hash(event.body) == bytes(event.leaf)
    except LogFormatError:
        return False


def _neighbours(seq: int) -> Neighbours:
    events = AuditEvent.objects.order_by("seq").values_list("seq", flat=True)
    return Neighbours(events.filter(seq__lt=seq).last(), events.filter(seq__gt=seq).first())
