"""One guard: a trigger that refuses a change, written for SQLite and for PostgreSQL."""

from dataclasses import dataclass


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


def changes(*columns: str) -> str:
    """The case that one of these columns gets another value; JSON is compared as text, NULL is a value."""
    # SQLite has IS NOT and PostgreSQL IS DISTINCT FROM; this both read alike. The columns that may be NULL
    # are keys and times, none of which is an empty text.
    return " OR ".join(
        f"COALESCE(CAST(NEW.{column} AS text), '') <> COALESCE(CAST(OLD.{column} AS text), '')"
        for column in columns
    )
