"""What happens to the log by the clock: it is signed as it grows, and its checkpoint is mailed every day."""

import logging
import time
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured

from audit.signing import checkpoint_mail, checkpoints
from audit.signing.signing_errors import SigningError
from audit.subtrees import ProofError, extend_subtrees

logger = logging.getLogger(__name__)

FIRST_WAIT = 2.0
LONGEST_WAIT = 60.0


@dataclass
class SigningRound:
    """One round of the tick for the log. Harmless when doubled: one signs, one sends.

    What keeps the log from being signed is told once, by `signing_notices`, and tried again, at least once a
    minute: following a long log only to refuse it again should not be all that this machine does.
    """

    _not_before: float = 0.0
    _wait: float = FIRST_WAIT

    def __call__(self) -> None:
        """Sign and mail what is due."""
        try:
            if time.monotonic() >= self._not_before:
                self._sign()
        finally:
            # Whatever keeps the log from being signed is no reason to keep quiet about it to those outside.
            checkpoint_mail.send_if_due()

    def _sign(self) -> None:
        try:
            checkpoint = checkpoints.sign_if_due()
        except (SigningError, ImproperlyConfigured):
            self._not_before = time.monotonic() + self._wait
            self._wait = min(self._wait * 2, LONGEST_WAIT)
            return
        self._wait = FIRST_WAIT
        if checkpoint is not None:
            _prepare_proofs(checkpoint.size)


def _prepare_proofs(size: int) -> None:
    """Nobody who asks for a proof should have to wait for the roots that it is made of."""
    try:
        extend_subtrees(size)
    except ProofError:
        logger.warning("subtrees_not_extended")
