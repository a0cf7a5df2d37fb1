"""What must never be, kept by the database itself on SQLite and PostgreSQL: triggers beside the constraints.

Terminal is terminal, a payload never changes once filed, a date of receipt moves with a recorded correction
alone, an answer and its parts are final, a hold only ends, by
the word of two who filed nothing that it stops, and an override is decided once, by nobody who filed, asked
or placed the hold. Like the log's triggers these guard against our own mistakes; whoever owns the tables can
lift them. SQLite loses them whenever Django makes a table anew, and cannot rename one that a guard names: a
migration that alters one of these tables begins by running what `lifting` gives and ends with
`InstallGuards()`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.apps.config import AppConfig
from django.core.checks import CheckMessage, Error
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

_ENDED = "'completed', 'failed', 'refused', 'cancelled'"


@dataclass(frozen=True)
class Guard:
    """One trigger: on which table, before which change, in which case it refuses, and with what words."""

    name: str
    table: str
    refuse: str
    case: str
    before: str = "UPDATE"

    @property
    def on_sqlite(self) -> str:
        """The statement that installs it on SQLite."""
        return (
            f"CREATE TRIGGER {self.name} BEFORE {self.before} ON {self.table} WHEN {self.case}"
            f" BEGIN SELECT RAISE(ABORT, '{self.refuse}'); END"
        )

    @property
    def postgresql_body(self) -> str:
        """The body of its function on PostgreSQL; the case stands there since WHEN takes no subquery."""
        row = "OLD" if self.before == "DELETE" else "NEW"
        return (
            f"BEGIN IF {self.case} THEN RAISE EXCEPTION '{self.refuse}' USING ERRCODE = 'restrict_violation';"
            f" END IF; RETURN {row}; END"
        )

    @property
    def on_postgresql(self) -> list[str]:
        """The statements that install it on PostgreSQL."""
        return [
            (
                f"CREATE OR REPLACE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql"
                f" AS $body${self.postgresql_body}$body$"
            ),
            (
                f"CREATE TRIGGER {self.name} BEFORE {self.before} ON {self.table} FOR EACH ROW"
                f" EXECUTE FUNCTION {self.name}()"
            ),
        ]


def _changes(*columns: str) -> str:
    """The case that one of these columns gets another value; JSON is compared as text, NULL is a value."""
    # SQLite has IS NOT and PostgreSQL IS DISTINCT FROM; this both read alike. The columns that may be NULL
    # are keys and times, none of which is an empty text.
    return " OR ".join(
        f"COALESCE(CAST(NEW.{column} AS text), '') <> COALESCE(CAST(OLD.{column} AS text), '')"
        for column in columns
    )


_WITHOUT_CORRECTION = (
    " AND NOT EXISTS (SELECT 1 FROM erasure_clockcorrection AS c WHERE c.request_id = NEW.id"
    " AND c.received_on = NEW.received_on AND c.regulation = NEW.regulation"
    " AND c.previous_received_on = OLD.received_on AND c.previous_regulation = OLD.regulation)"
)

#: The guards, each by its name in the database. Encrypted columns are left out: a rotation of keys rewrites
#: them, and shredding empties them.
GUARDS: Sequence[Guard] = (
    Guard(
        "submission_terminal_is_terminal",
        "erasure_submission",
        "a submission that has ended cannot move",
        f"OLD.status IN ({_ENDED}) AND NEW.status <> OLD.status",
    ),
    Guard(
        "submission_payload_is_immutable",
        "erasure_submission",
        "the payload of a submission never changes",
        _changes(
            *("public_id", "request_id", "number", "replaces_id", "identifier_id", "type", "categories"),
            *("scope", "filed_by_id", "filed_at"),
        ),
    ),
    Guard(
        "request_origin_never_moves",
        "erasure_privacyrequest",
        "who asked, for what and when it was filed never changes",
        _changes("reference", "subject_id", "type", "filed_by_id", "filed_at"),
    ),
    Guard(
        "request_receipt_moves_by_correction",
        "erasure_privacyrequest",
        "the date of receipt and the regulation move with a recorded correction alone",
        f"({_changes('received_on', 'regulation')}){_WITHOUT_CORRECTION}",
    ),
    # Whoever moved an identifier to somebody else would take it out from under a hold on its person.
    Guard(
        "identifier_stays_with_its_person",
        "erasure_subjectidentifier",
        "an identifier stays with its person",
        _changes("subject_id", "kind"),
    ),
    Guard(
        "request_answer_is_final",
        "erasure_privacyrequest",
        "an answered request stays answered",
        "OLD.outcome <> '' AND ("
        + _changes(
            *("outcome", "answered_on", "answer_channel", "answered_by_id", "answer_recorded_at"),
            *("late_reason", "received_on", "regulation", "first_due_on", "due_on"),
        )
        + ")",
    ),
    Guard(
        "answer_part_is_final",
        "erasure_answerpart",
        "what a person was told about a part is final",
        _changes("request_id", "submission_id", "outcome", "ground"),
    ),
    Guard(
        "answer_part_before_the_answer",
        "erasure_answerpart",
        "an answered request gets no further part",
        "EXISTS (SELECT 1 FROM erasure_privacyrequest AS r WHERE r.id = NEW.request_id AND r.outcome <> '')",
        before="INSERT",
    ),
    Guard(
        "extension_only_falls",
        "erasure_extension",
        "an extension never changes, but for falling with a correction",
        _changes(
            *("request_id", "ground", "told_on", "previous_due_on", "due_on"),
            *("extended_by_id", "extended_at"),
        )
        + " OR (OLD.fell_at IS NOT NULL AND ("
        + _changes("fell_at")
        + "))",
    ),
    Guard(
        "clock_correction_never_changes",
        "erasure_clockcorrection",
        "a correction never changes",
        _changes(
            *("request_id", "previous_regulation", "regulation", "previous_received_on", "received_on"),
            *("previous_due_on", "due_on", "corrected_by_id", "corrected_at"),
        ),
    ),
    Guard(
        "clock_pause_only_ends",
        "erasure_clockpause",
        "a pause never changes, but for its end",
        _changes("request_id", "ground", "from_day", "begun_by_id", "begun_at")
        + " OR (OLD.until_day IS NOT NULL AND ("
        + _changes("until_day", "ended_by_id", "ended_at")
        + ")) OR (OLD.fell_at IS NOT NULL AND ("
        + _changes("fell_at")
        + "))",
    ),
    Guard(
        "hold_only_ends",
        "erasure_legalhold",
        "a hold never changes, but for its end",
        _changes(
            *("code", "kind", "ground", "subject_id", "category"),
            *("placed_by_id", "placed_at", "valid_from", "valid_until"),
        )
        + " OR (OLD.released_at IS NOT NULL AND ("
        + _changes("released_at")
        + "))",
    ),
    Guard(
        "hold_released_by_two",
        "erasure_legalhold",
        "a hold is released by the decision of a second reviewer",
        "OLD.released_at IS NULL AND NEW.released_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM"
        " erasure_holdrelease AS r WHERE r.hold_id = NEW.id AND r.decision = 'approved')",
    ),
    Guard(
        "hold_begins_unreleased",
        "erasure_legalhold",
        "a hold is released by the decision of a second reviewer",
        "NEW.released_at IS NOT NULL",
        before="INSERT",
    ),
    Guard(
        "release_begins_undecided",
        "erasure_holdrelease",
        "a release is proposed before it is decided",
        "NEW.decision <> ''",
        before="INSERT",
    ),
    Guard(
        "release_by_nobody_who_filed",
        "erasure_holdrelease",
        "nobody releases a hold that stops what they filed",
        "NEW.decision = 'approved' AND OLD.decision = '' AND EXISTS (SELECT 1 FROM erasure_submission AS s"
        " JOIN erasure_legalhold AS h ON h.id = NEW.hold_id"
        " JOIN erasure_privacyrequest AS r ON r.id = s.request_id"
        " JOIN erasure_submission AS o ON o.request_id = r.id WHERE s.status = 'blocked'"
        " AND (r.filed_by_id IN (NEW.asked_by_id, NEW.decided_by_id)"
        " OR o.filed_by_id IN (NEW.asked_by_id, NEW.decided_by_id))"
        # The code quoted, as in the JSON of the column: so it is no part of another code.
        " AND REPLACE(CAST(s.held_by AS text), '\"' || h.code || '\"', '') <> CAST(s.held_by AS text))",
    ),
    Guard(
        "release_is_decided_once",
        "erasure_holdrelease",
        "a release is proposed and decided once",
        _changes("hold_id", "asked_by_id", "asked_at", "lets_go", "expires_at")
        + " OR (OLD.decision <> '' AND ("
        + _changes("decision", "decided_by_id", "decided_at")
        + "))",
    ),
    Guard(
        "override_names_the_filer",
        "erasure_override",
        "an override names who filed its submission",
        "NEW.filed_by_id <> (SELECT filed_by_id FROM erasure_submission WHERE id = NEW.submission_id)",
        before="INSERT",
    ),
    Guard(
        "override_begins_undecided",
        "erasure_override",
        "an override is asked for before it is decided",
        "NEW.decision <> '' OR NEW.used_at IS NOT NULL",
        before="INSERT",
    ),
    Guard(
        "override_not_by_who_filed_or_asked",
        "erasure_override",
        "nobody decides for a request that they registered, filed something for, or asked about",
        "NEW.decision IN ('approved', 'denied') AND OLD.decision = '' AND EXISTS (SELECT 1 FROM"
        " erasure_submission AS s JOIN erasure_privacyrequest AS r ON r.id = s.request_id"
        " JOIN erasure_submission AS o ON o.request_id = r.id"
        " LEFT JOIN erasure_override AS p ON p.submission_id = o.id"
        " WHERE s.id = NEW.submission_id"
        " AND NEW.decided_by_id IN (r.filed_by_id, o.filed_by_id, p.asked_by_id))",
    ),
    Guard(
        "override_not_by_who_placed",
        "erasure_override",
        "nobody decides on an override of a hold that they placed",
        "NEW.decision IN ('approved', 'denied') AND OLD.decision = '' AND EXISTS (SELECT 1 FROM"
        " erasure_legalhold AS h WHERE h.placed_by_id = NEW.decided_by_id"
        " AND REPLACE(CAST(NEW.holds AS text), '\"' || h.code || '\"', '') <> CAST(NEW.holds AS text))",
    ),
    Guard(
        "override_is_decided_once",
        "erasure_override",
        "an override is asked and decided once",
        _changes("submission_id", "filed_by_id", "asked_by_id", "asked_at", "holds", "digest")
        + " OR NEW.expires_at > OLD.expires_at OR (OLD.decision <> '' AND ("
        + _changes("decision", "decided_by_id", "decided_at")
        + ")) OR (OLD.revoked_at IS NOT NULL AND ("
        + _changes("revoked_at", "revoked_by_id")
        + "))",
    ),
    Guard(
        "override_is_used_once",
        "erasure_override",
        "an override is used once",
        # What CXone provably did not take was no use of it.
        "OLD.used_at IS NOT NULL AND COALESCE(CAST(NEW.used_at AS text), '') <> CAST(OLD.used_at AS text)"
        " AND NOT (NEW.used_at IS NULL AND EXISTS (SELECT 1 FROM erasure_submission AS s"
        " WHERE s.id = NEW.submission_id AND s.first_sent_at IS NULL))",
    ),
)

#: What is never taken away: whoever deleted a hold would let go what it stops by a word of their own, and
#: whoever deleted a correction or a part of an answer would rewrite what a person was promised and told.
KEPT = (
    *("legalhold", "holdrelease", "latehold", "override"),
    *("answerpart", "extension", "clockpause", "clockcorrection", "comment"),
)
GUARDS = (
    *GUARDS,
    *(
        Guard(
            f"{table}_is_kept",
            f"erasure_{table}",
            "what was decided, told and recorded is kept for ever",
            "1 = 1",
            before="DELETE",
        )
        for table in KEPT
    ),
)


def installing(vendor: str) -> list[str]:
    """The statements that put the guards in place."""
    if vendor == "sqlite":
        return [guard.on_sqlite for guard in GUARDS]
    return [statement for guard in GUARDS for statement in guard.on_postgresql]


def lifting(vendor: str) -> list[str]:
    """The statements that take the guards away, whether or not they are there."""
    if vendor == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {guard.name}" for guard in GUARDS]
    # A function takes the triggers that call it along.
    return [f"DROP FUNCTION IF EXISTS {guard.name}() CASCADE" for guard in GUARDS]


def guards_missing(connection: BaseDatabaseWrapper) -> list[str]:
    """The names of the guards that are not there, not as we wrote them, or switched off."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            wanted = {guard.name: guard.on_sqlite for guard in GUARDS}
        else:
            cursor.execute(
                "SELECT t.tgname, p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
                " WHERE t.tgenabled IN ('O', 'A') AND t.tgrelid = ANY(%s::regclass[])",
                [sorted({guard.table for guard in GUARDS})],
            )
            wanted = {guard.name: guard.postgresql_body for guard in GUARDS}
        found = dict(cursor.fetchall())
    return [name for name, text in wanted.items() if found.get(name) != text]


