"""Whose identifiers these are: the rows of a person, found by fingerprint or made."""

from collections.abc import Sequence

from django.db import connection

from erasure.asked import Identifier, on_record
from erasure.encryption import fingerprint
from erasure.models import Subject, SubjectIdentifier

#: An arbitrary number that names the lock among PostgreSQL's advisory ones.
IDENTITIES = 7_340_117


def lock_identities() -> None:
    """Let one filing at a time find or make identifiers, until its transaction ends.

    Two that come at once with one new identifier would else make two people of one. SQLite needs no lock
    of its own, since a writing transaction there excludes every other from its beginning.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [IDENTITIES])


def subject_of(identifiers: Sequence[Identifier]) -> Subject:
    """The person who has one of these identifiers, or a new one; the others are added to that person."""
    given = [one for one in identifiers if one.value.strip()]
    known = on_record(given).order_by("pk").first()
    subject = known.subject if known else Subject.objects.create()
    for one in given:
        identifier_of(subject, one)
    return subject


def identifier_of(subject: Subject, given: Identifier) -> SubjectIdentifier:
    """The identifier's row; one that is known keeps the person whom it was first given for.

    One that was shredded, of which only the fingerprint stayed, is known again by being presented again.
    """
    found, _made = SubjectIdentifier.objects.get_or_create(
        kind=given.kind,
        fingerprint=fingerprint(given.kind, given.value),
        defaults={"subject": subject, "value": given.value.strip()},
    )
    if found.value is None:
        found.value = given.value.strip()
        found.save(update_fields=["value"])
    return found
