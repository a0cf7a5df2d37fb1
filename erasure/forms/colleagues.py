"""What colleagues leave one another about a request."""

from django import forms
from django.utils.translation import gettext_lazy as _

from erasure.forms.recorded_day import text_field


class CommentForm(forms.Form):
    """A few lines for colleagues."""

    text = text_field(_("Comment"), rows=3, error_messages={"required": _("Write something first.")})