def check_guards(
    *,
    app_configs: Sequence[AppConfig] | None,  # noqa: ARG001 - the signature is Django's.
    databases: Sequence[str] | None = None,
    **_options: Any,
) -> list[CheckMessage]:
    """erasure.E001: the guards are in place. Silent where the tables have not been made yet."""
    errors: list[CheckMessage] = []
    for alias in databases or []:
        connection = connections[alias]
        if not {guard.table for guard in GUARDS} <= set(connection.introspection.table_names()):
            continue
        if missing := guards_missing(connection):
            errors.append(
                Error(
                    f"The database {alias!r} lacks guards: {', '.join(missing)}.",
                    hint="Run `manage.py install_guards` as the owner of the tables.",
                    id="erasure.E001",
                )
            )
    return errors


class InstallGuards(Operation):
    """Migration operation: put the guards in place, anew where they are there already."""

    reversible = True

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Triggers are no part of Django's picture of the models."""

    def database_forwards(
        self,
        app_label: str,  # noqa: ARG002 - the signature is Django's.
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,  # noqa: ARG002 - the same.
        to_state: ProjectState,  # noqa: ARG002 - the same.
    ) -> None:
        """Take away what is there, then install."""
        vendor = schema_editor.connection.vendor
        for statement in [*lifting(vendor), *installing(vendor)]:
            schema_editor.execute(statement, params=None)

    def database_backwards(
        self,
        app_label: str,  # noqa: ARG002 - the signature is Django's.
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,  # noqa: ARG002 - the same.
        to_state: ProjectState,  # noqa: ARG002 - the same.
    ) -> None:
        """Take the guards away."""
        for statement in lifting(schema_editor.connection.vendor):
            schema_editor.execute(statement, params=None)

    def describe(self) -> str:
        """What `manage.py migrate --plan` says."""
        return "Install the guards of requests, submissions, holds, releases and overrides"
