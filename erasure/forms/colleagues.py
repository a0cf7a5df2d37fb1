"""What colleagues leave one another: a comment, and the request itself."""

from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _

from erasure.forms.recorded_day import text_field


class CommentForm(forms.Form):
    """A few lines for colleagues."""

    text = text_field(_("Comment"), rows=3, error_messages={"required": _("Write something first.")})


class HandOverForm(forms.Form):
    """To whom a request is handed over: one of the active officers."""

    def __init__(self, *args: Any, owner: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        found = get_user_model().objects.with_perm("erasure.file_request", include_superusers=False)
        others = sorted((one for one in found if one != owner), key=lambda one: one.shown_name.casefold())
        self.officers = {one.staff_id: one for one in others}
        self.fields["to"] = forms.ChoiceField(
            label=_("Hand over to"),
            choices=[("", _("Choose one")), *((code, one.shown_name) for code, one in self.officers.items())],
            error_messages={
                "required": _("Choose to whom."),
                "invalid_choice": _("Choose an officer who is active and has not got it already."),
            },
        )

    @property
    def officer(self) -> Any:
        """Who was chosen in a valid form."""
        return self.officers[self.cleaned_data["to"]]
