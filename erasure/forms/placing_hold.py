"""The form by which a reviewer places a legal hold.

It holds no rule: it builds a `HoldWish`, asks what is against it, and puts each answer beside its field.
"""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from audit.words import Words
from erasure.asked import Identifier
from erasure.choices import Category, HoldKind
from erasure.forms.identifiers import IdentifierRows
from erasure.forms.problems import Problem, problems_of
from erasure.hold_wishes import SAME, HoldWish, against_identifier, against_placing
from erasure.policy import Violation

KIND_LINES: dict[str, Words] = {
    HoldKind.LITIGATION: _lazy("A claim is pending or to be expected, and the data may be evidence."),
    HoldKind.STATUTORY_RETENTION: _lazy("A law says how long it has to be kept."),
    HoldKind.INVESTIGATION: _lazy("An authority, or an inquiry of your own, needs it as it is."),
}


def _day(label: Words, help_text: Words) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=help_text,
        error_messages={"invalid": _lazy("Give the day as year, month and day, such as 2026-01-31.")},
    )


def _line(label: Words, help_text: Words) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "off"})
    return forms.CharField(label=label, required=False, widget=widget, help_text=help_text)


class HoldForm(forms.Form):
    """A hold as it is asked for. What is missing is said by the rules, beside the field."""

    use_required_attribute = False

    kind = forms.ChoiceField(
        label=_lazy("Why must the data be kept?"),
        choices=HoldKind.choices,
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": _lazy("Choose one of the three.")},
    )
    category = forms.ChoiceField(
        label=_lazy("Category"),
        choices=[("", _lazy("All categories")), *Category.choices],
        required=False,
        help_text=_lazy(
            "One alone, or all. Without an identifier the hold concerns this category of everybody."
        ),
        error_messages={"invalid_choice": _lazy("Choose one of the list.")},
    )
    matter = _line(
        _lazy("Matter"), _lazy("The file or case number. Stored encrypted; only reviewers read it.")
    )
    ground = _line(
        _lazy("Ground"),
        _lazy(
            "A few words, such as “claims about a contract of 2024”. Officers read it, and the person in "
            "their report: put no personal data here."
        ),
    )
    from_day = _day(
        _lazy("From"), _lazy("Left empty: from now on. An earlier day also tells what has left since then.")
    )
    until_day = _day(
        _lazy("Until"), _lazy("The last day on which it holds. Left empty: until it is released.")
    )
    again = forms.BooleanField(label=_lazy("Place another hold all the same"), required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        rows: Sequence[dict[str, str]] | None = None,
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=initial)
        self.rows: Any = IdentifierRows(data, prefix="identifier", initial=rows)
        self.is_another = bool(self["again"].value())

    def clean(self) -> dict[str, Any]:
        """Everything that can be said against it at once, whichever field it concerns."""
        super().clean()
        self.place(against_placing(self.wish()))
        return self.cleaned_data

    def is_valid(self) -> bool:
        """Whether the form and all its rows are."""
        return bool(super().is_valid() and self.rows.is_valid())

    def wish(self) -> HoldWish:
        """What was asked for; what cannot be read has its own error, and a stand-in here."""
        read = self.cleaned_data.get
        return HoldWish(
            kind=read("kind") or "",
            matter=read("matter") or "",
            ground=read("ground") or "",
            identifiers=self._given(),
            category=read("category") or "",
            from_day=read("from_day"),
            until_day=read("until_day"),
            again=bool(read("again")),
        )

    def place(self, violations: Sequence[Violation]) -> None:
        """Put each violation beside its field; what could not even be read has its own words already."""
        unreadable = set(self.errors)
        for violation in violations:
            self.is_another |= violation.code == SAME
            if violation.field == "identifiers":
                self._place_on_rows(violation)
            elif violation.field not in unreadable:
                self.add_error(violation.field, f"{violation.message} {violation.way_out}")

    def problems(self) -> list[Problem]:
        """What has to be put right."""
        several = len(self.rows.forms) > 1
        found = problems_of(self)
        found += [
            Problem(
                _("Identifier %(number)s") % {"number": number} if several else _("Identifier"),
                row["value"].id_for_label,
            )
            for number, row in enumerate(self.rows.forms, start=1)
            if row.errors
        ]
        return found + [Problem(str(words), "content") for words in self.rows.non_form_errors()]

    def _given(self) -> list[Identifier]:
        return [row.given for row in self.rows.forms if row.is_valid() and row.given.value.strip()]

    def _place_on_rows(self, violation: Violation) -> None:
        """On the rows that it speaks of; what is said of them as a whole stands at the first."""
        words = f"{violation.message} {violation.way_out}"
        readable = [row for row in self.rows.forms if row.is_valid()]
        meant = [row for row in readable if row.given.value and violation in against_identifier(row.given)]
        for row in meant or readable[:1]:
            row.add_error("value", words)


def initial_of(wish: HoldWish) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """The initial values of a form, and of its rows, by which this wish can be changed."""
    names = ("kind", "category", "matter", "ground", "from_day", "until_day", "again")
    rows = [{"kind": one.kind, "value": one.value} for one in wish.identifiers]
    return {name: getattr(wish, name) for name in names}, rows or [{}]
