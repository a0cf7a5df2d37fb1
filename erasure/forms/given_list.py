"""A list that is given as a file, whatever its lines are."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from audit.words import Words


def list_field(*, accept: str, empty: Words) -> forms.FileField:
    """The field for the file. Its name is not looked at."""
    choose = _lazy("Choose the file.")
    return forms.FileField(
        label=_lazy("CSV file"),
        widget=forms.FileInput(attrs={"accept": accept}),
        error_messages={"required": choose, "invalid": choose, "missing": choose, "empty": empty},
    )


def not_too_large(chosen: Any, most_bytes: int) -> Any:
    """The file, refused by its size before it is read."""
    if chosen.size > most_bytes:
        raise forms.ValidationError(
            _("It is larger than %(most)s MB. Split it into several lists.")
            % {"most": most_bytes // 1_000_000}
        )
    return chosen
