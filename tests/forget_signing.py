"""Each test begins with a signer that remembers nothing.

The memory lies in a file, outside the database, so rolling a test back does not take it back.
"""

from collections.abc import Iterator

import pytest
from django.conf import settings

from audit.signing.signing_key import beside


def forget_what_was_signed() -> None:
    beside(settings.AUDIT_KEY_FILE, "signed").unlink(missing_ok=True)


@pytest.fixture(autouse=True)
def _signer_remembers_nothing() -> Iterator[None]:
    yield
    forget_what_was_signed()
