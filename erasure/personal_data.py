"""Every column that is encrypted because it holds personal data or a secret, in one place, and when it goes.

What rotates keys or shreds goes by this list, and a test compares it with the models: a new column without a
rule for its shredding does not pass.

Columns in clear text that lead to a person are on a second list. CXone's own ids of its requests are on
neither: the log, which never forgets, has them too, and they lead to a person only inside CXone.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db.models import Model

from erasure.models import (
    CallbackReceipt,
    ClockCorrection,
    Comment,
    Delivery,
    Extension,
    HoldRelease,
    ImportedRow,
    ImportLot,
    ImportRun,
    LegalHold,
    Override,
    PrivacyRequest,
    SubjectIdentifier,
    Submission,
    Upstream,
    Vault,
    VaultRecord,
)

#: The two steps of forgetting, counted from the answer.
IDENTIFIERS_AND_TEXT, PROOF = 1, 2


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column, and the step that empties it.

    `path` leads from its row to the requests it belongs to. A `shared` row belongs to all requests of a
    person, and is emptied with the last of them. A column that no step empties says `why_never`.
    """

    model: type[Model]
    name: str
    step: int = 0
    path: str = ""
    shared: bool = False
    emptied: Any = None
    why_never: str = ""


def _encrypted(
    model: type[Model], *names: str, path: str, step: int = IDENTIFIERS_AND_TEXT
) -> tuple[Column, ...]:
    return tuple(Column(model=model, name=name, step=step, path=path) for name in names)


ENCRYPTED_COLUMNS: tuple[Column, ...] = (
    Column(
        model=SubjectIdentifier,
        name="value",
        step=IDENTIFIERS_AND_TEXT,
        path="subject__requests",
        shared=True,
    ),
    *_encrypted(PrivacyRequest, "note", "answer_note", path="pk"),
    *_encrypted(PrivacyRequest, "salt", path="pk", step=PROOF),
    *_encrypted(
        Submission, "description", "frozen_payload", "upstream_body", "error_message", path="request"
    ),
    *_encrypted(CallbackReceipt, "body", path="submission__request"),
    *_encrypted(Comment, "text", path="request"),
    *_encrypted(Delivery, "body", "last_answer", path="request"),
    *_encrypted(VaultRecord, "subject_id", path="request"),
    *_encrypted(Extension, "explanation", path="request"),
    *_encrypted(ClockCorrection, "reason", path="request"),
    *_encrypted(Override, "justification", "decision_reason", path="submission__request"),
    # Of a hold on a person. One on a category alone is about nobody, and stays as long as the hold is known.
    Column(model=LegalHold, name="matter", step=IDENTIFIERS_AND_TEXT, path="subject__requests", shared=True),
    *(
        Column(
            model=HoldRelease,
            name=name,
            step=IDENTIFIERS_AND_TEXT,
            path="hold__subject__requests",
            shared=True,
        )
        for name in ("reason", "decision_reason")
    ),
    # Of a list on its way in; what becomes requests is theirs, and goes with them.
    Column(
        model=ImportLot,
        name="cells",
        why_never="a row's cells go in the transaction that files it; those of a list that nobody files, a "
        "day later, or when it is stopped or thrown away",
    ),
    Column(
        model=ImportLot,
        name="prints",
        why_never="they go as soon as the list has been looked at, and with a list that is thrown away",
    ),
    Column(
        model=ImportRun,
        name="duplicate_reason",
        why_never="it goes with the last row of its list, and each request filed for it keeps it in its note",
    ),
    Column(
        model=Upstream,
        name="token",
        why_never="a secret of ours about no person; CXone lets it expire, and the next one overwrites it",
    ),
    *(
        Column(
            model=Vault,
            name=name,
            why_never="how we reach and convince a vault, about no person; operators overwrite it",
        )
        for name in ("address", "key_id", "secret", "previous_secret")
    ),
)

#: What leads to a person without being encrypted: the keyed fingerprint, another system's reference, and the
#: login on the host from which the command line filed, which no audit needs longer than the proof.
LINKING_COLUMNS: tuple[Column, ...] = (
    Column(model=SubjectIdentifier, name="fingerprint", step=PROOF, path="subject__requests", shared=True),
    # Whoever has the key and guesses what a row said knows it again.
    Column(model=ImportedRow, name="digest", step=PROOF, path="request"),
    Column(model=PrivacyRequest, name="external_reference", step=PROOF, path="pk", emptied=""),
    Column(model=PrivacyRequest, name="vault_task", step=PROOF, path="pk", emptied=""),
    Column(model=PrivacyRequest, name="filed_on_host_by", step=PROOF, path="pk", emptied=""),
)


def own_columns(step: int) -> Iterator[tuple[type[Model], str, dict[str, Any]]]:
    """What a step empties in rows that belong to one request: the model, the path to it, the new values."""
    columns = [column for column in _all() if column.step == step and not column.shared]
    for (model, path), group in groupby(
        sorted(columns, key=lambda column: (column.model.__name__, column.path)),
        key=lambda column: (column.model, column.path),
    ):
        yield model, path, {column.name: column.emptied for column in group}


def tables() -> list[str]:
    """The tables in which something is shredded, or otherwise emptied or overwritten, by name."""
    names = {column.model._meta.db_table for column in _all()}  # noqa: SLF001 - Django's public name.
    return sorted(names)


def _all() -> Iterable[Column]:
    return (*ENCRYPTED_COLUMNS, *LINKING_COLUMNS)
