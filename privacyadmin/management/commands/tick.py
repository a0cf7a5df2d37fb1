"""`manage.py tick`: what has to happen by the clock, for hosts that run the parts apart."""

import threading
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit.signing.signing_round import SigningRound
from erasure.digests import DigestRound
from erasure.jobs import tick_round
from erasure.notice_mail import MailRound
from privacyadmin.end_request import EndRequest
from privacyadmin.key_check import KeysDoNotFitError, refuse_unfitting_keys
from privacyadmin.tick_loop import tick

#: How long signing or mailing may go on when the end is asked for; what is cut off is done at the next start.
SECONDS_TO_END = 5.0


class Command(BaseCommand):
    """Ticks until SIGTERM or Ctrl-C."""

    help = (
        "Once a second, wake a worker for what is due and was not announced, sign the audit log as it "
        "grows, mail what people are to be told, and the daily summary to who asked for it. Several may run."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Raises CommandError when the keys do not fit the database."""
        end = EndRequest()
        end.listen()
        try:
            refuse_unfitting_keys()
        except KeysDoNotFitError as error:
            raise CommandError(str(error)) from error
        # Beside the other work, so that neither a long log nor a slow mail server holds anything up.
        beside = {
            "log": SigningRound(),
            "mail": MailRound(is_over=lambda: end.made),
            "digests": DigestRound(is_over=lambda: end.made),
        }
        threads = [
            threading.Thread(target=tick, args=(end, one_round), name=name, daemon=True)
            for name, one_round in beside.items()
        ]
        for thread in threads:
            thread.start()
        tick(end, tick_round)
        until = time.monotonic() + SECONDS_TO_END
        for thread in threads:
            thread.join(max(0.0, until - time.monotonic()))
