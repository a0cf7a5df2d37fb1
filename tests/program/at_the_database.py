"""Run beside a program under test, on its DATA_DIR: `file N` files requests at once, `tell` counts their
states.
"""

import json
import os
import sys
from collections import Counter
from datetime import timedelta

import django


def main(what: str, count: str = "0") -> None:
    """Print the answer as JSON."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "privacyadmin.settings")
    django.setup()
    print(json.dumps(file(int(count)) if what == "file" else tell()))  # noqa: T201 - its answer.


def file(count: int) -> list[str]:
    """File so many requests about made-up people; their references."""
    from django.utils import timezone  # noqa: PLC0415 - Django is set up only in main().

    from erasure import filing  # noqa: PLC0415 - the same.
    from privacyadmin.models import User  # noqa: PLC0415 - the same.

    officer, _made = User.objects.get_or_create(username="filer")
    return [
        filing.register_and_send(
            filing.Filing(
                identifiers=[filing.Identifier("cxone_id", f"many-{number:04d}")],
                type="ERASURE",
                regulation="gdpr",
                received_on=timezone.localdate(),
                channel="other",
                identity_check="other",
                categories=["CONTACT"],
                scope="CONTACT",
            ),
            by=officer,
            send_delay=timedelta(0),
        ).reference
        for number in range(count)
    ]


def tell() -> dict[str, int]:
    """How many submissions are in each status, and how many completions the log knows."""
    from audit.models import AuditEvent  # noqa: PLC0415 - Django is set up only in main().
    from erasure.models import Submission  # noqa: PLC0415 - the same.

    statuses = Counter(Submission.objects.values_list("status", flat=True))
    return {**statuses, "completion events": AuditEvent.objects.filter(act="request.completed").count()}


if __name__ == "__main__":
    main(*sys.argv[1:])
