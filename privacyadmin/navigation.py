"""The menu: which pages there are, in which order, and who sees them."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _lazy

from audit.words import Words


@dataclass(frozen=True)
class MenuEntry:
    """One line of the menu. Whoever holds all its permissions sees it: without any, everybody."""

    title: Words
    icon: str
    url_name: str
    permissions: tuple[str, ...] = ()

    def is_for(self, request: HttpRequest) -> bool:
        """Whether the signed-in person may open the page."""
        return all(map(request.user.has_perm, self.permissions))


MENU: dict[str, tuple[MenuEntry, ...]] = {
    "": (
        MenuEntry(_lazy("What needs me"), "inbox", "admin:index"),
        MenuEntry(
            _lazy("Requests"),
            "folder_shared",
            "admin:erasure_privacyrequest_changelist",
            ("erasure.view_privacyrequest",),
        ),
        MenuEntry(_lazy("Dashboard"), "monitoring", "admin:dashboard", ("erasure.view_privacyrequest",)),
        MenuEntry(_lazy("File a request"), "add_circle", "admin:request_new", ("erasure.file_request",)),
        MenuEntry(_lazy("Import"), "upload_file", "admin:request_imports", ("erasure.file_request",)),
        MenuEntry(
            _lazy("Dossier"),
            "folder_zip",
            "admin:dossier",
            ("erasure.view_privacyrequest", "erasure.take_certificate"),
        ),
        MenuEntry(_lazy("The law’s clocks"), "timer", "admin:regulations", ("erasure.view_privacyrequest",)),
    ),
    gettext_noop("Review"): (
        MenuEntry(_lazy("Overrides to decide"), "gavel", "admin:override_list", ("erasure.decide_override",)),
        MenuEntry(_lazy("Legal holds"), "lock", "admin:hold_list", ("erasure.place_hold",)),
    ),
    gettext_noop("Proof"): (
        MenuEntry(
            _lazy("Audit log"),
            "receipt_long",
            "admin:audit_auditevent_changelist",
            ("audit.view_auditevent",),
        ),
        MenuEntry(
            _lazy("Verifications"), "verified", "admin:log_verifications", ("audit.verify_auditevent",)
        ),
        MenuEntry(
            _lazy("Sample for an audit"),
            "casino",
            "admin:audit_sample",
            ("audit.view_auditevent", "erasure.view_privacyrequest"),
        ),
    ),
    gettext_noop("Set-up"): (
        MenuEntry(_lazy("CXone connection"), "conversion_path", "admin:upstream", ("erasure.view_upstream",)),
        MenuEntry(_lazy("Vaults"), "inventory_2", "admin:vault_list", ("erasure.manage_vaults",)),
        MenuEntry(_lazy("Deliveries"), "outbox", "admin:delivery_list", ("erasure.manage_vaults",)),
        MenuEntry(_lazy("Letters"), "draft", "admin:letter_texts", ("erasure.edit_lettertext",)),
        MenuEntry(_lazy("People and roles"), "group", "admin:people", ("privacyadmin.invite_user",)),
    ),
}


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """The menu of this person, in the shape that Unfold's SIDEBAR asks for; groups left empty are dropped."""
    allowed = {
        heading: [(entry, reverse(entry.url_name)) for entry in entries if entry.is_for(request)]
        for heading, entries in MENU.items()
    }
    here = _link_above(request.path, [link for entries in allowed.values() for _entry, link in entries])
    return [
        {
            "title": heading and gettext(heading),
            "items": [
                {"title": str(entry.title), "icon": entry.icon, "link": link, "active": link == here}
                for entry, link in entries
            ],
        }
        for heading, entries in allowed.items()
        if entries
    ]


def _link_above(path: str, links: list[str]) -> str | None:
    """Which entry the page at `path` belongs to: the longest link above it; the landing page only itself."""
    landing = reverse("admin:index")
    return max(
        (link for link in links if path == link or (link != landing and path.startswith(link))),
        key=len,
        default=None,
    )
