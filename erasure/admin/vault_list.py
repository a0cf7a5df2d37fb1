"""The list of vaults: where outcomes are reported to, how each stands, and how to add one."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _

from erasure.admin.access import page
from erasure.admin.vault_words import KIND_ICONS, KIND_LINES, lines_of
from erasure.choices import VaultKind
from erasure.deliveries import vault_secrets
from erasure.models import Vault

PERMISSION = "erasure.manage_vaults"


@page(PERMISSION)
def show(request: HttpRequest) -> HttpResponse:
    """Every vault with its state and its counts, then the kinds of which one can be added."""
    context = {
        "title": _("Vaults"),
        "lines": lines_of(vault_secrets.read(Vault.objects.order_by("name", "pk")), now=timezone.now()),
        "kinds": [(kind, KIND_ICONS[kind], KIND_LINES[kind]) for kind in VaultKind],
    }
    return render(request, "erasure/vault_list.html", {**admin.site.each_context(request), **context})


urls: list[URLPattern] = [path("vaults/", show, name="vault_list")]
