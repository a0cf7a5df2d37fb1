"""What watches the process asks here: does it live, can it serve. It tells words, no names, to anybody."""

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from audit.signing import checkpoints
from erasure import notice_mail, upstream
from erasure.deliveries import standing

BROKER_SECONDS = 1


@never_cache
@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """200 as long as the process answers at all."""
    return HttpResponse("ok", content_type="text/plain")


@never_cache
@require_safe
def readyz(_request: HttpRequest) -> JsonResponse:
    """503 when no page could be served: no database, or migrations missing. The rest is told with 200.

    A broker that is down, a pause of CXone or a vault that takes nothing delays work and loses none, and
    taking the pages away would not help.
    """
    try:
        migrations = "ok" if _migrated() else "missing"
    except DatabaseError:
        return JsonResponse({"database": "down"}, status=503)
    if migrations != "ok":
        return JsonResponse({"database": "ok", "migrations": migrations}, status=503)
    state = {
        "database": "ok",
        "migrations": "ok",
        "broker": "ok" if broker_answers() else "down",
        "upstream": "paused" if upstream.is_paused(timezone.now()) else "ok",
        "log": _log_words(),
        "mail": notice_mail.readiness(),
        "deliveries": standing.readiness(),
    }
    return JsonResponse(state)


def _log_words() -> str:
    """Whether the log is signed as it grows. Why the signer refuses stands on the pages for auditors."""
    state = checkpoints.state()
    since = "" if state.since is None else f"{state.since:%Y-%m-%dT%H:%M:%SZ}"
    return {
        "ok": "ok",
        "not_begun": "not begun",
        "behind": f"not signed since {since}",
        "refused": f"refused since {since}: the log or its key is not what was signed before",
    }[state.code]


def _migrated() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def broker_answers() -> bool:
    """Whether the broker takes a command within a second."""
    client = redis.Redis.from_url(
        str(settings.RQ_QUEUES["default"]["URL"]),
        socket_connect_timeout=BROKER_SECONDS,
        socket_timeout=BROKER_SECONDS,
    )
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()
