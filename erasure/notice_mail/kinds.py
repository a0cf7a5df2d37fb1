"""What each kind of notice means to its reader, and where it sends them."""

from collections.abc import Mapping
from typing import TypeAlias

from django.utils.translation import gettext_lazy as _lazy

from audit.words import Words
from erasure.choices import NoticeKind

#: What it means, and what is asked of the reader.
LEADS: Mapping[NoticeKind, Words] = {
    NoticeKind.OVERRIDE_WAITS: _lazy(
        "An officer asks that something be sent although a hold forbids it. You can decide on it, since "
        "you neither filed it nor asked for it nor placed the hold."
    ),
    NoticeKind.OVERRIDE_PRESSES: _lazy(
        "An officer asked that something be sent although a hold forbids it. Half of the time in which "
        "to decide is gone; when all of it is, the question has to be asked again. Somebody who did not "
        "file it, ask for it or place the hold has to decide."
    ),
    NoticeKind.OVERRIDE_DECIDED: _lazy(
        "The override that was asked for has been decided. The page says how, by whom and why."
    ),
    NoticeKind.OVERRIDE_EXPIRED: _lazy(
        "The override that you asked for was not decided in time, so nothing was sent. If it is still "
        "needed, ask for it again on the request’s page."
    ),
    NoticeKind.OVERRIDE_REVOKED: _lazy(
        "The approval of the override that you asked for was taken back before anything was sent. The "
        "submission is on hold again."
    ),
    NoticeKind.HOLD_QUESTIONED: _lazy(
        "An officer asks that something be sent although a hold that you placed forbids it. Somebody "
        "else decides; if you know why the hold must stand, tell them."
    ),
    NoticeKind.HOLD_OVERRIDDEN: _lazy(
        "It was approved that something be sent although a hold that you placed forbids it. Until it is "
        "sent, a reviewer can take the approval back."
    ),
    NoticeKind.SUSPENDED: _lazy(
        "Before this was sent, a hold began, or the approval that let it through one was taken back, ran "
        "out or no longer fits what is to be sent: nothing of it leaves. It goes on by itself when the "
        "hold is released. Until then an officer can ask for an override, anew where one was approved "
        "before."
    ),
    NoticeKind.RELEASE_WAITS: _lazy(
        "A reviewer proposes to release a hold. A second one has to decide, who filed nothing that it stops."
    ),
    NoticeKind.RELEASE_DECIDED: _lazy(
        "The proposal to release a hold has come to its end. The page says how, by whom and why."
    ),
    NoticeKind.ROLES_GRANTED: _lazy(
        "Whoever has this role sees or decides more than before. If nobody should have been given it, "
        "tell the data protection officer; the audit log says what has been done since."
    ),
    NoticeKind.ROLES_ENDED: _lazy(
        "You were told when somebody was given a say over people’s data, and are told no longer: the "
        "role was taken away, or the account deactivated. If you did not expect this, tell an auditor or "
        "the data protection officer at once; the audit log says what has been done since."
    ),
    NoticeKind.VAULT_GONE: _lazy(
        "The vault answered 410 to a delivery, which means that it wants no more of them. It was switched "
        "off; what it is to be told waits. Ask its owner, and switch it on again once it is back, or let "
        "its deliveries be."
    ),
    NoticeKind.ADDRESS_CHANGED: _lazy(
        "Notices for you no longer come to this address. If you did not expect this, tell an auditor or "
        "the data protection officer at once; the audit log says what has been done since."
    ),
}

#: A page and a list: the names of their addresses, and what the list is narrowed to.
Places: TypeAlias = tuple[str, tuple[str, Mapping[str, str]]]

_OVERRIDES: Places = ("override_decide", ("override_list", {}))
_OWN_OVERRIDES: Places = ("override_decide", ("erasure_privacyrequest_changelist", {"stage": "open"}))
_HOLDS: Places = ("hold_page", ("hold_list", {}))

#: The page of one, and the list in which many are found. What is about operators has none that its readers
#: could open.
PAGES: Mapping[NoticeKind, Places] = {
    NoticeKind.OVERRIDE_WAITS: _OVERRIDES,
    NoticeKind.OVERRIDE_PRESSES: _OVERRIDES,
    NoticeKind.OVERRIDE_DECIDED: _OWN_OVERRIDES,
    NoticeKind.OVERRIDE_EXPIRED: _OWN_OVERRIDES,
    NoticeKind.OVERRIDE_REVOKED: _OWN_OVERRIDES,
    NoticeKind.HOLD_QUESTIONED: _OVERRIDES,
    NoticeKind.HOLD_OVERRIDDEN: _OVERRIDES,
    NoticeKind.SUSPENDED: ("request_page", ("erasure_privacyrequest_changelist", {"stage": "blocked"})),
    NoticeKind.RELEASE_WAITS: _HOLDS,
    NoticeKind.RELEASE_DECIDED: _HOLDS,
    NoticeKind.VAULT_GONE: ("vault_page", ("vault_list", {})),
}
