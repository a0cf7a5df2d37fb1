"""What a cell of a list means: a code, by itself or by its label, or a day."""

from datetime import date

from django.db.models import TextChoices

ONE_DAY = "2026-01-31"


def code_of(choices: type[TextChoices], cell: str) -> str | None:
    """The code that a cell means, by the code itself or its label, in any case; None when it means none."""
    wanted = cell.casefold()
    return next(
        (code for code, label in choices.choices if wanted in {code.casefold(), str(label).casefold()}), None
    )


def day_of(cell: str) -> date | None:
    """The day written as 2026-01-31; None for anything else.

    Python reads other writings of ISO 8601 too, such as 20260131 and week dates; one is enough for people.
    """
    try:
        return date.fromisoformat(cell) if len(cell) == len(ONE_DAY) and cell[4] == cell[7] == "-" else None
    except ValueError:
        return None
