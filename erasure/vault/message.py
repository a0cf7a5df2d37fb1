"""What every kind of vault is given, what it gives back, and how it says that it could not."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from erasure.choices import DeliveryTrouble

LONGEST_SAID = 2000
"""Characters of a vault's answer that are kept, for people to read."""


@dataclass(frozen=True, kw_only=True)
class Message:
    """One thing to tell. Every attempt has the same `id` and the very same `body`.

    `occasion` is one of `erasure.choices.Occasion`; `outcome` is what a person was told, and empty unless
    the occasion is the answer. `task` is the id of the vault's own task for the request, where one is named.
    """

    id: str
    body: bytes = field(repr=False)
    occasion: str
    outcome: str = ""
    task: str = ""

    @cached_property
    def fields(self) -> Mapping[str, Any]:
        """The body, read."""
        fields: Mapping[str, Any] = json.loads(self.body)
        return fields


@dataclass(frozen=True)
class Receipt:
    """That the vault has it: its HTTP status where it has one, and its own words, at most 2000 characters.

    `already` says that it had it before, so that nothing was sent.
    """

    status: int | None = None
    said: str = field(default="", repr=False)
    already: bool = False


class NotDelivered(Exception):  # noqa: N818 - named for what it means to the delivery
    """The vault does not have it, or nobody knows; the text names the trouble alone, never what it said.

    `retry_after` is in seconds, where the vault asked for a time.
    """

    def __init__(
        self,
        trouble: DeliveryTrouble,
        *,
        status: int | None = None,
        said: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(str(trouble.value))
        self.trouble = trouble
        self.status = status
        self.said = said[:LONGEST_SAID]
        self.retry_after = retry_after


class Vault(Protocol):
    """One vault. Used by several threads at once; every call ends within about a minute."""

    def deliver(self, message: Message) -> Receipt:
        """Tell it; harmless when repeated. Raises NotDelivered, and nothing else that the vault does."""

    def test(self) -> Receipt:
        """Find out whether it could be told, changing as little there as its kind allows.

        Raises NotDelivered.
        """

    def close(self) -> None:
        """Let go of what is kept open."""
