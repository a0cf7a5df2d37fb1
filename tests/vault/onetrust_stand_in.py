"""A OneTrust that knows subtasks, as strict as its developer portal lets one be.

Each refusal names the page it rests on, all under developer.onetrust.com/onetrust/reference/ and read in
2026; what no page says is marked as assumed, and listed in `docs/vaults.md`.
"""

import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs
from uuid import uuid4

from tests.vault.stand_in import Asked, Reply, StandIn, said

CLIENT_ID = "3d8efc3b94ed4962"
CLIENT_SECRET = "s3cr3t of the & client"

DONE = "11111111-aaaa-4aaa-8aaa-111111111111"
PARTLY = "22222222-bbbb-4bbb-8bbb-222222222222"
REFUSED = "33333333-cccc-4ccc-8ccc-333333333333"

_SUBTASK = re.compile(r"/api/datasubject/v2/subtasks/(?P<id>[^/]+)(?P<act>/complete|/status)?")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)

# completesubtaskusingput and updatesubtaskstatususingput: the fields of their bodies, with their types.
_COMPLETE = {"comment": str, "markAsComplete": bool, "resolutionId": str, "attachments": list}
_STATUS = {"comment": str, "status": str, "resolutionId": str}
_LONGEST_COMMENT = 1_500_000
# updatesubtaskstatususingput, “Things to Know”.
_STATUSES = ("IN_PROGRESS", "FAILED", "COMPLETED", "REJECTED")


@dataclass
class KeptSubtask:
    """One subtask; `completions` counts what a test wants to be one."""

    status: str = "ASSIGNED"
    comments: list[str] = field(default_factory=list)
    resolution: str = ""
    completions: int = 0


