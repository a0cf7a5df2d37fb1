"""A running CXone sandbox for whichever test asks for one; `tests/conftest.py` may import the fixture."""

from collections.abc import Iterator

import pytest

from erasure.cxone.sandbox import Sandbox

PROCESSING_SECONDS = 0.15


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A started sandbox with no faults; `sandbox.endpoint` is what a client needs."""
    running = Sandbox(processing_seconds=PROCESSING_SECONDS, retry_after=7)
    running.start()
    yield running
    running.stop()
