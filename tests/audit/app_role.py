"""The program as a role that owns no table: `python -m tests.audit.app_role works|refused`, told as JSON."""

import json
import sys
from typing import Any

import django

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402 - models need the apps to be ready.
from django.core.management import CommandError, call_command  # noqa: E402
from django.db import DatabaseError, connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402

from audit.checking.verification_runs import ask  # noqa: E402
from audit.models import AuditHead, AuditVerification  # noqa: E402
from audit.signing import signer  # noqa: E402
from audit.signing.checkpoints import covering  # noqa: E402
from audit.signing.signing_round import SigningRound  # noqa: E402
from erasure.jobs import tick_round, verify_log  # noqa: E402
from erasure.models import PrivacyRequest  # noqa: E402
from tests.audit.truncated import append  # noqa: E402

PAGES = {
    "officer": ["/admin/", "/admin/erasure/privacyrequest/", "/admin/requests/new/"],
    "reviewer": ["/admin/", "/admin/overrides/"],
    "auditor": ["/admin/", "/admin/audit/auditevent/", "/admin/audit/verification/"],
    "operator": ["/admin/", "/admin/upstream/", "/admin/people/"],
}
TABLES = ("audit_event", "audit_checkpoint", "audit_past_log", "audit_past_event", "audit_head")
REFUSED = [
    *(f"DELETE FROM {table}" for table in TABLES),  # noqa: S608 - our own names.
    *(f"TRUNCATE {table} CASCADE" for table in TABLES),
    *(f"ALTER TABLE {table} DISABLE TRIGGER ALL" for table in TABLES),
    *(f"DROP TRIGGER {table}_no_truncate ON {table}" for table in TABLES),
    "UPDATE audit_checkpoint SET origin = 'x'",
    "UPDATE audit_past_log SET origin = 'x'",
    "UPDATE audit_head SET origin = 'x', size = size + 1",
    "UPDATE audit_event SET body = 'x'",
    "UPDATE audit_past_event SET body = 'x'",
    "UPDATE audit_head SET log = gen_random_uuid(), size = size + 1",
    "UPDATE audit_head SET size = size - 1",
    "INSERT INTO audit_head SELECT * FROM audit_head",
    "INSERT INTO audit_past_log SELECT * FROM audit_past_log",
    "SET session_replication_role = replica",
    "CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END'",
    "DROP FUNCTION audit_refuse() CASCADE",
    "DROP TABLE audit_event CASCADE",
    "ALTER TABLE audit_event RENAME TO gone",
    "CREATE TABLE planted (a int)",
    "UPDATE auth_group SET name = 'x'",
    "INSERT INTO auth_group_permissions SELECT * FROM auth_group_permissions",
    "INSERT INTO privacyadmin_user_user_permissions (user_id, permission_id) SELECT 1, 1",
    "DELETE FROM erasure_privacyrequest",
    "DELETE FROM privacyadmin_user",
    "SET ROLE privacyadmin_owner",
]


def works() -> dict[str, Any]:
    """What the program does all day."""
    append(2)
    size = AuditHead.objects.get().size
    tick_round()
    SigningRound()()
    ask(by="u:k3v9q2ma")
    verify_log()
    return {
        "covered": covering(size).size >= size,
        "signed": signer.sign_head().size >= size,
        "verified": AuditVerification.objects.latest("pk").verdict,
        "requests": PrivacyRequest.objects.count(),
        "answers": sorted(
            {f"{role} {path}: {_answer(role, path)}" for role in PAGES for path in PAGES[role]}
        ),
    }


def _answer(role: str, path: str) -> int:
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(get_user_model().objects.get(username=role))
    return client.get(path).status_code


def refused() -> dict[str, Any]:
    """What was refused, and what was not; none of it stays."""
    let_through = [statement for statement in REFUSED if not _is_refused(statement)]
    try:
        call_command("continue_audit", "--reason", "key_lost", "--yes")
    except CommandError as error:
        return {"let_through": let_through, "continuing": str(error)}
    return {"let_through": let_through, "continuing": "went through"}


def _is_refused(statement: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
            transaction.set_rollback(True)
    except DatabaseError:
        return True
    return False


if __name__ == "__main__":
    sys.stdout.write(json.dumps({"works": works, "refused": refused}[sys.argv[1]]()))
