"""The task at a vault that a request was opened for: what its id looks like, and whose it is already.

OneTrust and Securiti keep a task of their own for each request. Completing it tells them of one request, so
no task is named on two.
"""

import re
from collections.abc import Collection

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from erasure.choices import VaultKind
from erasure.models import PrivacyRequest, Vault
from erasure.vault_kinds import VAULT_KINDS

#: What forms and pages call it.
TASK_LABEL = _lazy("Task at OneTrust or Securiti")
#: OneTrust names its subtasks by UUID, Securiti by number; either is one path segment without any trick.
TASK = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}[A-Za-z0-9])?")
LIKE_A_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


def as_named(task: str) -> str:
    """The id as it is kept: without blanks around it, and a UUID in small letters, as case says nothing."""
    task = task.strip()
    return task.lower() if LIKE_A_UUID.fullmatch(task) else task


def why_not_a_task(task: str) -> str:
    """Why this cannot be the id of a task; empty when it can, or when there is none."""
    if not task or TASK.fullmatch(task):
        return ""
    return _("The id of a task has letters, digits and hyphens, 64 at most. Copy it as the vault gives it.")


def named_on(task: str, *, beside: PrivacyRequest | None = None) -> str:
    """The reference of the request that names this task; empty when none does, but perhaps `beside`."""
    if not task:
        return ""
    found = PrivacyRequest.objects.filter(vault_task=task)
    if beside is not None:
        found = found.exclude(pk=beside.pk)
    return found.order_by("pk").values_list("reference", flat=True).first() or ""


def named_on_any(tasks: Collection[str]) -> dict[str, str]:
    """The reference of the request that names each of these tasks, for those that are named."""
    if not tasks:
        return {}
    found = PrivacyRequest.objects.filter(vault_task__in=tasks)
    return dict(found.order_by("-pk").values_list("vault_task", "reference"))


def named_words(reference: str) -> str:
    """That another request names the task."""
    return _("%(reference)s names this task already, and a task is completed once.") % {
        "reference": reference
    }


def other_task_words(reference: str) -> str:
    """The way out of that."""
    return _("Name the task of this request; or, if it is this one, take it off %(reference)s first.") % {
        "reference": reference
    }


def tasks_are_kept() -> bool:
    """Whether a vault is on that keeps a task for each request."""
    kinds = [kind for kind in VaultKind if VAULT_KINDS[kind].has_tasks]
    return Vault.objects.filter(kind__in=kinds, is_on=True).exists()
