"""The form by which a list of holds is chosen."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _lazy

from erasure.forms.given_list import list_field, not_too_large
from erasure.hold_lists import MOST_BYTES


class HoldListForm(forms.Form):
    """One file. Its name is not looked at, and it is kept nowhere."""

    use_required_attribute = False

    list = list_field(
        accept=".csv,text/csv,text/plain",
        empty=_lazy("The file is empty. The first line names the columns, each further line one hold."),
    )

    def clean_list(self) -> Any:
        """Refused by its size before it is read."""
        return not_too_large(self.cleaned_data["list"], MOST_BYTES)
