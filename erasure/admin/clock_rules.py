"""The law's clocks as officers read them: each regulation's row in words, and a calculator to try one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from erasure.admin.access import page
from erasure.admin.derivations import derivations_of
from erasure.choices import Regulation
from erasure.deadlines import (
    DISCLAIMER,
    ClockError,
    clock,
    configured_calendar,
    extension_offer,
    ground_words,
    long_date_with_weekday,
)
from erasure.forms import TryingClockForm
from erasure.regulations import RULES, PauseRule, RegulationRule


@dataclass(frozen=True)
class PauseShown:
    """A pause of a row in words, its source, and whether it is on here."""

    words: str
    source: str
    is_on: bool
    setting: str


@dataclass(frozen=True, kw_only=True)
class RowShown:
    """One regulation in words."""

    token: str
    label: str
    rule: str
    period: str
    extension: str
    grounds: str
    pauses: Sequence[PauseShown]
    acknowledgement: str
    sources: Sequence[str]
    version: str


@page("erasure.view_privacyrequest")
def show(request: HttpRequest) -> HttpResponse:
    """The rows, those that are on first, and the dates that the calculator was asked for."""
    asked = {name: request.GET[name] for name in TryingClockForm.base_fields if request.GET.get(name)}
    suggested = TryingClockForm.suggested()
    form = TryingClockForm({**suggested, **asked}) if asked else TryingClockForm(initial=suggested)
    context = {
        "title": _("The law’s clocks"),
        "form": form,
        "tried": _tried(form.cleaned_data) if form.is_valid() else None,
        "on": [row_shown(rule) for rule in RULES if rule.on],
        "off": [row_shown(rule) for rule in RULES if not rule.on],
        "place": configured_calendar().place,
        "disclaimer": DISCLAIMER,
    }
    return render(request, "erasure/clock_rules.html", {**admin.site.each_context(request), **context})


def _tried(asked: dict[str, Any]) -> dict[str, Any]:
    """The dates of the law and the day asked for, and what an extension would bring; or why not."""
    facts = {"request_type": asked["type"]}
    try:
        computed = clock(asked["regulation"], asked["received_on"], **facts)
        offer = extension_offer(asked["regulation"], asked["received_on"], **facts)
    except ClockError as error:
        return {"problem": str(error)}
    days = {
        _("Statutory date"): computed.due_on,
        _("Internal target"): computed.target_on,
        _("Confirm receipt by"): computed.acknowledge_by,
        _("A refusal is due by"): computed.first_due_on,
        _("If extended, due on"): offer.due_on if offer else None,
        _("The person must be told of it by"): offer.closes_on if offer else None,
    }
    return {
        "days": {words: long_date_with_weekday(day) for words, day in days.items() if day is not None},
        "derivations": derivations_of(computed.steps),
    }


def row_shown(rule: RegulationRule) -> RowShown:
    """A row in the reader's language."""
    extension = rule.extension
    sources = [rule.source]
    if extension and extension.source not in rule.source:
        sources.append(extension.source)
    return RowShown(
        token=rule.regulation,
        label=str(Regulation(rule.regulation).label),
        rule=_(rule.rule),
        period=_period_words(rule),
        extension=_(extension.rule) if extension else "",
        grounds=", ".join(ground_words(ground) for ground in extension.grounds) if extension else "",
        pauses=[_pause_shown(pause, rule) for pause in rule.pauses],
        acknowledgement=_acknowledgement_words(rule),
        sources=[_(source) for source in sources],
        version=rule.version,
    )


def _pause_shown(pause: PauseRule, rule: RegulationRule) -> PauseShown:
    is_on = any(pause in rule.pauses_for(request_type) for request_type in pause.request_types)
    return PauseShown(_(pause.rule), pause.source, is_on, pause.setting)


def _period_words(rule: RegulationRule) -> str:
    count = {"count": rule.length}
    if rule.unit == "months":
        return ngettext("%(count)d month", "%(count)d months", rule.length) % count
    if rule.unit == "days":
        return ngettext("%(count)d day", "%(count)d days", rule.length) % count
    return _("no date to compute")


def _acknowledgement_words(rule: RegulationRule) -> str:
    days = rule.acknowledge_business_days
    if not days:
        return ""
    return ngettext("%(count)d business day", "%(count)d business days", days) % {"count": days}


urls: list[URLPattern] = [path("regulations/", show, name="regulations")]
