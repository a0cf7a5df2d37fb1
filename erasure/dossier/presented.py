"""Whose dossier it is: what is presented leads to one person, by its fingerprint alone; nothing is stored."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from audit.log_format import subject_tag
from erasure.asked import Identifier, on_record, without_white_space
from erasure.encryption import fingerprint, salt_bytes
from erasure.models import PrivacyRequest, SubjectIdentifier


class DossierRefused(Exception):  # noqa: N818 - an answer to people, not a fault of the program.
    """There is no dossier to take; the text says why, and what to do."""


@dataclass(frozen=True)
class Presented:
    """Identifiers that lead to one person, and how many were given beside them that lead nowhere."""

    subject: int
    #: As they are on record: the key of the row, and the identifier as it was presented.
    by_row: dict[int, Identifier] = field(repr=False)
    unknown: int

    @property
    def identifiers(self) -> list[Identifier]:
        """Those that are on record, each once."""
        return list(self.by_row.values())

    def opening(self, row: SubjectIdentifier, *, salt: str | None, sub: object) -> Identifier | None:
        """The identifier that, with this salt, leads to the log's tag `sub`.

        None where it was not presented, the salt is shredded, or the entry is about another one.
        """
        given = self.by_row.get(row.pk)
        if given is None or salt is None:
            return None
        tag = subject_tag(salt=salt_bytes(salt), kind=given.kind, ident=given.value)
        return given if tag == sub else None


def whose(given: Sequence[Identifier]) -> Presented:
    """The person whose identifiers these are. Raises DossierRefused for nobody, and for more than one."""
    presented = without_white_space(given)
    if not presented:
        raise DossierRefused(_("Give the identifier that the person presents, in full."))
    rows = {(row.kind, row.fingerprint): row for row in on_record(presented)}
    people = {row.subject_id for row in rows.values()}
    if len(people) > 1:
        raise DossierRefused(
            _(
                "These identifiers are on record as those of different people, and a dossier is about one. "
                "Look for a slip in one of them; take a dossier for each person apart."
            )
        )
    keys = [(one.kind, fingerprint(one.kind, one.value)) for one in presented]
    by_row = {rows[key].pk: one for key, one in zip(keys, presented, strict=True) if key in rows}
    if not people or not PrivacyRequest.objects.filter(subject__in=people).exists():
        raise DossierRefused(_leads_nowhere(len(set(keys))))
    return Presented(people.pop(), by_row, len(set(keys) - set(rows)))


def _leads_nowhere(count: int) -> str:
    if count == 1:
        return _(
            "Nothing here leads from this identifier to a request. Either none was recorded under it, or its "
            "proof has been shredded: then nothing leads from it to a request any more. Try another "
            "identifier of the person."
        )
    return _(
        "Nothing here leads from these identifiers to a request. Either none was recorded under them, or the "
        "proof has been shredded: then nothing leads from them to a request any more."
    )
