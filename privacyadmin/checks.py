"""System checks against a dangerous configuration: each names the setting, the danger and the way out.

Errors refuse it. What may be meant, and would still surprise, is a warning.
"""

import ipaddress
import zoneinfo
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.checks import (
    CheckMessage,
    Error,
    Tags,
    Warning,  # noqa: A004 - Django's word for it.
    register,
)

from erasure.deadlines import UnknownPlace, check_place
from erasure.regulations import CALIFORNIA, CALIFORNIA_KEEPS_DAYS, RULE_OF, regulations_that_can_be_on

#: As in Django's own deployment check (security.W009).
SHORTEST_SECRET_KEY = 50
FEWEST_DIFFERENT_CHARACTERS = 5
INSECURE_PREFIX = "django-insecure-"


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _in_the_open(url: str) -> bool:
    """Whether this address carries what is sent to it over a network without encryption."""
    parts = urlsplit(url)
    return parts.scheme == "http" and not is_loopback(parts.hostname or "")


@register(Tags.security)
def check_debug(**_: Any) -> Sequence[CheckMessage]:
    """DEBUG shows settings and rows to whoever provokes an error."""
    if not settings.DEBUG or is_loopback(urlsplit(settings.PUBLIC_URL).hostname or ""):
        return []
    return [
        Error(
            "DEBUG is on, and PUBLIC_URL is an address that others can reach.",
            hint="Unset DEBUG, or set PUBLIC_URL to this machine's own address, such as http://127.0.0.1:8000.",
            id="privacyadmin.E001",
        )
    ]


@register(Tags.security)
def check_secret_key(**_: Any) -> Sequence[CheckMessage]:
    """SECRET_KEY signs sessions and invitations: who guesses it signs in as anybody."""
    key = settings.SECRET_KEY
    if (
        len(key) >= SHORTEST_SECRET_KEY
        and len(set(key)) >= FEWEST_DIFFERENT_CHARACTERS
        and not key.startswith(INSECURE_PREFIX)
    ):
        return []
    return [
        Error(
            f"SECRET_KEY is too weak: it needs at least {SHORTEST_SECRET_KEY} random characters.",
            hint='Make one with: python -c "import secrets; print(secrets.token_urlsafe(48))"',
            id="privacyadmin.E002",
        )
    ]


@register(Tags.security)
def check_field_keys(**_: Any) -> Sequence[CheckMessage]:
    """A key that encrypts nothing would be noticed only when the first identifier is stored."""
    wrong = [place for place, key in enumerate(settings.FIELD_KEYS, start=1) if not _is_fernet_key(key)]
    if settings.FIELD_KEYS and not wrong:
        return []
    which = f"key {', '.join(map(str, wrong))} of FIELD_KEYS is not one" if wrong else "FIELD_KEYS is empty"
    return [
        Error(
            f"FIELD_KEYS must be Fernet keys (32 bytes in URL-safe base64); {which}.",
            hint='Make one with: python -c "from cryptography.fernet import Fernet; '
            'print(Fernet.generate_key().decode())"',
            id="privacyadmin.E003",
        )
    ]


def _is_fernet_key(key: str) -> bool:
    try:
        Fernet(key)
    except ValueError:
        return False
    return True


@register(Tags.security)
def check_public_url(**_: Any) -> Sequence[CheckMessage]:
    """Passwords, identifiers and callback addresses would cross the network readable."""
    if not _in_the_open(settings.PUBLIC_URL):
        return []
    return [
        Error(
            f"PUBLIC_URL is {settings.PUBLIC_URL}: passwords and identifiers would travel unencrypted.",
            hint="Put a server with a certificate in front and set PUBLIC_URL to its https address.",
            id="privacyadmin.E004",
        )
    ]


@register(Tags.security)
def check_cxone_base_url(**_: Any) -> Sequence[CheckMessage]:
    """The client secret and every identifier go to this address."""
    if not _in_the_open(settings.CXONE_BASE_URL):
        return []
    return [
        Error(
            f"CXONE_BASE_URL is {settings.CXONE_BASE_URL}: secret and identifiers would travel unencrypted.",
            hint="Set CXONE_BASE_URL to the https address of your tenant.",
            id="privacyadmin.E005",
        )
    ]


@register
def check_time_zone(**_: Any) -> Sequence[CheckMessage]:
    """Dates of receipt, and so due dates, are dates in this zone."""
    try:
        zoneinfo.ZoneInfo(settings.TIME_ZONE)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return [
            Error(
                f"TIME_ZONE is {settings.TIME_ZONE!r}, which is no known zone.",
                hint="Use a name of the IANA database, such as Europe/Berlin or America/Chicago.",
                id="privacyadmin.E006",
            )
        ]
    return []


