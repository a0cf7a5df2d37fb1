"""Finding requests by a reference (ours, an own one, a task's) or by an identifier, without an identifier
ever standing in an address.

The term is posted. A reference of ours may then be seen in the address (`?q=PR-2026-000042`). Of an
identifier only its fingerprint is looked up; who was found is remembered in the session under a random key,
and that key stands in the address (`?q=person-…`). So filters, pages of the list and the back button work,
and nothing personal reaches a log of addresses or another's history. What nobody here has is offered for
filing.
"""

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.sessions.backends.base import SessionBase
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from erasure.admin.access import page
from erasure.admin.override_facts import shown
from erasure.admin.references import by_reference, of_year, whole_reference
from erasure.asked import Identifier, controllers_today, people_of
from erasure.choices import IdentifierKind
from erasure.encryption import masked
from erasure.models import PrivacyRequest
from erasure.vault_tasks import as_named

SESSION_KEY = "request_searches"
PERSON = "person-"
MOST_REMEMBERED = 10
LONGEST_TERM = 320
MOST_CARRYING = 200
FILE = "erasure.file_request"


@dataclass(frozen=True)
class PersonSearch:
    """A search by identifier: who was found, the identifier as lists show it, and the number in it, if any.

    A short number may be an identifier and a part of a reference: both are looked up. `requests` are the keys
    of those that carry the term as a reference of one's own, or name it as their task.
    """

    subjects: list[int]
    shown: str
    number: str
    requests: list[int]

    @classmethod
    def remembered(cls, session: SessionBase, query: str) -> "PersonSearch | None":
        """The search behind an address of the list; None when the session knows of none."""
        facts: Mapping[str, Any] | None = session.get(SESSION_KEY, {}).get(query)
        return cls(**facts) if facts else None

    def remember(self, session: SessionBase) -> str:
        """Keep it in the session, and give the key under which the address finds it again."""
        key = f"{PERSON}{secrets.token_hex(8)}"
        facts = asdict(self)
        earlier = list(session.get(SESSION_KEY, {}).items())[1 - MOST_REMEMBERED :]
        session[SESSION_KEY] = {**dict(earlier), key: facts}
        return key


@page("erasure.view_privacyrequest", methods=("POST",))
def search(request: HttpRequest) -> HttpResponse:
    """Take the term and go where it leads: a request's page, the list of what was found, or to filing."""
    term = request.POST.get("term", "").strip()
    if not term:
        return redirect(_list())
    if len(term) > LONGEST_TERM:
        words = _("That is too long to be an identifier (at most %(most)d characters).")
        messages.error(request, words % {"most": LONGEST_TERM})
        return redirect(_list())
    whole = whole_reference(term)
    if whole and PrivacyRequest.objects.filter(reference=whole).exists():
        return redirect("admin:request_page", reference=whole)
    return _look_up(request, term)


def _look_up(request: HttpRequest, term: str) -> HttpResponse:
    subjects, requests = subjects_known_by(term), carrying(term)
    is_reference = by_reference(term) is not None
    if len(requests) == 1 and not subjects and not is_reference:
        return redirect("admin:request_page", reference=requests[0].reference)
    if is_reference and not subjects and not requests:
        meant = of_year(term, controllers_today().year)
        if meant and PrivacyRequest.objects.filter(reference=meant).exists():
            return redirect("admin:request_page", reference=meant)
        return redirect(f"{_list()}?{urlencode({'q': term.upper()})}")
    if not subjects and not requests and request.user.has_perm(FILE):
        context = {"title": _("Nobody found"), "term": term, "masked": masked(term)}
        return shown(request, "search_nobody", context)
    found = PersonSearch(subjects, masked(term), term if is_reference else "", [one.pk for one in requests])
    return redirect(f"{_list()}?{urlencode({'q': found.remember(request.session)})}")


def carrying(term: str) -> list[PrivacyRequest]:
    """The requests that carry the term as a reference of one's own, such as a ticket, or as the task at a
    vault; the latest of many.
    """
    meant = Q(external_reference=term) | Q(vault_task=as_named(term))
    found = PrivacyRequest.objects.filter(meant).only("pk", "reference")
    return list(found.order_by("-pk")[:MOST_CARRYING])


def subjects_known_by(term: str) -> list[int]:
    """The keys of the persons who have this identifier in full, whatever its kind."""
    return sorted(people_of([Identifier(kind, term) for kind in IdentifierKind.values]))


def narrowed(
    requests: QuerySet[PrivacyRequest], query: str, session: SessionBase
) -> QuerySet[PrivacyRequest]:
    """The requests that the list's address asks for; none for an address that no search of ours has made."""
    if query.startswith(PERSON):
        found = PersonSearch.remembered(session, query)
        if found is None:
            return requests.none()
        also = by_reference(found.number) if found.number else None
        meant = Q(subject__in=found.subjects) | Q(pk__in=found.requests)
        return requests.filter(meant | also if also else meant)
    wanted = by_reference(query)
    return requests.none() if wanted is None else requests.filter(wanted)


def search_words(query: str, session: SessionBase) -> str:
    """What the list shows for its address, in words; the identifier stays masked."""
    if not query:
        return ""
    if not query.startswith(PERSON):
        if by_reference(query) is None:
            return _("Search by the box above; what is written into the address is not looked up.")
        return _("Requests with “%(term)s” in their reference.") % {"term": query}
    found = PersonSearch.remembered(session, query)
    if found is None:
        return _("This search is over. Search again; an identifier is never kept in the address.")
    masked_term = {"masked": found.shown}
    if not found.subjects and not found.requests:
        return _("No request is about %(masked)s. Only an identifier in full is found.") % masked_term
    if not found.subjects:
        return _("Requests that carry the reference %(masked)s.") % masked_term
    return _("Requests about the person known by %(masked)s.") % masked_term


def _list() -> str:
    return reverse("admin:erasure_privacyrequest_changelist")


urls: list[URLPattern] = [path("requests/search/", search, name="request_search")]
