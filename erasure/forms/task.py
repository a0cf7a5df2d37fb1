"""The task at a vault that a request was opened for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from erasure.deliveries.tasks import why_not_this_task
from erasure.models import PrivacyRequest
from erasure.vault_tasks import TASK_LABEL, as_named


def task_field(*, required: bool = False) -> forms.CharField:
    """Its id. It has no maximum: what a browser cuts off would leave the id of another task."""
    return forms.CharField(
        label=TASK_LABEL,
        required=required,
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "pa-mono", "spellcheck": "false"}),
        help_text=_(
            "The id of the subtask that was opened there for this request: at OneTrust a UUID, at Securiti a "
            "number. Copy it as the vault gives it; it is completed with this request."
        ),
        error_messages={"required": _("Give the id of the task.")},
    )


class TaskForm(forms.Form):
    """The task of a request that is filed already."""

    use_required_attribute = False

    vault_task = task_field(required=True)

    def __init__(self, data: Any = None, *, request: PrivacyRequest) -> None:
        super().__init__(data, initial={"vault_task": request.vault_task})
        self.request = request

    def clean_vault_task(self) -> str:
        """An id that no other request names."""
        task = as_named(self.cleaned_data["vault_task"])
        if refusal := why_not_this_task(self.request, task):
            raise forms.ValidationError(refusal)
        return task
