"""A Securiti that knows subtasks of data subject requests.

No official reference is public. Observed means: done so by a program that somebody has published, which
reports the answers it gets; everything else is assumed. Both are listed in `docs/vaults.md`.
"""

import json
import re
from typing import Any

from tests.vault.stand_in import Asked, Reply, StandIn, said

KEY = "k3y-of-the-api"
SECRET = "s3cr3t-of-the-api"
TENANT = "7c0ffee0-0000-4000-8000-00000000cafe"

_BASE = "/privaci/v1/admin/dsr"
_RESPONSE = re.compile(_BASE + r"/subtasks/(?P<id>[^/]+)/response/")
_ENTRY = {"entry_id": int, "entry_type": str, "entry_title": str, "entry_value": str}


class SecuritiStandIn(StandIn):
    """`responses` holds what each of its subtasks was last given; None until then."""

    def __init__(self) -> None:
        super().__init__()
        self.responses: dict[str, dict[str, Any] | None] = {}

    def kind_of(self, asked: Asked) -> str:
        if _RESPONSE.fullmatch(asked.path):
            return "respond"
        return "read" if asked.path == f"{_BASE}/languages" else "unknown"

    def answer(self, asked: Asked) -> Reply:
        # Observed: these three headers, on every call. Assumed: 401 without them.
        given = [asked.headers.get(name) for name in ("x-api-key", "x-api-secret", "x-tident")]
        if given != [KEY, SECRET, TENANT]:
            return said(401, {"status": 1, "message": "Unauthorized"})
        kind = self.kind_of(asked)
        if kind == "read" and asked.method == "GET":
            # Observed: a program that only reads calls this. Assumed: its answer is a JSON object.
            return said(200, {"status": 0, "data": [{"code": "en"}]})
        if kind != "respond" or asked.method != "POST":
            # Observed for GET: 404 is “not there”. Assumed for the rest.
            return said(404, {"status": 1, "message": "Not found"})
        return self._respond(asked)

    def _respond(self, asked: Asked) -> Reply:
        found = _RESPONSE.fullmatch(asked.path)
        subtask_id = found["id"] if found else ""
        if subtask_id not in self.responses:
            # Assumed: refused with 200 and another status, which programs look for as well as for others.
            return said(200, {"status": 4, "message": "Subtask not found"})
        fields = json.loads(asked.body) if asked.media_type == "application/json" else {}
        # Observed: `status` 3, and entries with these four members. Assumed: nothing else is taken.
        if fields.get("status") != 3 or not _are_entries(fields.get("entries")):
            return said(400, {"status": 2, "message": "Bad request"})
        self.responses[subtask_id] = fields
        # Observed: 200 with `status` 0.
        return said(200, {"status": 0, "message": "Updated"})


def _are_entries(entries: Any) -> bool:
    return (
        isinstance(entries, list)
        and bool(entries)
        and all(
            isinstance(entry, dict)
            and set(entry) == set(_ENTRY)
            and all(isinstance(entry[name], kind) for name, kind in _ENTRY.items())
            for entry in entries
        )
    )
