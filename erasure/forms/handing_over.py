"""To whom open requests are handed over."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from erasure import owners


class HandOverForm(forms.Form):
    """Which requests, by their references, and who gets them."""

    use_required_attribute = False

    to = forms.ChoiceField(
        label=_("Who gets them"),
        error_messages={
            "required": _("Choose who gets them."),
            "invalid_choice": _("Choose one of the officers of the list."),
        },
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.people = {person.staff_id: person for person in owners.possible_owners()}
        field = self.fields["to"]
        if isinstance(field, forms.ChoiceField):
            names = [(staff_id, person.shown_name) for staff_id, person in self.people.items()]
            field.choices = [("", _("Choose one")), *names]

    @property
    def person(self) -> Any:
        """Whom the form names, once it is valid."""
        return self.people[self.cleaned_data["to"]]
