"""What an identifier of each kind has to look like, wherever one is typed: in a request and in a hold."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from erasure.choices import IdentifierKind
from erasure.policy.shape import LIKE_A_PHONE_NUMBER, LIKE_AN_EMAIL

NOT_SO_SHAPED = (
    (IdentifierKind.EMAIL, LIKE_AN_EMAIL, _lazy("an e-mail address")),
    (IdentifierKind.PHONE, LIKE_A_PHONE_NUMBER, _lazy("a phone number")),
)


def against_shape(kind: str, value: str) -> str:
    """That the value is none of its kind, in a sentence; empty when it may be one.

    What a CXone id may be is `policy`'s to say, and every other kind may look like anything.
    """
    for shaped, shape, what in NOT_SO_SHAPED:
        if kind == shaped and not shape.fullmatch(value.strip()):
            return _("That does not look like %(what)s.") % {"what": what}
    return ""
