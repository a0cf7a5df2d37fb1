"""The forms in which somebody chooses a name and a password, drawn like the other pages."""

from typing import Any

from django.contrib.auth.forms import SetPasswordForm, UserCreationForm
from django.forms import BaseForm
from django.utils.translation import gettext_lazy as _lazy
from unfold.widgets import INPUT_CLASSES

from privacyadmin.models import User

NO_ADDRESS = _lazy("Write one address, such as name@example.org, or leave it empty.")


def draw_like_the_theme(form: BaseForm) -> None:
    """Give the text fields of a form of Django's the classes that the theme's own fields have."""
    for field in form.fields.values():
        field.widget.attrs["class"] = " ".join(INPUT_CLASSES)


class ChoosePasswordForm(SetPasswordForm):  # type: ignore[type-arg]  # Generic in the stubs alone.
    """The password, twice, against the validators."""

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(user, *args, **kwargs)
        draw_like_the_theme(self)


class FirstOperatorForm(UserCreationForm):  # type: ignore[type-arg]  # Generic in the stubs alone.
    """User name, e-mail address and password of the first operator."""

    class Meta:
        model = User
        fields = ("username", "email")
        labels = {"username": _lazy("User name"), "email": _lazy("E-mail address")}
        error_messages = {"email": {"invalid": NO_ADDRESS}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        draw_like_the_theme(self)
