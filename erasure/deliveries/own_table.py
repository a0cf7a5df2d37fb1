"""The `database` kind without an address: a table of this program's own database.

It keeps what any vault is told, whatever becomes of the deliveries, so that an installation that nobody has
connected to anything still has a register of what was done.
"""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from erasure.choices import DeliveryTrouble
from erasure.models import Delivery, VaultRecord
from erasure.plain_words import count_words
from erasure.vault import Message, NotDelivered, Receipt


class OwnTableVault:
    """Writes each message once; a repeat finds its row, and changes nothing."""

    def deliver(self, message: Message) -> Receipt:
        """Write the row. Raises NotDelivered for a message that no delivery of ours has."""
        told = message.fields
        public_id = message.id.removeprefix("msg_")
        request_key = Delivery.objects.filter(public_id=public_id).values_list("request", flat=True).first()
        if request_key is None:
            raise NotDelivered(DeliveryTrouble.INTERNAL)
        _row, made = VaultRecord.objects.get_or_create(
            message_id=message.id,
            defaults={
                "request_id": request_key,
                "reference": told["reference"],
                "status": told["status"],
                "outcome": told.get("outcome", ""),
                "type": told["requestType"],
                "subject_id": told["subjectId"],
                "cxone_id": told["requestId"],
                "timestamp": datetime.fromisoformat(told["timestamp"]),
                "categories_erased": told.get("categories_erased"),
                "scope": told["scope"] or "",
                "audit_sequence": told["auditSequence"],
                "recorded_at": timezone.now(),
            },
        )
        return Receipt(already=not made)

    def test(self) -> Receipt:
        """Read the table; nothing is written, since a row has to be about a request."""
        kept = count_words(VaultRecord.objects.count(), "entry")
        return Receipt(
            said=_("The table of this program can be read; it has %(entries)s.") % {"entries": kept}
        )

    def close(self) -> None:
        """Nothing is kept open."""
