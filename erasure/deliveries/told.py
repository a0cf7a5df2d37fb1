"""What came of one attempt to tell a vault."""

from dataclasses import dataclass
from datetime import datetime

from erasure.choices import TROUBLE_OF_OURS, TROUBLE_OF_THE_VAULT
from erasure.models import Delivery
from erasure.vault import NotDelivered, Receipt


@dataclass(frozen=True)
class Told:
    """The delivery as it was when it was sent, what came of it, and when the attempt began."""

    delivery: Delivery
    result: Receipt | NotDelivered
    begun: datetime

    @property
    def reached_nobody(self) -> bool:
        """Whether it says nothing about the vault, which was not asked."""
        return isinstance(self.result, NotDelivered) and self.result.trouble in TROUBLE_OF_OURS

    @property
    def trouble(self) -> NotDelivered | None:
        """The vault's own trouble; None for an answer to the message, whatever it says."""
        if isinstance(self.result, NotDelivered) and self.result.trouble in TROUBLE_OF_THE_VAULT:
            return self.result
        return None
