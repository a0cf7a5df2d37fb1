"""The settings of a vault as operators fill them in: only what its kind has, and secrets one way in.

What was entered once is never shown again; left empty, it stays.
"""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from audit.words import Words
from erasure.choices import Occasion, VaultKind
from erasure.deliveries.vault_rows import VaultSettings
from erasure.forms.vault_address import against_address, leads_elsewhere
from erasure.forms.vault_fields import HELP, LABELS, MISSING, NEVER_SHOWN, SENT_ALONG
from erasure.models import Vault
from erasure.vault.signature import new_secret, read_secret
from erasure.vault_kinds import OPTIONS, VAULT_KINDS

#: What a header or a sign-in can carry (RFC 6749, appendix A: VSCHAR).
_PLAIN = RegexValidator(
    r"\A[\x20-\x7e]*\Z", _lazy("It has characters that cannot be sent. Copy it again from the vault’s page.")
)


def _line(label: Words, *, longest: int = 200) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    return forms.CharField(
        label=label, required=False, max_length=longest, widget=widget, validators=[_PLAIN]
    )


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
        told_at_first = self.facts.told_at_first
        #: What every vault of this kind is told of, whatever is ticked.
        self.always = tuple(one for one in told_at_first if one is Occasion.COMPLETED)
        super().__init__(data, initial=self._initial())
        for name in set(self.fields) - self._names():
            del self.fields[name]
        for name in self.facts.fields:
            self._name(name)
        choices = [(one.value, one.label) for one in self.facts.told if one not in self.always]
        self.fields["tells"].choices = choices  # type: ignore[attr-defined]  # it is a field of choices.

    def clean(self) -> dict[str, Any]:
        """Whatever is missing or in the way, each beside its field."""
        super().clean()
        for name in self.facts.needs:
            if name not in self.errors and not self._given_or_kept(name):
                self.add_error(name, str(MISSING[name]))
        self._check_address()
        self._check_secret()
        if not self.always and not self.cleaned_data.get("tells") and "tells" not in self.errors:
            self.add_error("tells", _("Choose at least one, or switch the vault off."))
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
            tells=[*self.always, *map(Occasion, given["tells"])],
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
        if self._is_kept(name):
            field.widget.attrs["placeholder"] = _("Leave empty to keep it")

    def _is_kept(self, name: str) -> bool:
        """Whether there is one already, which is not shown."""
        return bool(self.vault and name in NEVER_SHOWN[self.kind] and getattr(self.vault, name))

    def _mark(self, name: str) -> Words:
        if self._is_kept(name):
            return _("set")
        return _("optional") if name in self.facts.may_have else ""

    def _given_or_kept(self, name: str) -> str:
        given: str = self.cleaned_data.get(name, "")
        if not given and name == "secret" and self.cleaned_data.get("make_secret"):
            return "made"
        return given or (getattr(self.vault, name) or "" if self._is_kept(name) else "")

    def _check_address(self) -> None:
        address = self.cleaned_data.get("address", "")
        if self.kind is VaultKind.DATABASE:
            self._check_place()
        elif address and (refusal := against_address(address)):
            self.add_error("address", str(refusal))
        elif address and self.vault and self.vault.address:
            self._ask_again(address, self.vault.address)

    def _check_place(self) -> None:
        """Our own table, or another database: one of the two."""
        own, address = self.cleaned_data.get("own_table"), self.cleaned_data.get("address", "")
        if own and address:
            self.add_error("address", _("Leave it empty, or take the tick away."))
        elif not own and not self._given_or_kept("address") and "address" not in self.errors:
            self.add_error("address", _("Give the address, or tick that it is kept in our own database."))

    def _ask_again(self, address: str, before: str) -> None:
        """What is sent along goes to no other host than the one it was entered for."""
        if not leads_elsewhere(address, before):
            return
        for name in SENT_ALONG.get(self.kind, ()):
            if name not in self.errors and not self.cleaned_data.get(name):
                words = _("The address leads elsewhere now. Enter this again, as it will be sent there.")
                self.add_error(name, words)

    def _check_secret(self) -> None:
        if self.kind is not VaultKind.HTTP or "secret" in self.errors:
            return
        given, made = self.cleaned_data.get("secret", ""), self.cleaned_data.get("make_secret")
        if given and made:
            self.add_error("secret", _("Leave it empty, or take the tick at “Make a new secret” away."))
        elif given and not _is_secret(given):
            self.add_error(
                "secret",
                _("A secret is whsec_ and 24 to 64 bytes as base64. Copy it again, or have one made."),
            )
        elif made:
            self.cleaned_data["secret"] = new_secret()


def _is_secret(text: str) -> bool:
    try:
        read_secret(text)
    except ValueError:
        return False
    return True
