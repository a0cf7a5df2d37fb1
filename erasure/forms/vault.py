"""The settings of a vault as operators fill them in: only what its kind has, and secrets one way in.

What was entered once is never shown again; left empty, it stays.
"""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from audit.words import Words
from erasure.choices import Occasion, VaultKind
from erasure.deliveries.vault_rows import VaultSettings
from erasure.forms.vault_checks import Typed, always_told, objections
from erasure.forms.vault_fields import HELP, LABELS, NEVER_SHOWN
from erasure.models import Vault
from erasure.vault.signature import new_secret
from erasure.vault_kinds import OPTIONS, VAULT_KINDS


def _line(label: Words, *, longest: int = 200) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    return forms.CharField(label=label, required=False, max_length=longest, widget=widget)


class VaultForm(forms.Form):
    """A new vault of a kind, or the settings of one that exists."""

    use_required_attribute = False

    #: Of which settings the page was made: a form that somebody has overtaken is refused.
    revision = forms.CharField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(
        label=_lazy("Name"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_lazy("As colleagues know it. The log goes by a name made of the first one."),
        error_messages={"required": _lazy("Give the vault a name.")},
    )
    own_table = forms.BooleanField(
        label=_lazy("Keep it in this program’s own database"),
        required=False,
        help_text=_lazy("One row for each outcome, in a table of its own."),
    )
    address = _line(_lazy("Address"), longest=2000)
    key_id = _line(_lazy("Key"), longest=500)
    secret = _line(_lazy("Secret"), longest=500)
    make_secret = forms.BooleanField(
        label=_lazy("Make a new secret"),
        required=False,
        help_text=_lazy("It is shown once, after saving, for you to give to the receiver."),
    )
    tenant = _line(_lazy("Tenant"))
    resolution_done = _line(_lazy("Resolution for done"))
    resolution_partly = _line(_lazy("Resolution for partly done"))
    resolution_refused = _line(_lazy("Resolution for refused"))
    tells = forms.MultipleChoiceField(
        label=_lazy("What it is told of"),
        choices=Occasion.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _lazy("This vault cannot be told of that.")},
    )

    def __init__(self, data: Any = None, *, kind: VaultKind, vault: Vault | None = None) -> None:
        self.kind, self.vault, self.facts = kind, vault, VAULT_KINDS[kind]
        self.always = always_told(kind)
        super().__init__(data, initial=self._initial())
        for name in set(self.fields) - self._names():
            del self.fields[name]
        for name in self.facts.fields:
            self._name(name)
        choices = [(one.value, one.label) for one in self.facts.told]
        self.fields["tells"].choices = choices  # type: ignore[attr-defined]  # it is a field of choices.

    def clean(self) -> dict[str, Any]:
        """Whatever is missing or in the way, each beside its field."""
        super().clean()
        typed = Typed(self.kind, self.cleaned_data, self._kept(), is_new=self.vault is None)
        for name, words in objections(typed):
            if name not in self.errors:
                self.add_error(name, str(words))
        self._have_typed_again()
        if not self.errors and self.cleaned_data.get("make_secret"):
            self.cleaned_data["secret"] = new_secret()
        return self.cleaned_data

    def clean_name(self) -> str:
        """No two vaults go by one name."""
        name: str = self.cleaned_data["name"]
        others = Vault.objects.exclude(pk=self.vault.pk) if self.vault else Vault.objects.all()
        if others.filter(name__iexact=name).exists():
            raise forms.ValidationError(_("Another vault has this name. Choose another one."))
        return name

    def settings(self) -> VaultSettings:
        """What a valid form says; where it leaves something empty, what was there."""
        given = self.cleaned_data
        return VaultSettings(
            name=given["name"],
            address="" if given.get("own_table") else self._given_or_kept("address"),
            key_id=self._given_or_kept("key_id"),
            secret=given.get("secret") or None,
            options={name: given[name] for name in OPTIONS if name in given},
            tells=list(dict.fromkeys([*self.always, *map(Occasion, given["tells"])])),
        )

    @property
    def new_secret(self) -> str:
        """The secret that a valid form had made, to be shown once; empty where none was."""
        given = self.cleaned_data
        return given["secret"] if given.get("make_secret") else ""

    def connection(self) -> Iterator[tuple[forms.BoundField, Words]]:
        """The fields by which the vault is reached, each with what stands beside its label."""
        for name in ("own_table", "address", "key_id", "make_secret", "secret", *OPTIONS):
            if name in self.fields:
                yield self[name], self._mark(name)

    def _initial(self) -> dict[str, Any]:
        vault = self.vault
        if vault is None:
            told: list[str] = list(self.facts.told_at_first)
            return {"own_table": True, "make_secret": True, "tells": told}
        shown = {name: getattr(vault, name, None) for name in ("name", "revision", "tells")}
        columns = {"key_id"} - NEVER_SHOWN[self.kind]
        return {
            **shown,
            **vault.options,
            **{name: getattr(vault, name) for name in columns},
            "own_table": not vault.address,
        }

    def _names(self) -> set[str]:
        names = {"revision", "name", "tells", *self.facts.fields}
        names |= {"own_table"} if self.kind is VaultKind.DATABASE else set()
        return names | ({"make_secret"} if self.kind is VaultKind.HTTP else set())

    def _name(self, name: str) -> None:
        field = self.fields[name]
        field.label = LABELS.get(self.kind, {}).get(name, field.label)
        field.help_text = HELP[self.kind].get(name, "")
        if name != "address" and name in NEVER_SHOWN[self.kind]:
            field.widget = forms.PasswordInput(attrs={"autocomplete": "new-password", "spellcheck": "false"})
        if name in self._kept():
            field.widget.attrs["placeholder"] = _("Leave empty to keep it")

    def _kept(self) -> dict[str, str]:
        """What there is already and no page shows: it stays where nothing is typed."""
        hidden = {name: getattr(self.vault, name, None) for name in NEVER_SHOWN[self.kind]}
        return {name: value for name, value in hidden.items() if value}

    def _mark(self, name: str) -> Words:
        if name in self._kept():
            return _("set")
        return _("optional") if name in self.facts.may_have else ""

    def _given_or_kept(self, name: str) -> str:
        given: str = self.cleaned_data.get(name, "")
        return given or self._kept().get(name, "")

    def _have_typed_again(self) -> None:
        """No page repeats a secret, so one that came with mistakes elsewhere would be lost without a word."""
        if not self.errors:
            return
        for name in NEVER_SHOWN[self.kind] - {"address"}:
            if self.data.get(name) and name not in self.errors:
                self.add_error(name, _("Enter it again: it was not kept, and no page repeats it."))