@register(Tags.security)
def check_allowed_hosts(**_: Any) -> Sequence[CheckMessage]:
    """With any Host accepted, other sites' names can be made to point at this one."""
    if "*" not in settings.ALLOWED_HOSTS:
        return []
    return [
        Error(
            "ALLOWED_HOSTS contains *, so any name is accepted as this program's own.",
            hint="Unset ALLOWED_HOSTS to accept the host of PUBLIC_URL alone, or list the names.",
            id="privacyadmin.E007",
        )
    ]


@register
def check_regulations_on(**_: Any) -> Sequence[CheckMessage]:
    """A law without a date to compute, or a misspelt one, would be noticed at the first filing."""
    known = regulations_that_can_be_on()
    wrong = [token for token in settings.REGULATIONS_ON if token not in known]
    if settings.REGULATIONS_ON and not wrong:
        return []
    undated = [token for token in wrong if token in RULE_OF]
    if not settings.REGULATIONS_ON:
        said = "REGULATIONS_ON names no regulation, so no request could be filed."
    elif undated:
        said = f"REGULATIONS_ON names {', '.join(undated)}, for which no date can be computed."
    else:
        said = f"REGULATIONS_ON names {', '.join(map(repr, wrong))}, which is unknown."
    return [Error(said, hint=f"What can be on: {', '.join(known)}.", id="privacyadmin.E011")]


@register
def check_holidays(**_: Any) -> Sequence[CheckMessage]:
    """With a misspelt place no due date could be computed."""
    try:
        check_place(settings.HOLIDAYS)
    except UnknownPlace as unknown:
        return [
            Error(
                f"HOLIDAYS is {settings.HOLIDAYS!r}: {unknown}.",
                hint=(
                    "Unset it, so that only weekends are days off, or name a country, or a country and its "
                    f"subdivision, such as DE or DE-BY. Known: {', '.join(unknown.known) or 'none'}."
                ),
                id="privacyadmin.E012",
            )
        ]
    return []


@register
def check_california_keeps_records(**_: Any) -> Sequence[CheckMessage]:
    """California asks for records of requests for 24 months; what links one to its person goes no sooner."""
    if not RULE_OF[CALIFORNIA.regulation].on or settings.PROOF_RETENTION_DAYS >= CALIFORNIA_KEEPS_DAYS:
        return []
    return [
        Error(
            f"PROOF_RETENTION_DAYS is {settings.PROOF_RETENTION_DAYS}, and California, whose clock is on, "
            "asks for records of requests to be kept for 24 months.",
            hint=f"Set PROOF_RETENTION_DAYS to {CALIFORNIA_KEEPS_DAYS} or more.",
            id="privacyadmin.E008",
        )
    ]


@register
def check_proof_outlasts_subject(**_: Any) -> Sequence[CheckMessage]:
    """The second step of forgetting cannot come before the first."""
    if settings.PROOF_RETENTION_DAYS >= settings.SUBJECT_RETENTION_DAYS:
        return []
    return [
        Error(
            f"PROOF_RETENTION_DAYS ({settings.PROOF_RETENTION_DAYS}) is shorter than "
            f"SUBJECT_RETENTION_DAYS ({settings.SUBJECT_RETENTION_DAYS}): fingerprint and salt would go "
            "before the identifiers.",
            hint="Set PROOF_RETENTION_DAYS to at least SUBJECT_RETENTION_DAYS.",
            id="privacyadmin.E009",
        )
    ]


@register(Tags.security)
def check_mail_is_encrypted(**_: Any) -> Sequence[CheckMessage]:
    """The mail server's password, and whatever is mailed, would cross the network readable."""
    if settings.EMAIL_SECURITY != "none" or not settings.EMAIL_HOST or is_loopback(settings.EMAIL_HOST):
        return []
    return [
        Error(
            f"EMAIL_SECURITY is none, and {settings.EMAIL_HOST} is another machine: mail and password would "
            "travel unencrypted.",
            hint="Set EMAIL_SECURITY to starttls or tls.",
            id="privacyadmin.E010",
        )
    ]


@register
def check_mail_is_sent(**_: Any) -> Sequence[CheckMessage]:
    """Of a real installation nobody would be told anything, and mails would lie readable in its log.

    The demo shows mails among its lines on purpose; its CXone is a stand-in on this machine.
    """
    is_real = settings.CXONE_CLIENT_ID and not is_loopback(urlsplit(settings.CXONE_BASE_URL).hostname or "")
    if settings.EMAIL_DELIVERY != "console" or not is_real:
        return []
    return [
        Warning(
            "EMAIL_DELIVERY is console, and CXone is a real one: mails are written to the output of the "
            "tick, and nobody gets them.",
            hint="Unset EMAIL_DELIVERY, and set EMAIL_HOST to your mail server.",
            id="privacyadmin.W001",
        )
    ]
