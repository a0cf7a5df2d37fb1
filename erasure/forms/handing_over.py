"""To whom requests are handed over."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from erasure import owners


class HandOverForm(forms.Form):
    """Who gets them: one of the active officers, but for the one who has them already."""

    use_required_attribute = False

    to = forms.ChoiceField(
        label=_("Hand over to"),
        error_messages={
            "required": _("Choose who gets it."),
            "invalid_choice": _("Choose an officer who is active and has not got it already."),
        },
    )

    def __init__(self, *args: Any, but_not: Any = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.people = {one.staff_id: one for one in owners.possible_owners() if one != but_not}
        field = self.fields["to"]
        if isinstance(field, forms.ChoiceField):
            names = [(staff_id, person.shown_name) for staff_id, person in self.people.items()]
            field.choices = [("", _("Choose one")), *names]

    @property
    def person(self) -> Any:
        """Whom a valid form names."""
        return self.people[self.cleaned_data["to"]]
