"""The words of a summary's mail, in the language that is spoken just now."""

from collections.abc import Mapping
from datetime import date
from urllib.parse import urlencode

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audit.words import numbered
from erasure.digests.contents import Digest


def mail_of(digest: Digest, *, day: date, address: str) -> EmailMessage:
    """One mail to this address; its links lead to the lists on our own pages."""
    sections = [
        {
            "label": section.label,
            "count": numbered(section.count),
            "lines": section.lines,
            "more": numbered(section.count - len(section.lines))
            if section.count > len(section.lines)
            else "",
            "link": _address(section.page, section.terms),
        }
        for section in digest.sections
    ]
    context = {
        "day": day,
        "sections": sections,
        "home": _address("index"),
        "settings_link": _address("preferences"),
        "organisation": settings.ORGANISATION,
    }
    return EmailMessage(
        subject=_subject(digest),
        body=render_to_string("erasure/digest_mail.txt", context),
        to=[address],
        # Keeps answers of absence away (RFC 3834).
        headers={"Auto-Submitted": "auto-generated"},
    )


def _more(count: int) -> str:
    return numbered(count) if count > 0 else ""


def _subject(digest: Digest) -> str:
    words = ngettext("%(count)s needs you", "%(count)s need you", digest.items)
    said = words % {"count": numbered(digest.items)}
    if digest.overdue:
        said += _(", %(overdue)s overdue") % {"overdue": numbered(digest.overdue)}
    return said


def _address(name: str, terms: Mapping[str, str] | None = None) -> str:
    address = f"{settings.PUBLIC_URL}{reverse(f'admin:{name}')}"
    return f"{address}?{urlencode(terms)}" if terms else address