class OneTrustStandIn(StandIn):
    """`subtasks` is what it keeps; `scopes` and `lifetime` are what its credential gives."""

    def __init__(self) -> None:
        super().__init__()
        self.subtasks: dict[str, KeptSubtask] = {}
        self.scopes = {"DSAR_READ", "DSAR_WRITE"}
        self.lifetime: Any = 3600
        self.resolutions = {DONE, PARTLY, REFUSED}
        self._tokens: set[str] = set()

    def new_subtask(self, **facts: Any) -> str:
        """A subtask that waits for us; its id."""
        subtask_id = str(uuid4())
        self.subtasks[subtask_id] = KeptSubtask(**facts)
        return subtask_id

    def forget_tokens(self) -> None:
        """Every token given so far has expired."""
        self._tokens.clear()

    def kind_of(self, asked: Asked) -> str:
        if asked.path == "/api/access/v1/oauth/token":
            return "token"
        found = _SUBTASK.fullmatch(asked.path)
        if found is None:
            return "unknown"
        return {None: "read", "/complete": "complete", "/status": "status"}[found["act"]]

    def answer(self, asked: Asked) -> Reply:
        kind = self.kind_of(asked)
        methods = {"token": "POST", "read": "GET", "complete": "PUT", "status": "PUT"}
        if methods.get(kind) != asked.method:
            # Assumed: the pages name one method for each path, and no status for another one.
            return said(404, {"message": "No such endpoint"})
        if kind == "token":
            return self._token(asked)
        if refusal := self._not_allowed(asked, kind):
            return refusal
        found = _SUBTASK.fullmatch(asked.path)
        subtask_id = found["id"] if found else ""
        # getsubtaskbyidusingget: the id is a UUID, else 400 “Bad Request”.
        if not _UUID.fullmatch(subtask_id):
            return said(400, {"message": "Bad Request: subtaskID"})
        subtask = self.subtasks.get(subtask_id.lower())
        if subtask is None:
            # Assumed: no page of a subtask names 404, though those of other things do.
            return said(404, {"message": f"Subtask {subtask_id} not found"})
        if kind == "read":
            return self._read(asked, subtask_id, subtask)
        return self._changed(asked, kind, subtask)

    def _token(self, asked: Asked) -> Reply:
        # recipes/generate-oauth-access-token sends a form; getoauthtoken-1 shows multipart/form-data.
        if asked.media_type != "application/x-www-form-urlencoded":
            return said(400, {"error": "invalid_request"})
        form = {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
        # getoauthtoken-1: 400 for an invalid grant_type, 401 for invalid client credentials.
        if form.get("grant_type") != "client_credentials":
            return said(400, {"error": "unsupported_grant_type"})
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return said(401, {"error": "invalid_client"})
        token = f"token-{uuid4().hex}"
        self._tokens.add(token)
        fields = {"access_token": token, "token_type": "bearer", "expires_in": self.lifetime, "scope": "read"}
        return said(200, {name: value for name, value in fields.items() if value is not None})

    def _not_allowed(self, asked: Asked, kind: str) -> Reply | None:
        scheme, _, token = asked.headers.get("authorization", "").partition(" ")
        # quick-start-guide: the token goes into the header as “Bearer”; every page names 401 and 403.
        if scheme != "Bearer" or token not in self._tokens:
            return said(401, {"message": "Unauthorized"})
        # The pages of the calls: reading needs any of three scopes, changing DSAR or DSAR_WRITE.
        needed = {"DSAR", "DSAR_WRITE"} | ({"DSAR_READ"} if kind == "read" else set())
        return None if self.scopes & needed else said(403, {"message": "Forbidden"})

    def _read(self, asked: Asked, subtask_id: str, subtask: KeptSubtask) -> Reply:
        # getsubtaskbyidusingget: comments come only when they are asked for, as HTML.
        comments = [
            {"commentId": str(uuid4()), "comment": f"<p>{text}</p>", "commenterName": "API"}
            for text in subtask.comments
        ]
        with_comments = asked.query.get("includeComments") == ["true"]
        return said(
            200,
            {
                "subTaskId": subtask_id,
                "requestQueueRefId": "SL244HWD6D",
                "taskName": "Erase in CXone",
                "statusCode": 10,
                "status": subtask.status,
                "type": "USER_TASK",
                **({"subTaskV2CommentsDtoList": comments} if with_comments else {}),
            },
        )

    def _changed(self, asked: Asked, kind: str, subtask: KeptSubtask) -> Reply:
        fields = _fields(asked, _COMPLETE if kind == "complete" else _STATUS)
        if fields is None:
            return said(400, {"message": "Bad Request: body"})
        resolution = fields.get("resolutionId")
        # Both pages: the id of a resolution is a UUID. Assumed: one that does not exist is refused.
        if resolution is not None and resolution not in self.resolutions:
            return said(400, {"message": "Bad Request: resolutionId"})
        if subtask.status == "COMPLETED":
            # Assumed: what is complete cannot be changed; the page says “resolve an existing subtask”.
            return said(400, {"message": "Subtask is already completed"})
        return _complete(subtask, fields) if kind == "complete" else _set_status(subtask, fields)


def _fields(asked: Asked, types: dict[str, type]) -> dict[str, Any] | None:
    """The body, if it is what the page of the call says, with the length that it gives for a comment."""
    if asked.media_type != "application/json":
        return None
    try:
        fields = json.loads(asked.body)
    except ValueError:
        return None
    if not isinstance(fields, dict) or not all(
        name in types and isinstance(value, types[name]) for name, value in fields.items()
    ):
        return None
    if not 1 <= len(fields.get("comment", "-")) <= _LONGEST_COMMENT:
        return None
    return fields


def _complete(subtask: KeptSubtask, fields: dict[str, Any]) -> Reply:
    # completesubtaskusingput: `comment` is required; `markAsComplete` is false unless it is given.
    if "comment" not in fields:
        return said(400, {"message": "Bad Request: comment"})
    subtask.comments.append(fields["comment"])
    # Assumed: without the mark the comment is kept, and the subtask stays as it is.
    if fields.get("markAsComplete", False):
        subtask.status = "COMPLETED"
        subtask.resolution = fields.get("resolutionId", "")
        subtask.completions += 1
    # completesubtaskusingput: 200 “OK”, without a body.
    return said(200)


def _set_status(subtask: KeptSubtask, fields: dict[str, Any]) -> Reply:
    # updatesubtaskstatususingput: one of four; a resolution only with two of them; the answer is a boolean.
    if fields.get("status") not in _STATUSES:
        return said(400, {"message": "Bad Request: status"})
    if "resolutionId" in fields and fields["status"] not in ("COMPLETED", "REJECTED"):
        return said(400, {"message": "Bad Request: resolutionId"})
    if "comment" in fields:
        subtask.comments.append(fields["comment"])
    subtask.status = fields["status"]
    return said(200, True)  # noqa: FBT003 - the answer is this bare value.


def rate_limited(seconds: str = "55") -> Reply:
    """The answer past a limit, with the headers that rate-limits-overview shows."""
    headers = {"ot-period": "MINUTE", "ot-requests-allowed": "1000", "ot-request-made": "1001"}
    return Reply(429, b"", {"Retry-After": seconds, **headers})
