"""Recording that the person was answered: with what outcome, by which way, on which day."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils import timezone

from audit.trail import audited
from erasure import lifecycle
from erasure.admin import references  # noqa: F401 - registers the converter named in the addresses below.
from erasure.admin.access import page, request_or_404
from erasure.admin.submission_cards import Card, cards_of
from erasure.asked import controllers_today
from erasure.choices import Channel, Outcome, RequestType, SubmissionStatus
from erasure.models import PrivacyRequest

S = SubmissionStatus
OUTCOME_LINES: dict[Outcome, str] = {
    Outcome.DONE: "Everything that was asked for was carried out, as CXone reported it.",
    Outcome.PARTLY_DONE: "A part was carried out; the person was told which part was not, and why.",
    Outcome.NOTHING_FOUND: "CXone was asked and found nothing about this person.",
    Outcome.REFUSED: "Nothing was carried out; the person was told the ground, and the right to complain.",
    Outcome.WITHDRAWN: "The person took the request back before it was carried out.",
}


class AnswerForm(forms.Form):
    """What was told to the person, how and when."""

    outcome = forms.ChoiceField(
        choices=Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what the person was told."},
    )
    channel = forms.ChoiceField(
        label="How the answer went out",
        choices=[("", "Choose one"), *Channel.choices],
        error_messages={"required": "Choose how the answer went out."},
    )
    answered_on = forms.DateField(
        label="Answered on",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="The day on which the answer went out, where your organisation is established.",
        error_messages={"required": "Give the day on which the answer went out."},
    )
    note = forms.CharField(
        label="Internal note",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="For colleagues, kept encrypted. It never goes to the person.",
    )

    def __init__(self, *args: Any, request: PrivacyRequest, **options: Any) -> None:
        super().__init__(*args, **options)
        self.request = request
        field = self.fields["answered_on"]
        field.widget.attrs |= {
            "min": request.received_on.isoformat(),
            "max": controllers_today().isoformat(),
        }

    def clean_outcome(self) -> str:
        """An outcome that the submissions do not bear is said beside the choice."""
        outcome: str = self.cleaned_data["outcome"]
        told = _told(self.request, Outcome(outcome))
        if refusal := lifecycle.why_not_told(self.request, told):
            raise forms.ValidationError(refusal)
        return outcome

    def clean_answered_on(self) -> Any:
        """From the receipt to today."""
        day = self.cleaned_data["answered_on"]
        if refusal := lifecycle.why_not_answered_on(self.request, day, today=controllers_today()):
            raise forms.ValidationError(refusal)
        return day


@page("erasure.answer_request", methods=("GET", "HEAD", "POST"))
def answer(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask what the person was told, and record it; what stands in the way is said in place of the form."""
    found = request_or_404(reference)
    if refusal := lifecycle.why_not_answer(found):
        messages.error(request, refusal)
        return redirect("admin:request_page", reference=reference)
    cards = [card for card in cards_of(found, now=timezone.now()) if card.replaced_by is None]
    suggested, hint = suggestion(found, cards)
    first_seen = {"answered_on": controllers_today(), "outcome": suggested}
    form = AnswerForm(request.POST or None, request=found, initial=first_seen)
    if request.method == "POST" and form.is_valid():
        return _record(request, found, form)
    context = {
        "title": f"Answer {reference}",
        "request_shown": found,
        "form": form,
        "outcomes": [(option, OUTCOME_LINES[Outcome(option.data["value"])]) for option in form["outcome"]],
        "hint": hint,
    }
    return render(request, "erasure/answer.html", {**admin.site.each_context(request), **context})


def _record(request: HttpRequest, found: PrivacyRequest, form: AnswerForm) -> HttpResponse:
    given = form.cleaned_data
    try:
        with audited() as log:
            lifecycle.answer(
                log,
                found,
                by=request.user,
                told=_told(found, Outcome(given["outcome"])),
                channel=Channel(given["channel"]),
                answered_on=given["answered_on"],
                note=given["note"],
                now=timezone.now(),
            )
    except lifecycle.MoveRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{found.reference} is answered. The clock has stopped.")
    return redirect("admin:request_page", reference=found.reference)


def _told(request: PrivacyRequest, outcome: Outcome) -> list[lifecycle.Told]:
    ground = "identity_not_established" if outcome == Outcome.REFUSED else ""
    parts: list[int | None] = [part.number for part in lifecycle.parts_to_answer(request)]
    return [lifecycle.Told(submission=number, outcome=outcome, ground=ground) for number in parts or [None]]


def suggestion(request: PrivacyRequest, cards: Sequence[Card]) -> tuple[str, str]:
    """The outcome that fits what CXone reported, and why in one sentence; the officer decides."""
    completed = [card for card in cards if card.submission.status == S.COMPLETED]
    if not cards:
        return "", "Nothing was sent to CXone for this request."
    if not completed:
        return "", "CXone has reported nothing done: only “refused” or “withdrawn” can be recorded."
    if len(completed) < len(cards):
        return (
            Outcome.PARTLY_DONE,
            f"CXone reported {len(completed)} of {len(cards)} submissions done; tell the person of the rest.",
        )
    if all(card.found_nothing for card in completed):
        return (
            Outcome.NOTHING_FOUND,
            "CXone found nothing under this identifier. Check the identifier before you answer.",
        )
    if request.type == RequestType.ACCESS:
        return Outcome.DONE, "Record it once the copy was handed over, and say in the note how."
    if any(card.found_nothing for card in completed):
        return Outcome.DONE, "Under one of the identifiers CXone found nothing; check it before you answer."
    return Outcome.DONE, "CXone reported everything that was sent as done."


urls: list[URLPattern] = [path("requests/<reference:reference>/answer/", answer, name="request_answer")]
