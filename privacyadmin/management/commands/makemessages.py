"""`makemessages`: Django's own, which also knows our name for what is translated when it is shown."""

from typing import Any

from django.core.management.commands import makemessages

#: What is no page of ours: tests, what was installed, what the program keeps.
BESIDE = (".venv", "tests", "var", "static")


class Command(makemessages.Command):
    """Collects every text from code and templates into the catalogues of the languages."""

    # A new text gets no translation of one that looks like it.
    msgmerge_options = [*makemessages.Command.msgmerge_options, "--no-fuzzy-matching"]
    xgettext_options = [*makemessages.Command.xgettext_options, "--keyword=_lazy"]

    def handle(self, *args: Any, **options: Any) -> None:
        """Leave out what is not ours; name files without lines, which change too often."""
        options["ignore_patterns"] = [*options["ignore_patterns"], *BESIDE]
        options["add_location"] = options["add_location"] or "file"
        super().handle(*args, **options)
