"""Where a list of requests stands, and what becomes of its rows."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from erasure.choices.looks import Look


class ImportStage(TextChoices):
    """Where a list of requests stands on its way in. Only `erasure/imports` writes it."""

    CHECKING = "checking", _("Being looked at")
    CHECKED = "checked", _("Waits for your word")
    FILING = "filing", _("Being filed")
    DONE = "done", _("Filed")
    STOPPED = "stopped", _("Stopped")
    ABANDONED = "abandoned", _("Thrown away, nothing filed")


IMPORT_STAGE_LOOKS: dict[ImportStage, Look] = {
    ImportStage.CHECKING: Look("info", "progress_activity"),
    ImportStage.CHECKED: Look("warning", "pending_actions"),
    ImportStage.FILING: Look("info", "progress_activity"),
    ImportStage.DONE: Look("success", "check_circle"),
    ImportStage.STOPPED: Look("warning", "block"),
    ImportStage.ABANDONED: Look("neutral", "delete"),
}


class ImportStopped(TextChoices):
    """Why a list is not filed to its end though nobody stopped it."""

    GIVER_BARRED = "giver_barred", _("Who gave it may not file requests any more")


class ImportVia(TextChoices):
    """By which way a list came."""

    PAGE = "page", _("Page")
    COMMAND = "command", _("Command line")


class ImportVerdict(TextChoices):
    """What would happen, or did happen, with one row of a list."""

    FILE = "file", _("Filed")
    SPLIT = "split", _("Filed, a part is on hold")
    BLOCKED = "blocked", _("On hold")
    REFUSED = "refused", _("To be put right")
    DUPLICATE = "duplicate", _("Same person, left out")
    SAME = "same", _("Same row, left alone")


IMPORT_VERDICT_LOOKS: dict[ImportVerdict, Look] = {
    ImportVerdict.FILE: Look("success", "check_circle"),
    ImportVerdict.SPLIT: Look("warning", "call_split"),
    ImportVerdict.BLOCKED: Look("warning", "lock"),
    ImportVerdict.REFUSED: Look("danger", "error"),
    ImportVerdict.DUPLICATE: Look("danger", "content_copy"),
    ImportVerdict.SAME: Look("neutral", "done_all"),
}
