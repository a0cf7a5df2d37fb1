"""The form that sends a request which was only registered."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from erasure.asked import Filing, Identifier, against_duplicates, against_sending, against_two_people
from erasure.choices import IdentifierKind
from erasure.forms.sending import SendingForm
from erasure.models import PrivacyRequest
from erasure.policy import Violation


class SendForm(SendingForm):
    """What is to be sent for a request that was only registered. Its known CXone ids are offered masked."""

    known_ids = forms.MultipleChoiceField(
        label=_("CXone ids known"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Choose from the ids of this person.")},
    )

    def __init__(
        self,
        data: Any = None,
        *,
        request: PrivacyRequest,
        initial: dict[str, Any] | None = None,
        **options: Any,
    ) -> None:
        wish = {"identity_check": request.identity_check, "categories": request.categories}
        scope = {"scope": request.scope} if request.scope else {}
        super().__init__(data, initial={**wish, **scope, **(initial or {})}, **options)
        self.request = request
        known = request.subject.identifiers.filter(kind=IdentifierKind.CXONE_ID, value__isnull=False)
        self.known = {str(identifier.pk): identifier for identifier in known.order_by("pk")}
        field = self.fields["known_ids"]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = [(pk, identifier.masked) for pk, identifier in self.known.items()]
            field.initial = list(self.known)

    def filing(self) -> Filing:
        """What is to be sent: the known ids chosen, then the ones typed."""
        chosen = [self.known[pk] for pk in self.cleaned_data.get("known_ids", [])]
        known = [Identifier(one.kind, one.value or "") for one in chosen]
        asked = super().filing()
        return replace(asked, identifiers=[*known, *asked.identifiers])

    def shown(self) -> Filing:
        """The same for the preview, where the known ids stand masked."""
        ticked = [self.known[pk] for pk in self["known_ids"].value() or [] if pk in self.known]
        typed = super().shown()
        return replace(
            typed, identifiers=[*(Identifier(one.kind, one.masked) for one in ticked), *typed.identifiers]
        )

    def filing_of(self, read: Callable[[str], Any], *, identifiers: list[Identifier]) -> Filing:
        """What is to be sent, with the facts of the request."""
        return Filing(
            identifiers=identifiers,
            type=self.request.type,
            regulation=self.request.regulation,
            received_on=self.request.received_on,
            channel=self.request.channel,
            **self.typed_for_sending(read),
        )

    def against(self, asked: Filing) -> list[Violation]:
        """What keeps it from being sent, and whom else its identifiers may mean."""
        return [
            *against_sending(asked),
            *against_two_people(asked.identifiers, person=self.request.subject_id),
            *against_duplicates(asked, beside=self.request),
        ]

    def place_on_no_row(self, words: str) -> None:
        """With ids to choose from, what is said of them as a whole stands there."""
        if self.known:
            self.add_error("known_ids", words)
        else:
            super().place_on_no_row(words)
