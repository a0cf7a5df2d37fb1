"""Clients for the tests of this folder, closed when a test is over."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from erasure.cxone.client import CXoneClient
from erasure.cxone.endpoint import Endpoint
from erasure.cxone.token import MemoryTokenStore, Token
from tests.cxone_sandbox import sandbox

__all__ = ["sandbox"]

SUBJECT = "USR-8847291-XONE"
SECRET = "s3cr3t-of-the-client"

MakeClient = Callable[..., CXoneClient]


def payload(**changes: Any) -> bytes:
    """A payload that keeps the contract, but for `changes`."""
    fields = {"subjectId": SUBJECT, "type": "ERASURE", "categories": ["CONTACT", "SMS"], "scope": "CONTACT"}
    return json.dumps({**fields, **changes}).encode()


class StoreWithToken(MemoryTokenStore):
    """A store that holds a token from the start, for servers that have no token endpoint."""

    def __init__(self, seconds: float = 3600) -> None:
        super().__init__()
        self._token = Token("first-token", datetime.now(UTC) + timedelta(seconds=seconds))


@pytest.fixture
def make_client() -> Iterator[MakeClient]:
    """Make clients by endpoint or base URL; given a base URL, the client has a token already."""
    made: list[CXoneClient] = []

    def make(where: Endpoint | str, **options: Any) -> CXoneClient:
        store = options.pop("store", None) or (
            StoreWithToken() if isinstance(where, str) else MemoryTokenStore()
        )
        endpoint = Endpoint(where, "demo", SECRET) if isinstance(where, str) else where
        made.append(CXoneClient(endpoint, store, **options))
        return made[-1]

    yield make
    for client in made:
        client.close()
