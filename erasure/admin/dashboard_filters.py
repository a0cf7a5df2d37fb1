"""The lists behind two numbers of the dashboard: by category, and by an open question."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from erasure.admin.request_filters import ChoiceFilter, Requests
from erasure.choices import Category
from erasure.metrics.open_work import about_category, awaiting_override

NONE_CHOSEN = "none"


class CategoryFilter(ChoiceFilter):
    """What a request is about: one of the categories chosen for it, perhaps beside others."""

    title = _("category")
    parameter_name = "category"
    options = (*((str(code), label) for code, label in Category.choices), (NONE_CHOSEN, _("None chosen yet")))

    def narrowed(self, requests: Requests, chosen: str, *, reader: int | None) -> Requests:  # noqa: ARG002 - for others.
        """Those about it."""
        return about_category(requests, "" if chosen == NONE_CHOSEN else chosen)


class OverrideFilter(ChoiceFilter):
    """The open requests with a held part on which a reviewer has still to decide."""

    title = _("override")
    parameter_name = "override"
    options = (("awaited", _("A reviewer has to decide")),)

    def narrowed(self, requests: Requests, chosen: str, *, reader: int | None) -> Requests:  # noqa: ARG002 - for others.
        """Those with a question that waits."""
        return awaiting_override(requests, timezone.now())
