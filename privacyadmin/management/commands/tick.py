"""`manage.py tick`: what has to happen by the clock, for hosts that run the parts apart."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from erasure.jobs import tick_round
from privacyadmin.end_request import EndRequest
from privacyadmin.key_check import KeysDoNotFitError, refuse_unfitting_keys
from privacyadmin.tick_loop import tick


class Command(BaseCommand):
    """Ticks until SIGTERM or Ctrl-C."""

    help = "Once a second, wake a worker for what is due and was not announced. Several may run."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Raises CommandError when the keys do not fit the database."""
        end = EndRequest()
        end.listen()
        try:
            refuse_unfitting_keys()
        except KeysDoNotFitError as error:
            raise CommandError(str(error)) from error
        tick(end, tick_round)
