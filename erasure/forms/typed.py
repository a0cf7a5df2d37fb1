"""Everything as it was typed, unjudged: for showing a form again before anything is asked of it."""

from collections.abc import Iterator
from typing import Any

from django import forms


def typed(data: Any, *, form: type[forms.Form]) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """Everything as it was typed, unjudged: initial values of a form of this class and of its rows."""
    several = {
        name for name, field in form.base_fields.items() if isinstance(field, forms.MultipleChoiceField)
    }
    initial = {
        name: data.getlist(name) if name in several else data[name]
        for name in form.base_fields
        if name in data or name in several
    }
    return initial, list(_typed_rows(data))


def _typed_rows(data: Any) -> Iterator[dict[str, str]]:
    number = 0
    while f"identifier-{number}-value" in data:
        prefix = f"identifier-{number}"
        yield {"kind": data.get(f"{prefix}-kind", ""), "value": data[f"{prefix}-value"]}
        number += 1
