"""The dashboard: the state of the whole, of one regulation or of all, and what chosen days brought."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from audit.words import Words
from erasure.admin import charts, tiles
from erasure.admin.access import page
from erasure.admin.charts import Chart
from erasure.admin.month_page import month_code, month_name
from erasure.admin.tiles import Tile
from erasure.asked import controllers_today
from erasure.choices import DeliveryState, RequestStage
from erasure.deliveries import standing
from erasure.forms.period import LAWS, PeriodForm
from erasure.metrics import answering, at_cxone, open_work
from erasure.metrics.answering import PartCount
from erasure.metrics.open_work import Pressing
from erasure.metrics.periods import Period, Preset, month_of
from erasure.models import PrivacyRequest, Vault

WAITING, GIVEN_UP = DeliveryState.WAITING, DeliveryState.GIVEN_UP
SEE_CXONE = "erasure.view_upstream"
PRESETS: dict[Preset, Words] = {
    Preset.THIS_MONTH: _lazy("This month"),
    Preset.LAST_MONTH: _lazy("Last month"),
    Preset.LAST_30_DAYS: _lazy("Last 30 days"),
    Preset.LAST_90_DAYS: _lazy("Last 90 days"),
    Preset.THIS_YEAR: _lazy("This year"),
}


@page("erasure.view_privacyrequest")
def show(request: HttpRequest) -> HttpResponse:
    """Numbers and charts, of the regulation and the days that the address asks for."""
    asked = {name: request.GET[name] for name in ("period", *PeriodForm.base_fields) if name in request.GET}
    form = PeriodForm(asked, today=controllers_today())
    is_valid = form.is_valid()
    context = {
        "title": _("Dashboard"),
        "form": form,
        "preset": form.preset if is_valid else None,
        "presets": _presets(form),
        "any_request": PrivacyRequest.objects.exists(),
        "may_file": request.user.has_perm("erasure.file_request"),
        "controllers_zone": timezone.get_default_timezone_name(),
        **(_shown(request, form) if is_valid else {}),
    }
    return render(request, "erasure/dashboard.html", {**admin.site.each_context(request), **context})


def _presets(form: PeriodForm) -> list[tuple[Preset, str, str]]:
    """Each period by name, its words, and its address under the regulation that is chosen."""
    chosen = form.data["regulation"]
    regulation = {"regulation": chosen} if chosen in LAWS else {}
    address = reverse("admin:dashboard")
    return [
        (preset, str(words), f"{address}?{urlencode({'period': preset, **regulation})}")
        for preset, words in PRESETS.items()
    ]


def _shown(request: HttpRequest, form: PeriodForm) -> dict[str, Any]:
    period, regulation = form.period, form.cleaned_data["regulation"]
    pressing = open_work.pressing(form.today, regulation=regulation)
    parts = answering.received_and_answered(period, regulation=regulation)
    span = tiles.short_span(period)
    by_category, *by_regulation = _contents_charts(regulation)
    seen = [cxone_chart(period)] if request.user.has_perm(SEE_CXONE) else []
    per_day = charts.received_and_answered(parts, span, is_by_month=period.is_by_month, regulation=regulation)
    halves = [
        [charts.open_by_days_left(pressing.bands, form.today, regulation=regulation), *by_regulation],
        [by_category, *seen],
    ]
    return {
        "span": span,
        "now": _now_tiles(pressing, regulation=regulation),
        "vaults": _vault_tiles(regulation=regulation),
        "within": _period_tiles(period, parts, regulation=regulation),
        "charts": [per_day, *halves[0], *halves[1]],
        "halves": halves,
        "month": month_code(period.last),
        "month_words": month_name(month_of(period.last)),
        "year": period.last.year,
    }


def cxone_chart(period: Period) -> Chart:
    """What CXone answered to sendings within these days, of all regulations."""
    return charts.answers_of_cxone(
        at_cxone.answers_of_cxone(period), tiles.short_span(period), is_by_month=period.is_by_month
    )


def _contents_charts(regulation: str) -> list[Chart]:
    contents = open_work.contents(regulation=regulation)
    by_category = charts.open_by_category(contents.by_category, regulation=regulation)
    # Of one regulation alone there is nothing to compare.
    return [by_category] if regulation else [by_category, charts.open_by_regulation(contents.by_regulation)]


def _now_tiles(work: Pressing, *, regulation: str) -> list[Tile]:
    stages = open_work.by_stage(regulation=regulation)
    asked = open_work.awaiting_override(open_work.open_requests(regulation), timezone.now()).count()
    law = {"regulation": regulation}
    return [
        *tiles.open_tiles(work, regulation=regulation),
        tiles.to_be_answered(stages[RequestStage.TO_BE_ANSWERED], **law),
        tiles.pressing(
            _("Awaiting override"), asked, _("a reviewer has to decide"), "warning", override="awaited", **law
        ),
        tiles.pressing(
            _("Failed"), stages[RequestStage.FAILED], _("not yet filed anew"), "danger", stage="failed", **law
        ),
    ]


def _vault_tiles(*, regulation: str) -> list[Tile]:
    """Of how many requests a vault is still to be told, or could not be; none where there is no vault."""
    waiting, given_up = (_undelivered(state, regulation) for state in (WAITING, GIVEN_UP))
    if not (waiting or given_up or Vault.objects.exists()):
        return []
    law = {"regulation": regulation}
    paused = any(one.waiting for one in standing.vaults_in_trouble()) if waiting else False
    note = _("a vault takes nothing just now") if paused else _("requests; they go by themselves")
    return [
        tiles.pressing(
            _("Waiting to be told to vaults"),
            waiting,
            note,
            "warning" if paused else "",
            delivery=WAITING,
            **law,
        ),
        tiles.pressing(
            _("Given up"),
            given_up,
            _("requests; an operator has to see to them"),
            "danger",
            delivery=GIVEN_UP,
            **law,
        ),
    ]


def _undelivered(state: DeliveryState, regulation: str) -> int:
    requests = standing.requests_with(state)
    return (requests.filter(regulation=regulation) if regulation else requests).count()


def _period_tiles(period: Period, parts: list[PartCount], *, regulation: str) -> list[Tile]:
    answers = answering.answers(period, regulation=regulation)
    note = _("a refusal by its first period")
    return [
        tiles.received(sum(one.received for one in parts), period, regulation=regulation),
        tiles.in_time(answers, period, note, regulation=regulation),
        *tiles.days_to_answer(answers, period, regulation=regulation),
        *tiles.at_cxone(at_cxone.at_cxone(period), period),
    ]


urls: list[URLPattern] = [path("dashboard/", show, name="dashboard")]
