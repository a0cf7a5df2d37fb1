"""The forms by which a list of requests is given, and by which it is let go."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _lazy

from erasure.choices import IdentityCheck
from erasure.forms.given_list import list_field, not_too_large
from erasure.imports.table import MOST_BYTES

LONGEST_REASON = 1000


class RequestListForm(forms.Form):
    """One file. Its name is not looked at and not kept."""

    use_required_attribute = False

    list = list_field(
        accept=".csv,.txt,text/csv,text/plain",
        empty=_lazy(
            "The file is empty. The first line names the columns, and each further line is one request."
        ),
    )

    def clean_list(self) -> Any:
        """Refused by its size before it is read."""
        return not_too_large(self.cleaned_data["list"], MOST_BYTES)


class ImportTermsForm(forms.Form):
    """What is said once for all rows of a list before they are filed."""

    use_required_attribute = False

    identity_check = forms.ChoiceField(
        label=_lazy("How was their identity established?"),
        choices=[("", _lazy("Choose one")), *IdentityCheck.choices],
        help_text=_lazy("Said once for the whole list, and kept with each request."),
        error_messages={
            "required": _lazy("Choose one before anything is filed."),
            "invalid_choice": _lazy("Choose one of the list."),
        },
    )
    duplicate_reason = forms.CharField(
        label=_lazy("Reason to file a further request for the same person"),
        required=False,
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_lazy(
            "Left empty, rows about somebody who has an open request are left out. With a reason they are "
            "filed too, and the reason stands in the note of each."
        ),
    )
