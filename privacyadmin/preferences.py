"""“Your settings”: what somebody chooses for themselves, and nobody else for them."""

import zoneinfo
from datetime import time
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils import translation
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods
from unfold.widgets import INPUT_CLASSES, SELECT_CLASSES

from audit import outgoing_mail
from privacyadmin.languages import keep_in_browser, language_of
from privacyadmin.models import User

#: Zones are offered by place; the many other names of the same zones are understood, too.
PLACES = (
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
)


def zones_offered() -> list[str]:
    """The zones to choose from, by name; UTC first."""
    return ["UTC", *sorted(zone for zone in zoneinfo.available_timezones() if zone.split("/")[0] in PLACES)]


class PreferencesForm(forms.ModelForm):  # type: ignore[type-arg]  # Generic in the stubs alone.
    """Language, zone of times, daily mail."""

    language = forms.ChoiceField(
        label=_lazy("Language"),
        choices=[("", _lazy("As your browser asks for it")), *settings.LANGUAGES],
        required=False,
        help_text=_lazy("Of all pages, and of the mail you get. The audit log stays in English."),
        error_messages={"invalid_choice": _lazy("There are no pages in that language. Choose one of these.")},
        widget=forms.Select(attrs={"class": " ".join(SELECT_CLASSES)}),
    )
    time_zone = forms.CharField(
        label=_lazy("Time zone"),
        max_length=64,
        required=False,
        help_text=format_lazy(
            _lazy("Type part of a city’s name. Left empty, times are shown in {zone}."),
            zone=settings.TIME_ZONE,
        ),
        widget=forms.TextInput(
            attrs={
                "class": " ".join(INPUT_CLASSES),
                "list": "zones",
                "autocomplete": "off",
                "spellcheck": "false",
            }
        ),
    )

    class Meta:
        model = User
        fields = ("language", "time_zone", "daily_digest")
        labels = {"daily_digest": _lazy("Tell me once a day by e-mail what needs me")}
        help_texts = {
            "daily_digest": _lazy(
                "It counts what is overdue, due soon or waits for you, with references and links, and holds "
                "no personal data. On days on which nothing is due, nothing is sent."
            )
        }

    def clean_time_zone(self) -> str:
        """The zone as it is called, whatever the case it was typed in."""
        typed: str = self.cleaned_data["time_zone"].strip().replace(" ", "_")
        if not typed:
            return ""
        found = next((one for one in zoneinfo.available_timezones() if one.lower() == typed.lower()), None)
        if found is None:
            raise forms.ValidationError(
                _("There is no such time zone. Choose one from the list, such as Europe/Berlin.")
            )
        return found


def urls(site: AdminSite) -> list[URLPattern]:
    """The page, for everybody who is signed in."""

    @require_http_methods(["GET", "HEAD", "POST"])
    def preferences(request: HttpRequest) -> HttpResponse:
        # The account anew: the page shows who is signed in, whatever was typed wrongly.
        account = get_object_or_404(User, pk=request.user.pk)
        form = PreferencesForm(request.POST if request.method == "POST" else None, instance=account)
        if request.method == "POST" and form.is_valid():
            return _saved(request, form)
        context = {
            "title": _("Your settings"),
            "form": form,
            "zones": zones_offered(),
            "mail_leaves": outgoing_mail.is_set_up(),
            "digest_hour": time(settings.DIGEST_HOUR),
        }
        return render(request, "privacyadmin/preferences.html", {**site.each_context(request), **context})

    return [path("settings/", site.admin_view(preferences), name="preferences")]


def _saved(request: HttpRequest, form: PreferencesForm) -> HttpResponse:
    person: Any = form.save(commit=False)
    person.save(update_fields=[*PreferencesForm.Meta.fields])
    request.user = person
    response = redirect("admin:preferences")
    keep_in_browser(response, person.language)
    if not person.language:
        request.COOKIES.pop(settings.LANGUAGE_COOKIE_NAME, None)
    with translation.override(language_of(request)):
        messages.success(request, _("Your settings are saved."))
    return response
