"""Whose identifiers these are: the rows of a person, found by fingerprint or made."""

from collections.abc import Sequence

from erasure.asked import Identifier
from erasure.encryption import fingerprint
from erasure.models import Subject, SubjectIdentifier


def subject_of(identifiers: Sequence[Identifier]) -> Subject:
    """The person who has one of these identifiers, or a new one; the others are added to that person."""
    given = [one for one in identifiers if one.value.strip()]
    prints = [fingerprint(one.kind, one.value) for one in given]
    known = SubjectIdentifier.objects.filter(fingerprint__in=prints).order_by("pk").first()
    subject = known.subject if known else Subject.objects.create()
    for one in given:
        identifier_of(subject, one)
    return subject


def identifier_of(subject: Subject, given: Identifier) -> SubjectIdentifier:
    """The identifier's row; one that is known keeps the person whom it was first given for."""
    found, _made = SubjectIdentifier.objects.get_or_create(
        kind=given.kind,
        fingerprint=fingerprint(given.kind, given.value),
        defaults={"subject": subject, "value": given.value.strip()},
    )
    return found
