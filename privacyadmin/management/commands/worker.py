"""`manage.py worker`: one worker, for hosts that run the parts apart."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from privacyadmin.end_request import EndRequest
from privacyadmin.key_check import KeysDoNotFitError, refuse_unfitting_keys
from privacyadmin.work_loop import work


class Command(BaseCommand):
    """Works until SIGTERM or Ctrl-C, then finishes the job in hand."""

    help = (
        "Carry out filed requests: send them to CXone and follow them. Ends after the job in hand on Ctrl-C."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Raises CommandError when the keys do not fit the database."""
        end = EndRequest()
        end.listen()
        try:
            refuse_unfitting_keys()
        except KeysDoNotFitError as error:
            raise CommandError(str(error)) from error
        work(end)
