"""What has to be put right in a form, for the summary on top of its page."""

from collections.abc import Mapping
from dataclasses import dataclass

from django import forms


@dataclass(frozen=True)
class Problem:
    """A line of the summary on top: what has to be put right, and the element to go to."""

    label: str
    target: str


def problems_of(form: forms.BaseForm, *, named: Mapping[str, str] | None = None) -> list[Problem]:
    """The fields of a form that have errors, in their order; `named` has names fuller than the labels."""
    fuller = named or {}
    return [
        Problem(fuller.get(bound.name, str(bound.label)), _first_control(bound.auto_id, bound.field.widget))
        for bound in form
        if bound.errors
    ]


def _first_control(auto_id: str, widget: forms.Widget) -> str:
    return f"{auto_id}_0" if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple) else auto_id
