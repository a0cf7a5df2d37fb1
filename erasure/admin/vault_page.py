"""A vault's page: its state in words, and its settings; and the page on which a new one is made.

A secret that was made here is shown by the answer to the form that had it made, and by no other page.
"""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin, messages
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from audit.trail import audited
from audit.words import Words
from erasure.admin.access import page
from erasure.admin.vault_words import KIND_ICONS, KIND_LINES, lines_of
from erasure.choices import OCCASION_LINES, Occasion, VaultKind
from erasure.deliveries import vault_rows, vault_secrets
from erasure.forms.problems import problems_of
from erasure.forms.vault import VaultForm
from erasure.models import Vault

PERMISSION = "erasure.manage_vaults"
#: Where telling of something does more at a kind of vault than its name says.
MIND: Mapping[tuple[VaultKind, Occasion], Words] = {
    (VaultKind.SECURITI, Occasion.COMPLETED): _lazy(
        "A submission that CXone carried out. The first one ends the subtask, before the person was answered."
    ),
}


@page(PERMISSION, methods=("GET", "HEAD", "POST"))
def make(request: HttpRequest, kind: str) -> HttpResponse:
    """Add a vault of this kind."""
    if kind not in VaultKind.values:
        raise Http404
    form = VaultForm(request.POST if request.method == "POST" else None, kind=VaultKind(kind))
    if request.method == "POST" and form.is_valid() and (vault := _added(request, form)):
        words = _("%(name)s is told of what ends from now on. Send a test to see that it works.")
        messages.success(request, words % {"name": vault.name})
        return _after_saving(request, vault, form)
    context = {"title": _("Add a vault"), **_about_form(form)}
    return render(request, "erasure/vault_new.html", {**admin.site.each_context(request), **context})


@page(PERMISSION, methods=("GET", "HEAD", "POST"))
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """One vault; posted, its settings are changed, unless somebody else has changed them meanwhile."""
    vault = vault_at(pk)
    kind, overtaken = VaultKind(vault.kind), False
    form = VaultForm(request.POST if request.method == "POST" else None, kind=kind, vault=vault)
    if request.method == "POST" and form.is_valid():
        changed = _changed(request, vault, form)
        if changed:
            messages.success(request, _("Kept. The next delivery goes by these settings."))
            return _after_saving(request, vault, form)
        if changed is not None and not form.errors:
            messages.info(request, _("Nothing was changed."))
            return redirect("admin:vault_page", vault.pk)
        overtaken = changed is None
    if overtaken:
        vault = vault_at(pk)
        form = VaultForm(kind=kind, vault=vault)
    return _page(request, vault, form, overtaken=overtaken)


def vault_at(pk: int) -> Vault:
    """The vault of a page's address, with what of its secrets can be read. Raises Http404."""
    found = vault_secrets.read(Vault.objects.filter(pk=pk))
    if not found:
        raise Http404
    return found[0]


def _page(request: HttpRequest, vault: Vault, form: VaultForm, *, overtaken: bool) -> HttpResponse:
    now = timezone.now()
    [line] = lines_of([vault], now=now)
    until = vault.previous_secret_until
    context = {
        "title": vault.name,
        "vault": vault,
        "line": line,
        "both_until": until if vault.previous_secret and until and until > now else None,
        "overtaken": overtaken,
        **_about_form(form),
    }
    return render(request, "erasure/vault_page.html", {**admin.site.each_context(request), **context})


def _added(request: HttpRequest, form: VaultForm) -> Vault | None:
    """The new vault; None when somebody was faster with its name, which the form then says."""
    try:
        with audited() as log:
            return vault_rows.add(log, form.kind, form.settings(), by=request.user, now=timezone.now())
    except IntegrityError:
        form.add_error("name", _("Another vault has this name. Choose another one."))
    return None


def _changed(request: HttpRequest, vault: Vault, form: VaultForm) -> list[str] | None:
    """The settings that are another now; None when the form was made of settings that are so no more."""
    try:
        with audited() as log:
            locked = vault_rows.locked(vault.pk)
            if form.cleaned_data["revision"] != str(locked.revision):
                return None
            return vault_rows.change(log, locked, form.settings(), by=request.user, now=timezone.now())
    except IntegrityError:
        form.add_error("name", _("Another vault has this name. Choose another one."))
    return []


def _after_saving(request: HttpRequest, vault: Vault, form: VaultForm) -> HttpResponse:
    """The vault's page; before it the secret, where one was made: whoever loads that page again sees none."""
    if not form.new_secret:
        return redirect("admin:vault_page", vault.pk)
    context = {
        "title": _("The secret of %(name)s") % {"name": form.cleaned_data["name"]},
        "vault": vault,
        "secret": form.new_secret,
        "both_days": vault_rows.BOTH_SECRETS_FOR.days if form.vault and form.vault.secret else 0,
    }
    return render(request, "erasure/vault_secret.html", {**admin.site.each_context(request), **context})


def _about_form(form: VaultForm) -> dict[str, Any]:
    return {
        "form": form,
        "problems": problems_of(form),
        "kind": form.kind,
        "kind_icon": KIND_ICONS[form.kind],
        "kind_line": KIND_LINES[form.kind],
        "occasions": _occasions(form),
        "always": [(occasion.label, OCCASION_LINES[occasion]) for occasion in form.always],
    }


def _occasions(form: VaultForm) -> list[tuple[Any, Any]]:
    """The boxes that can be ticked or not, each with what it means."""
    boxes = [(option, Occasion(option.data["value"])) for option in form["tells"]]
    return [
        (option, MIND.get((form.kind, occasion), OCCASION_LINES[occasion]))
        for option, occasion in boxes
        if occasion not in form.always
    ]


urls: list[URLPattern] = [
    path("vaults/new/<slug:kind>/", make, name="vault_new"),
    path("vaults/<int:pk>/", show, name="vault_page"),
]
