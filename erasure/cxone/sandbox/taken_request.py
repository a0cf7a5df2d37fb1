"""A request that the sandbox took, and the plain values in which it is told and kept."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from erasure.cxone.sandbox.fate import Fate


@dataclass
class TakenRequest:
    """Times are seconds since 1970; `completed` may lie ahead, and is None if the request never ends."""

    id: str
    payload: dict[str, Any]
    idempotency_key: str | None
    fate: Fate
    created: float
    completed: float | None
    times_posted: int = 1

    @property
    def name(self) -> str:
        """What makes it the same request: its Idempotency-Key, else its payload, callback URL included."""
        return name_of(self.payload, self.idempotency_key)

    def status(self, now: float) -> str:
        """What a status call says at `now`."""
        return self.fate.status if self.is_done(now) else "PROCESSING"

    def is_done(self, now: float) -> bool:
        """Whether it has ended."""
        return self.completed is not None and self.completed <= now

    def kept(self) -> dict[str, Any]:
        """As the journal keeps it."""
        return asdict(self)

    def described(self, now: float) -> dict[str, Any]:
        """As `/sandbox/requests` tells it."""
        return {
            "id": self.id,
            "idempotency_key": self.idempotency_key,
            "subjectId": self.payload["subjectId"],
            "times_posted": self.times_posted,
            "status": self.status(now),
            "recordsAffected": self.fate.records if self.is_done(now) else None,
            "created": _iso(self.created),
            "completed": _iso(self.completed) if self.completed and self.is_done(now) else None,
        }


def name_of(payload: dict[str, Any], key: str | None) -> str:
    """What a post is known by: the same name gives the same request."""
    return f"key {key}" if key else f"payload {json.dumps(payload, sort_keys=True)}"


def id_of(name: str) -> str:
    """The id for a name; the same after a restart, so that a repeated post finds its request."""
    return "prv-" + hashlib.sha256(name.encode()).hexdigest()[:24]


def from_kept(kept: dict[str, Any]) -> TakenRequest:
    """Read back what `kept` gave. Raises TypeError or KeyError for anything else."""
    return TakenRequest(**{**kept, "fate": Fate(**kept["fate"])})


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
