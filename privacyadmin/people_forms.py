"""The forms of the people pages. They offer roles, never a password or a superuser's flag."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_lazy as _lazy
from unfold.widgets import INPUT_CLASSES

from privacyadmin.models import User
from privacyadmin.password_form import NO_ADDRESS
from privacyadmin.roles import ROLE_LINES

WHAT_IS_MAILED = _lazy(
    "Notices go there: what waits for them, and what was decided. Without it they get no mail."
)


class RolesField(forms.MultipleChoiceField):
    """Roles as check boxes; at least one."""

    def __init__(self) -> None:
        super().__init__(
            choices=[(role, gettext_lazy(role)) for role in ROLE_LINES],
            widget=forms.CheckboxSelectMultiple,
            error_messages={"required": _("Choose at least one role.")},
        )


class RolesForm(forms.Form):
    """What somebody may do."""

    roles = RolesField()


class AddressForm(forms.Form):
    """Where somebody's notices go."""

    email = forms.EmailField(
        label=_lazy("E-mail address"),
        required=False,
        max_length=254,
        help_text=WHAT_IS_MAILED,
        error_messages={"invalid": NO_ADDRESS},
        widget=forms.EmailInput(attrs={"class": " ".join(INPUT_CLASSES), "autocomplete": "off"}),
    )


class InvitationForm(forms.ModelForm):  # type: ignore[type-arg]  # Generic in the stubs alone.
    """Who is invited, and what they may do."""

    # One field for the name: not every name splits into a first and a last one.
    full_name = forms.CharField(
        max_length=150,
        help_text=_lazy("As colleagues know them."),
        error_messages={"required": _lazy("No name is given. Write it as colleagues know it.")},
    )
    roles = RolesField()

    class Meta:
        model = User
        fields = ("username", "email")
        labels = {"username": _lazy("User name"), "email": _lazy("E-mail address")}
        help_texts = {
            "username": _lazy("They sign in with it. Letters, digits and @ . + - _, at most 150."),
            "email": WHAT_IS_MAILED,
        }
        error_messages = {
            "username": {"required": _lazy("No user name is given. Choose one to sign in with.")},
            "email": {"invalid": NO_ADDRESS},
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("username", "full_name", "email"):
            self.fields[name].widget.attrs.update({"class": " ".join(INPUT_CLASSES), "autocomplete": "off"})

    def clean_username(self) -> str:
        """A user name is taken whatever its case."""
        username: str = self.cleaned_data["username"]
        if User.objects.filter(username__iexact=username).exists():
            raise forms.ValidationError(_("Somebody has this user name already. Choose another one."))
        return username

    def person(self) -> User:
        """The account of a valid form, not saved yet."""
        return User(
            username=self.cleaned_data["username"],
            first_name=self.cleaned_data["full_name"],
            email=self.cleaned_data["email"],
        )
