"""The lists behind three numbers of the dashboard: by category, by the days left, and by an open question."""

from django.db.models import TextField
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from erasure.admin.request_filters import ChoiceFilter, Requests
from erasure.asked import controllers_today
from erasure.choices import Category
from erasure.metrics.open_work import BANDS, awaiting_override

NONE_CHOSEN = "none"


class CategoryFilter(ChoiceFilter):
    """What a request is about: one of the categories chosen for it, perhaps beside others."""

    title = _("category")
    parameter_name = "category"
    options = (*((str(code), label) for code, label in Category.choices), (NONE_CHOSEN, _("None chosen yet")))

    def narrowed(self, requests: Requests, chosen: str, *, reader: int | None) -> Requests:  # noqa: ARG002 - for others.
        """Those with this category. A code in quotes is found in the list’s text nowhere else."""
        if chosen == NONE_CHOSEN:
            return requests.filter(categories=[])
        return requests.alias(chosen=Cast("categories", TextField())).filter(chosen__contains=f'"{chosen}"')


class DaysLeftFilter(ChoiceFilter):
    """The open requests by the days left until their statutory date, as the dashboard's chart has them."""

    title = _("days left")
    parameter_name = "days_left"
    options = tuple((band.code, band.label) for band in BANDS)

    def narrowed(self, requests: Requests, chosen: str, *, reader: int | None) -> Requests:  # noqa: ARG002 - for others.
        """The open requests whose date lies in the band."""
        band = next(band for band in BANDS if band.code == chosen)
        return requests.filter(band.due(controllers_today()), outcome="")


class OverrideFilter(ChoiceFilter):
    """The open requests with a held part on which a reviewer has still to decide."""

    title = _("override")
    parameter_name = "override"
    options = (("awaited", _("A reviewer has to decide")),)

    def narrowed(self, requests: Requests, chosen: str, *, reader: int | None) -> Requests:  # noqa: ARG002 - for others.
        """Those with a question that waits."""
        return awaiting_override(requests, timezone.now())
