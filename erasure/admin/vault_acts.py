"""What operators do with a vault: send a test, switch it off and on, let its previous secret sign no more."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audit.trail import audited
from audit.words import numbered
from erasure.admin.access import page
from erasure.admin.vault_page import vault_at
from erasure.admin.vault_words import trouble_words
from erasure.deliveries import vault_rows
from erasure.deliveries.kinds import OPENERS
from erasure.deliveries.opened import OpenedVaults
from erasure.deliveries.trying import try_vault
from erasure.deliveries.vault_state import waiting_at
from erasure.models import Vault
from erasure.plain_words import uncapitalised
from erasure.vault import NotDelivered, Receipt

PERMISSION = "erasure.manage_vaults"
#: Characters of a vault's own words that a message shows.
LONGEST_SHOWN = 300


@page(PERMISSION, methods=("POST",))
def test(request: HttpRequest, pk: int) -> HttpResponse:
    """Find out whether the vault could be told, and say what came of it."""
    vault = vault_at(pk)
    vaults = OpenedVaults(OPENERS)
    try:
        result = try_vault(vault, vaults, by=request.user)
    finally:
        vaults.close()
    level = messages.SUCCESS if isinstance(result, Receipt) else messages.ERROR
    messages.add_message(request, level, _words_of_test(vault, result))
    return redirect("admin:vault_page", vault.pk)


@page(PERMISSION, methods=("POST",))
def switch(request: HttpRequest, pk: int) -> HttpResponse:
    """Switch it as the button said, which is nothing where somebody did so before."""
    vault = vault_at(pk)
    wanted = request.POST.get("to")
    if wanted not in {"on", "off"}:
        return redirect("admin:vault_page", vault.pk)
    with audited() as log:
        vault = vault_rows.locked(pk)
        waiting = waiting_at(vault)
        if wanted == "on":
            vault_rows.switch_on(log, vault, by=request.user, now=timezone.now())
        else:
            vault_rows.switch_off(log, vault, by=request.user, now=timezone.now())
    messages.success(request, _words_of_switching(vault, waiting))
    return redirect("admin:vault_page", vault.pk)


@page(PERMISSION, methods=("POST",))
def drop_secret(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign with the new secret alone from now on."""
    vault = vault_at(pk)
    with audited() as log:
        vault_rows.drop_previous_secret(log, vault_rows.locked(pk), by=request.user)
    messages.success(request, _("Messages are signed with the new secret alone from now on."))
    return redirect("admin:vault_page", vault.pk)


def _words_of_test(vault: Vault, result: Receipt | NotDelivered) -> str:
    trouble, line = trouble_words(result.trouble if isinstance(result, NotDelivered) else "")
    failed = _("The test failed: %(trouble)s. %(line)s") % {"trouble": uncapitalised(trouble), "line": line}
    told = [failed if trouble else _("The test arrived: the vault can be told.")]
    if result.status:
        told.append(_("It answered with HTTP status %(status)s.") % {"status": result.status})
    if said := _without_secrets(result.said, vault):
        told.append(_("In detail: “%(said)s”") % {"said": Truncator(said).chars(LONGEST_SHOWN)})
    return " ".join(told)


def _without_secrets(said: str, vault: Vault) -> str:
    """What a vault said, without what it may only have repeated of ours."""
    for secret in filter(None, (vault.secret, vault.previous_secret, vault.key_id)):
        said = said.replace(secret, "•••")
    return " ".join(said.split())


def _words_of_switching(vault: Vault, waiting: int) -> str:
    facts = {"name": vault.name, "waiting": numbered(waiting)}
    if not vault.is_on:
        off = ngettext(
            "%(name)s is off: it is told nothing of what ends meanwhile. %(waiting)s delivery waits for it.",
            "%(name)s is off: it is told nothing of what ends meanwhile. %(waiting)s deliveries wait for it.",
            waiting,
        )
        none = _("%(name)s is off: it is told nothing of what ends meanwhile. Nothing waits for it.")
        return (off if waiting else none) % facts
    on = ngettext(
        "%(name)s is on. %(waiting)s delivery that waited goes out now.",
        "%(name)s is on. %(waiting)s deliveries that waited go out now.",
        waiting,
    )
    return on % facts if waiting else _("%(name)s is on. Nothing waited for it.") % facts


urls: list[URLPattern] = [
    path("vaults/<int:pk>/test/", test, name="vault_test"),
    path("vaults/<int:pk>/switch/", switch, name="vault_switch"),
    path("vaults/<int:pk>/drop-secret/", drop_secret, name="vault_drop_secret"),
]
