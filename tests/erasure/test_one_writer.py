"""One writer of a status, one writer of the log: looked for in the source of the whole program."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted(
    path for room in ("privacyadmin", "erasure", "audit") for path in (ROOT / room).rglob("*.py")
)
STATUS_WRITERS = ("erasure/lifecycle/moves.py", "erasure/lifecycle/holding.py")
LOG_WRITER = "audit/trail.py"
#: Takes the events of a log that ends out of the table, after keeping them in another.
LOG_MOVER = "audit/signing/continuation.py"

#: Where a class of its own has a `self.status`: CXone's answer, or the status code of HTTP.
NOT_A_SUBMISSION = ("erasure/cxone/", "erasure/outbound/", "erasure/vault/", "erasure/webhook.py")
#: Where a vault's table has a column of that name, which says what the vault was told.
TABLES_OF_VAULTS = ("erasure/deliveries/own_table.py", "erasure/vault/database.py")
#: Ways to bring rows into a table, or to change them, by a model's manager or an instance.
INSERTING = {"create", "bulk_create", "get_or_create", "update_or_create"}
SQL_WRITES = (
    *("INSERT INTO AUDIT_EVENT", "UPDATE AUDIT_EVENT", "DELETE FROM AUDIT_EVENT"),
    "UPDATE ERASURE_SUBMISSION",
)


def written_statuses(tree: ast.AST) -> Iterator[int]:
    """The lines that give a row a status: by attribute, by `setattr`, in `update(…)`, or in making one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(_is_status(inner) for target in targets for inner in ast.walk(target)):
                yield node.lineno
        if isinstance(node, ast.Call) and _writes_status(node):
            yield node.lineno


def _is_status(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "status" and isinstance(node.ctx, ast.Store)


def its_own(source: str) -> list[int]:
    """The lines that set `self.status`."""
    attributes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Attribute)]
    return [
        node.lineno
        for node in attributes
        if _is_status(node) and isinstance(node.value, ast.Name) and node.value.id == "self"
    ]


def _writes_status(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name in {"setattr", "__setattr__"}:
        return any(isinstance(word, ast.Constant) and word.value == "status" for word in call.args)
    if name == "bulk_update":
        return any(
            isinstance(word, ast.Constant) and word.value == "status"
            for part in [*call.args, *(keyword.value for keyword in call.keywords)]
            for word in ast.walk(part)
        )
    if name in {"update", "set_unless_changed", "Submission", *INSERTING}:
        return any(_gives_status(keyword) for keyword in call.keywords)
    return False


def _gives_status(keyword: ast.keyword) -> bool:
    if keyword.arg == "status":
        return True
    # What is spelt out in `**{"status": …}` or in `defaults={"status": …}` counts as well.
    keys = keyword.value.keys if isinstance(keyword.value, ast.Dict) else []
    return any(isinstance(key, ast.Constant) and key.value == "status" for key in keys)


def written_events(tree: ast.AST) -> Iterator[int]:
    """The lines that bring an event into the log: by the model or by SQL."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (_makes_event(node.func) or _inserts_events(node.func)):
            yield node.lineno
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            words = " ".join(node.value.upper().split())
            if any(words.startswith(written) for written in SQL_WRITES):
                yield node.lineno


def _makes_event(function: ast.expr) -> bool:
    return getattr(function, "id", getattr(function, "attr", "")) == "AuditEvent"


def _inserts_events(function: ast.expr) -> bool:
    if not (
        isinstance(function, ast.Attribute) and function.attr in {*INSERTING, "update", "delete", "save"}
    ):
        return False
    return any(isinstance(node, ast.Name) and node.id == "AuditEvent" for node in ast.walk(function))


def found_in(source: str) -> tuple[list[int], list[int]]:
    tree = ast.parse(source)
    return list(written_statuses(tree)), list(written_events(tree))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_nobody_else_writes_a_status_or_an_event(path: Path) -> None:
    source, name = path.read_text(encoding="utf-8"), name_of(path)
    statuses, events = found_in(source)
    allowed = its_own(source) if name.startswith(NOT_A_SUBMISSION) else []
    if name not in STATUS_WRITERS + TABLES_OF_VAULTS:
        assert [line for line in statuses if line not in allowed] == [], f"{name} writes a status"
    if name not in (LOG_WRITER, LOG_MOVER):
        assert events == [], f"{name} writes to the log"


def test_the_writers_are_where_they_are_said_to_be() -> None:
    for writer in STATUS_WRITERS:
        assert found_in((ROOT / writer).read_text(encoding="utf-8"))[0]
    assert found_in((ROOT / LOG_WRITER).read_text(encoding="utf-8"))[1]


@pytest.mark.parametrize(
    "planted",
    [
        'row.status = "completed"',
        'row.status: str = "completed"',
        'row.status += "!"',
        'row.status, row.closed_at = "completed", now',
        'before = row.status = "completed"',
        'setattr(row, "status", "completed")',
        'Submission.objects.filter(pk=1).update(status="completed")',
        'Submission.objects.filter(pk=1).update(**{"status": "completed"})',
        'Submission(request=request, status="completed")',
        'models.Submission(status="completed")',
        'Submission.objects.create(status="completed")',
        'request.submissions.create(number=1, status="completed")',
        'Submission.objects.get_or_create(pk=1, defaults={"status": "completed"})',
        'Submission.objects.bulk_update(rows, ["status"])',
        'Submission.objects.bulk_update(rows, fields=["attempts", "status"])',
    ],
)
def test_a_planted_writer_of_a_status_is_found(planted: str) -> None:
    assert found_in(planted)[0]


@pytest.mark.parametrize(
    "planted",
    [
        "AuditEvent(seq=1).save()",
        "models.AuditEvent(seq=1)",
        "AuditEvent.objects.create(seq=1)",
        "AuditEvent.objects.using(alias).bulk_create(rows)",
        "AuditEvent.objects.filter(seq=1).update(body='')",
        "AuditEvent.objects.all().delete()",
        'cursor.execute("insert into  audit_event (seq) values (1)")',
        'cursor.execute("DELETE FROM audit_event")',
        'cursor.execute(f"INSERT INTO audit_event ({columns}) VALUES (1)")',
    ],
)
def test_a_planted_writer_of_the_log_is_found(planted: str) -> None:
    assert found_in(planted)[1]


@pytest.mark.parametrize(
    "harmless",
    [
        'row.status == "completed"',
        'Submission.objects.filter(status="completed").update(lease_until=None)',
        "AuditEvent.objects.filter(obj=obj).order_by('seq')",
        'cursor.execute("SELECT seq FROM audit_event")',
        "status = row.status",
    ],
)
def test_reading_is_no_writing(harmless: str) -> None:
    assert found_in(harmless) == ([], [])
