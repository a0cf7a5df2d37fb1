"""What a page carries to its next step, holds or identifiers as somebody gave them: nothing is stored here.

What a page carries is encrypted and signed (`encryption`), for one person, one purpose and a while. So what
is done in the second step is about what was looked at in the first.
"""

import base64
import json
import zlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from erasure.asked import Identifier
from erasure.encryption import WrongKey, decrypt, encrypt
from erasure.hold_wishes import HoldWish

LIFETIME = timedelta(hours=1)


class NotCarried(Exception):  # noqa: N818 - an answer to people, not a fault of the program.
    """What came back is too old, another person's, or no page's of ours; the text says what to do."""

    def __init__(self) -> None:
        super().__init__(
            _("This page was open for too long, or is not yours. Begin anew: nothing was placed.")
        )


def carry(wishes: Mapping[int, HoldWish], *, by: Any, purpose: str) -> str:
    """The wishes as a text that only this program can read, and only for this person and purpose."""
    return _sealed([[number, *_packed(wish)] for number, wish in wishes.items()], by=by, purpose=purpose)


def carried(token: str, *, by: Any, purpose: str) -> Mapping[int, HoldWish]:
    """What `carry` packed, by number (of a line, where there are lines). Raises NotCarried."""
    return {number: _unpacked(*rest) for number, *rest in _opened(token, by=by, purpose=purpose)}


def carry_identifiers(given: Sequence[Identifier], *, by: Any, purpose: str) -> str:
    """The same for identifiers alone."""
    return _sealed([[one.kind, one.value] for one in given], by=by, purpose=purpose)


def carried_identifiers(token: str, *, by: Any, purpose: str) -> list[Identifier]:
    """What `carry_identifiers` packed. Raises NotCarried."""
    return [Identifier(*one) for one in _opened(token, by=by, purpose=purpose)]


def carry_lines(said: Mapping[int, str], *, by: Any, purpose: str) -> str:
    """The same for what was said of lines that are not carried themselves."""
    return _sealed([[number, words] for number, words in said.items()], by=by, purpose=purpose)


def carried_lines(token: str, *, by: Any, purpose: str) -> dict[int, str]:
    """What `carry_lines` packed. Raises NotCarried."""
    return dict(_opened(token, by=by, purpose=purpose))


def _sealed(what: list[Any], *, by: Any, purpose: str) -> str:
    content = {"purpose": purpose, "by": by.pk, "at": timezone.now().isoformat(), "what": what}
    packed = zlib.compress(json.dumps(content, ensure_ascii=False).encode())
    return encrypt(base64.b64encode(packed).decode("ascii"))


def _opened(token: str, *, by: Any, purpose: str) -> list[Any]:
    try:
        content = json.loads(zlib.decompress(base64.b64decode(decrypt(token))))
    except (WrongKey, ValueError, zlib.error):
        # A value of another column, encrypted by the same keys, is no page's either.
        raise NotCarried from None
    if not isinstance(content, dict) or (content.get("purpose"), content.get("by")) != (purpose, by.pk):
        raise NotCarried
    shown_at = datetime.fromisoformat(content["at"])
    if not shown_at <= timezone.now() <= shown_at + LIFETIME:
        raise NotCarried
    what: list[Any] = content["what"]
    return what


def _packed(wish: HoldWish) -> list[Any]:
    given = [[one.kind, one.value] for one in wish.identifiers]
    days = [day and day.isoformat() for day in (wish.from_day, wish.until_day)]
    form_token = wish.form_token and wish.form_token.hex
    return [wish.kind, wish.matter, wish.ground, given, wish.category, *days, wish.again, form_token]


def _unpacked(*packed: Any) -> HoldWish:
    kind, matter, ground, given, category, first, last, again, form_token = packed
    return HoldWish(
        kind=kind,
        matter=matter,
        ground=ground,
        identifiers=[Identifier(*one) for one in given],
        category=category,
        from_day=first and date.fromisoformat(first),
        until_day=last and date.fromisoformat(last),
        again=again,
        form_token=form_token and UUID(form_token),
    )
