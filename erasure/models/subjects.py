"""The person a request is about, and the identifiers by which that person is known."""

from collections.abc import Iterable

from django.db import models

from erasure.choices import IdentifierKind
from erasure.encryption import EncryptedTextField, masked


class Subject(models.Model):
    """A person, known by one or more identifiers; nothing else about the person is kept."""

    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"Subject {self.pk}"


class SubjectIdentifier(models.Model):
    """One identifier, encrypted, found again by its keyed fingerprint. Only a CXone id can be sent."""

    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="identifiers")
    kind = models.CharField(max_length=16, choices=IdentifierKind.choices)
    value = EncryptedTextField(null=True)
    fingerprint = models.CharField(max_length=64, null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = ()
        permissions = [("reveal_identifier", "Can see an identifier in full")]
        constraints = [
            models.UniqueConstraint(fields=["kind", "fingerprint"], name="identifier_belongs_to_one_subject"),
            models.CheckConstraint(
                condition=models.Q(value__isnull=True) | models.Q(fingerprint__isnull=False),
                name="identifier_in_clear_is_findable",
            ),
        ]

    def __str__(self) -> str:
        return self.masked

    @property
    def masked(self) -> str:
        """The identifier as lists show it."""
        return masked(self.value)


def in_order(identifiers: Iterable[SubjectIdentifier]) -> list[SubjectIdentifier]:
    """As pages show them: in the order in which they became known, those that were shredded last."""
    return sorted(identifiers, key=lambda identifier: (identifier.value is None, identifier.pk))
