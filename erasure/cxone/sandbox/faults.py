"""The misfortunes that the sandbox can play: which, where, and how many more times.

A fault is written `NAME`, `NAME:COUNT` or `NAME@PLACE:COUNT`: `500` stays on, `500:3` spoils the next three
calls, `503@token:1` the next fetch of a token. Without a place a fault meets submit and status calls.
"""

import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass

ANSWER_FAULTS = {
    "429": "too many requests; Retry-After in seconds",
    "429-date": "too many requests; Retry-After as an HTTP-date",
    "401": "the token is turned down",
    "403": "a scope is missing",
    "500": "cascade failure, after the request was taken",
    "503": "maintenance; nothing was taken",
    "reset": "the connection is reset after the request was taken",
    "hang": "taken, and never answered",
    "slow": "taken, and answered one byte a second",
    "html": "taken, and answered with a gateway's HTML page",
}
FATE_FAULTS = {
    "no-id": "a submit is taken and answered without an id",
    "unknown-status": "a status outside the contract",
    "failed": "the request ends FAILED",
    "nothing-found": "the request ends COMPLETED with 0 records",
    "lost-callback": "no callback comes",
    "double-callback": "the callback comes twice",
    "early-callback": "the request is done, and its callback sent, before the submit is answered",
}
FAULTS = {**ANSWER_FAULTS, **FATE_FAULTS}
"""Every fault by name, with what it does."""

PLACES = ("submit", "status", "token")

_SHAPE = re.compile(r"(?P<name>[a-z0-9-]+)(?:@(?P<place>[a-z]+))?(?::(?P<count>[0-9]{1,6}))?")


@dataclass
class _Fault:
    name: str
    places: tuple[str, ...]
    left: int | None


class Faults:
    """The faults that are on; safe to share between threads."""

    def __init__(self, specs: Iterable[str] = ()) -> None:
        self._lock = threading.Lock()
        self._faults: list[_Fault] = []
        self.replace(specs)

    def replace(self, specs: Iterable[str]) -> None:
        """Put these in the place of all. Raises ValueError, and then changes nothing."""
        faults = [_parsed(spec) for spec in specs]
        with self._lock:
            self._faults = faults

    def describe(self) -> list[str]:
        """What is on, as it would be written."""
        with self._lock:
            return [_written(fault) for fault in self._faults]

    def take(self, name: str) -> bool:
        """Whether the fault is on; counts it down."""
        return bool(self._faults) and self._take({name}, place=None) is not None

    def take_answer(self, place: str) -> str | None:
        """The first fault that is on for calls at `place` and spoils an answer; counts it down."""
        return self._take(set(ANSWER_FAULTS), place=place) if self._faults else None

    def _take(self, names: set[str], *, place: str | None) -> str | None:
        with self._lock:
            for fault in self._faults:
                if fault.name in names and (place is None or place in fault.places):
                    self._count_down(fault)
                    return fault.name
        return None

    def _count_down(self, fault: _Fault) -> None:
        if fault.left is None:
            return
        fault.left -= 1
        if fault.left == 0:
            self._faults.remove(fault)


def _parsed(spec: str) -> _Fault:
    found = _SHAPE.fullmatch(spec)
    name = found["name"] if found else ""
    if not found or name not in FAULTS:
        raise ValueError(f"There is no fault {spec!r}. There are: {', '.join(FAULTS)}; write 500 or 500:3.")
    place, count = found["place"], found["count"]
    if place and (place not in PLACES or name not in ANSWER_FAULTS):
        raise ValueError(f"The fault {spec!r} cannot be placed there. Places are {', '.join(PLACES)}.")
    if count is not None and int(count) == 0:
        raise ValueError(f"The fault {spec!r} would never happen; its count must be 1 or more.")
    return _Fault(name, (place,) if place else ("submit", "status"), int(count) if count else None)


def _written(fault: _Fault) -> str:
    place = f"@{fault.places[0]}" if len(fault.places) == 1 else ""
    return f"{fault.name}{place}" + ("" if fault.left is None else f":{fault.left}")
