"""Who it is about: rows of identifiers as given, and the one right CXone id of a correction."""

import re
from collections.abc import Sequence

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _lazy

from erasure.asked import Identifier
from erasure.choices import IdentifierKind
from erasure.hold_wishes import LONGEST_IDENTIFIER
from erasure.policy import Violation

MOST_IDENTIFIERS = 10
#: Numbers that people can be called by begin with a plus or a nought; a bare number is an id.
_TELEPHONE = re.compile(r"[+0(][0-9 ()/.-]*")
FEWEST_DIGITS = 7


def _identifier_input() -> forms.TextInput:
    return forms.TextInput(attrs={"autocomplete": "off", "class": "pa-mono", "spellcheck": "false"})


class IdentifierRow(forms.Form):
    """One identifier as given. An empty row is no identifier."""

    use_required_attribute = False

    kind = forms.ChoiceField(
        label=_lazy("Kind"),
        choices=IdentifierKind.choices,
        initial=IdentifierKind.CXONE_ID,
        error_messages={
            "invalid_choice": _lazy("Choose one of the kinds."),
            "required": _lazy("Choose one of the kinds."),
        },
    )
    value = forms.CharField(
        label=_lazy("Identifier"), required=False, max_length=LONGEST_IDENTIFIER, widget=_identifier_input()
    )

    @property
    def given(self) -> Identifier:
        """The identifier as far as it can be read."""
        return Identifier(self.cleaned_data.get("kind", ""), self.cleaned_data.get("value", ""))

    @property
    def shown(self) -> Identifier:
        """The identifier as it stands in the row, readable or not."""
        return Identifier(self["kind"].value() or "", self["value"].value() or "")


def kind_of(term: str) -> IdentifierKind:
    """What somebody most likely pasted; the page shows it, and it can be chosen otherwise."""
    if "@" in term:
        return IdentifierKind.EMAIL
    if _TELEPHONE.fullmatch(term) and sum(character.isdigit() for character in term) >= FEWEST_DIGITS:
        return IdentifierKind.PHONE
    return IdentifierKind.CXONE_ID


class BaseIdentifierRows(forms.BaseFormSet):  # type: ignore[type-arg]  # Generic in the stubs alone.
    """All rows, with our words for what may be wrong with them as a whole."""

    default_error_messages = {
        **forms.BaseFormSet.default_error_messages,
        "missing_management_form": _lazy("The rows of identifiers did not arrive whole. Open the page anew."),
        "too_many_forms": format_lazy(
            _lazy("At most {most} identifiers at once. Send the others afterwards."),
            most=MOST_IDENTIFIERS,
        ),
    }


IdentifierRows = forms.formset_factory(
    IdentifierRow,
    formset=BaseIdentifierRows,
    extra=0,
    min_num=1,
    max_num=MOST_IDENTIFIERS,
    absolute_max=MOST_IDENTIFIERS,
)


class CorrectionForm(forms.Form):
    """The right CXone id for a submission that is filed anew."""

    use_required_attribute = False

    value = forms.CharField(
        label=_lazy("CXone id"),
        max_length=LONGEST_IDENTIFIER,
        widget=_identifier_input(),
        help_text=_lazy("As CXone knows the person. Stored encrypted, shown masked from then on."),
        error_messages={"required": _lazy("Give the CXone id. Look the person up in CXone.")},
    )

    def place(self, violations: Sequence[Violation]) -> None:
        """Put each violation beside the field, or on top when it is about something else."""
        for violation in violations:
            field = "value" if violation.field == "subjectId" else None
            self.add_error(field, f"{violation.message} {violation.way_out}".strip())
