"""The tick: once a second it looks for work that no doorbell announced. Harmless when several run."""

import logging
import time
from collections.abc import Callable

from django.db import close_old_connections

from privacyadmin.end_request import EndRequest

logger = logging.getLogger(__name__)

EVERY_SECONDS = 1.0
LONGEST_WAIT = 30.0


def tick(end: EndRequest, one_round: Callable[[], None]) -> None:
    """Call `one_round` each second until the end is asked for.

    A round that fails is logged and tried again, less and less often up to every 30 s, until one succeeds.
    """
    wait = EVERY_SECONDS
    while not end.made:
        began = time.monotonic()
        wait = EVERY_SECONDS if _succeeds(one_round) else min(wait * 2, LONGEST_WAIT)
        end.wait(max(0.0, wait - (time.monotonic() - began)))


def _succeeds(one_round: Callable[[], None]) -> bool:
    close_old_connections()
    try:
        one_round()
    except Exception:
        # Whatever went wrong, the next round may go right, and without a tick nothing would notice lost work.
        logger.exception("tick_round_failed")
        return False
    finally:
        close_old_connections()
    return True
