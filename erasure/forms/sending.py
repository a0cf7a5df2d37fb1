"""What is to be sent for a person, and for whom: common to new requests and to registered ones."""

import uuid
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audit.words import Words
from erasure.asked import Filing, Identifier, against_identifier, without_white_space
from erasure.choices import Category, IdentityCheck, OverrideReason, Scope
from erasure.forms.identifiers import IdentifierRows
from erasure.forms.problems import Problem, problems_of
from erasure.policy import Violation

LONGEST_NOTE = 4000
SPLIT, TOGETHER = "split", "together"
ROWS = {"identifiers", "subjectId"}

#: Where the form shows labels, the policy's own way out, which names codes, would puzzle.
WORDS_HERE = {
    "categories.empty": _("Choose at least one category."),
    "scope.unknown": _("Choose how far it reaches."),
}


def _text(label: Words, *, rows: int, **options: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, required=False, widget=widget, **options)


def chosen(label: Words, choices: Iterable[tuple[Any, Any]], **options: Any) -> forms.ChoiceField:
    """A list to choose one from, with nothing chosen."""
    options = {"error_messages": {"invalid_choice": _("Choose one of the list.")}, **options}
    return forms.ChoiceField(label=label, choices=[("", _("Choose one")), *choices], **options)


class SendingForm(forms.Form):
    """What is to be sent. `sending` is whether that was asked for, or only to register."""

    use_required_attribute = False

    form_token = forms.UUIDField(
        widget=forms.HiddenInput,
        initial=uuid.uuid4,
        error_messages={"required": _("Open the page anew."), "invalid": _("Open the page anew.")},
    )
    identity_check = chosen(_("Identity check"), IdentityCheck.choices, required=False)
    categories = forms.MultipleChoiceField(
        label=_("Categories"),
        choices=Category.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Choose from the nine categories.")},
    )
    scope = forms.ChoiceField(
        label=_("How far it reaches"),
        choices=Scope.choices,
        required=False,
        initial=Scope.CONTACT,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": WORDS_HERE["scope.unknown"]},
    )
    description = _text(
        _("Description"),
        rows=2,
        help_text=_("Goes to CXone with the request, at most 255 characters. Put no personal data here."),
    )
    note = _text(
        _("Internal note"),
        rows=2,
        max_length=LONGEST_NOTE,
        help_text=_("For colleagues only: stored encrypted, never sent to CXone."),
    )
    duplicate_reason = _text(_("Why another request?"), rows=2, max_length=LONGEST_NOTE)
    split_held = forms.ChoiceField(
        label=_("What is held"),
        choices=[
            (SPLIT, _("Send the rest now; the held part waits as its own submission")),
            (TOGETHER, _("Keep all together until the hold is overridden or released")),
        ],
        required=False,
        initial=SPLIT,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": _("Choose one of the two.")},
    )
    override_reason = chosen(_("Why may it go in spite of the hold?"), OverrideReason.choices, required=False)
    justification = _text(
        _("What should the reviewer know?"),
        rows=3,
        max_length=LONGEST_NOTE,
        help_text=_(
            "With a reason and a justification the override is asked for along with the filing. Somebody "
            "other than you decides; nothing held is sent before. Left empty, it can be asked for later."
        ),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        sending: bool = True,
        rows: Sequence[dict[str, str]] | None = None,
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=initial)
        self.sending = sending
        self.rows: Any = IdentifierRows(data, prefix="identifier", initial=rows)

    @property
    def token(self) -> uuid.UUID | None:
        """The one-time token that was sent with the form, whatever else is wrong with it."""
        try:
            return uuid.UUID(self.data.get("form_token", ""))
        except ValueError:
            return None

    def clean(self) -> dict[str, Any]:
        """Everything that can be said against it at once, whichever field it concerns."""
        super().clean()
        asked = self.filing()
        self.place(self.against(asked), asked)
        return self.cleaned_data

    def is_valid(self) -> bool:
        """Whether the form and all its rows are."""
        return bool(super().is_valid() and self.rows.is_valid())

    def filing(self) -> Filing:
        """What was asked; what cannot be read has its own error, and a stand-in here."""
        rows = [row.given for row in self.rows.forms if row.is_valid()]
        return self.filing_of(self.cleaned_data.get, identifiers=without_white_space(rows))

    def shown(self) -> Filing:
        """What stands in the form, readable or not, to show what would come of it."""
        rows = [row.shown for row in self.rows.forms]
        return self.filing_of(lambda name: self[name].value(), identifiers=without_white_space(rows))

    def filing_of(self, read: Callable[[str], Any], *, identifiers: list[Identifier]) -> Filing:
        """A `Filing` of the fields that `read` gives by name. Subclasses say what the request itself is."""
        raise NotImplementedError

    def against(self, asked: Filing) -> list[Violation]:
        """All that is against filing it. Subclasses say what filing means."""
        raise NotImplementedError

    def place(self, violations: Sequence[Violation], asked: Filing) -> None:
        """Put each violation beside its field; what could not even be read has its own words already."""
        unreadable = set(self.errors) | (
            ROWS if any(not row.is_valid() for row in self.rows.forms) else set()
        )
        nobody = any(violation.code == "identifier.missing" for violation in violations)
        for violation in violations:
            repeats_it = nobody and violation.code == "subject_id.missing"
            if violation.field not in unreadable and not repeats_it:
                self._place(violation, asked)

    def problems(self) -> list[Problem]:
        """What has to be put right."""
        several = len(self.rows.forms) > 1
        found = [
            Problem(_identifier_words(number if several else 0), row["value"].id_for_label)
            for number, row in enumerate(self.rows.forms, start=1)
            if row.errors
        ]
        found += problems_of(self)
        elsewhere = [*self.rows.non_form_errors(), *self.non_field_errors()]
        return found + [Problem(str(words), "content") for words in elsewhere]

    def typed_for_sending(self, read: Callable[[str], Any]) -> dict[str, Any]:
        """The arguments of a `Filing` that say what is to be sent."""
        texts = (
            *("identity_check", "scope", "description", "note"),
            *("duplicate_reason", "override_reason", "justification"),
        )
        return {
            **{name: _as_meant(read(name)) for name in texts if name in self.fields},
            "categories": read("categories") or [],
            "split_held": read("split_held") != TOGETHER,
            "refuse_duplicates": True,
            "form_token": read("form_token"),
        }

    def leave_out_override(self) -> None:
        """For somebody who may not ask for an override: the questions are not there."""
        for name in ("override_reason", "justification"):
            self.fields.pop(name, None)

    def _place(self, violation: Violation, asked: Filing) -> None:
        words = str(WORDS_HERE.get(violation.code, "")) or f"{violation.message} {violation.way_out}".strip()
        if violation.field not in ROWS:
            self.add_error(violation.field if violation.field in self.fields else None, words)
            return
        meant = [row for row in self.rows.forms if violation in against_identifier(asked, row.given)]
        for row in meant:
            row.add_error("value", words)
        if not meant:
            self.place_on_no_row(words)

    def place_on_no_row(self, words: str) -> None:
        """What is said of the identifiers as a whole stands at the first of them."""
        for row in self.rows.forms[:1]:
            row.add_error("value", words)


def _identifier_words(number: int) -> str:
    """What the summary calls a row: with its number where there are several."""
    return gettext("Identifier %(number)d") % {"number": number} if number else gettext("Identifier")


def _as_meant(text: str | None) -> str:
    """Without blanks around it, and with line breaks of one character where browsers send two."""
    return (text or "").strip().replace("\r\n", "\n")
