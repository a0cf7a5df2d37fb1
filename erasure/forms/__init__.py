"""The forms in which officers file.

They hold no rule: they build a `Filing`, ask what is against it, and put each answer beside its field.
"""

from erasure.forms.identifiers import CorrectionForm, IdentifierRows, kind_of
from erasure.forms.new_request import RequestForm
from erasure.forms.problems import Problem
from erasure.forms.registered_request import SendForm
from erasure.forms.sending import SendingForm
from erasure.forms.trying_clock import TryingClockForm
from erasure.forms.typed import typed

__all__ = [
    "CorrectionForm",
    "IdentifierRows",
    "Problem",
    "RequestForm",
    "SendForm",
    "SendingForm",
    "TryingClockForm",
    "kind_of",
    "typed",
]
