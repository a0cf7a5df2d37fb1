"""What makes two rows the same: a keyed digest of what they ask for, which says nothing without the key."""

import hashlib
import hmac
import json

from django.conf import settings

from erasure.asked import Filing
from erasure.encryption import normalised


def digest_of(filing: Filing) -> str:
    """HMAC-SHA256 under `FINGERPRINT_KEY` of everything that a row of a list says, in hex.

    The order of categories makes no difference, nor do blanks around a cell.
    """
    said = [
        [[one.kind, normalised(one.kind, one.value)] for one in filing.identifiers],
        [filing.type, sorted(filing.categories), filing.scope, filing.regulation],
        [filing.received_on.isoformat(), filing.channel, filing.external_reference, filing.description],
    ]
    # Only where there is one, so that lists from before this column are known again.
    if filing.vault_task:
        said.append([filing.vault_task])
    message = f"import/v1\0{json.dumps(said, ensure_ascii=True)}".encode()
    return hmac.new(settings.FINGERPRINT_KEY.encode(), message, hashlib.sha256).hexdigest()
