"""The rules of retention as data, and what they forbid: ERASURE only, never ACCESS (contract: Submit)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from erasure.choices import Category, RequestType, Scope
from erasure.policy.violation import Violation


@dataclass(frozen=True, kw_only=True)
class ActiveHold:
    """A hold in force that concerns the subject at hand.

    `matter` is the hold's code, as in "RET-1"; `ground` is what officers may read of its reason; `categories`
    None means that it keeps everything of the subject.
    """

    matter: str
    ground: str
    categories: frozenset[str] | None


@dataclass(frozen=True, kw_only=True)
class ImmutableCategory:
    """A category that always stands under a hold: only an override, or the hold's release, lets it go."""

    rule: str
    category: str
    ground: str


@dataclass(frozen=True, kw_only=True)
class DeepestScope:
    """A scope that takes no more than so many categories."""

    rule: str
    scope: str
    most_categories: int


RETENTION_RULES: tuple[ImmutableCategory | DeepestScope, ...] = (
    ImmutableCategory(
        rule="RET-1",
        category=Category.ANALYTICS.value,
        ground="analytics records are under a standing retention rule",
    ),
    DeepestScope(rule="RET-2", scope=Scope.ALL.value, most_categories=5),
)

STANDING_HOLDS: tuple[ActiveHold, ...] = tuple(
    ActiveHold(matter=rule.rule, ground=rule.ground, categories=frozenset({rule.category}))
    for rule in RETENTION_RULES
    if isinstance(rule, ImmutableCategory)
)


def broken_rules(
    payload: Mapping[str, object], *, holds: Sequence[ActiveHold], overridden: frozenset[str]
) -> list[Violation]:
    """What the rules and holds forbid in `payload`, as far as its type, scope and categories can be read."""
    if payload.get("type") != RequestType.ERASURE.value:
        return []
    named = _named_categories(payload)
    standing = [hold for hold in holds if hold.matter not in overridden]
    return [*_too_deep(payload.get("scope"), named), *_held(named, standing)]


def _named_categories(payload: Mapping[str, object]) -> list[str]:
    """The categories that the payload names and CXone knows, each once, in the contract's order."""
    categories = payload.get("categories")
    if not isinstance(categories, list):
        return []
    return [category for category in Category.values if category in categories]


def _too_deep(scope: object, named: Sequence[str]) -> Iterator[Violation]:
    for rule in RETENTION_RULES:
        if isinstance(rule, DeepestScope) and scope == rule.scope and len(named) > rule.most_categories:
            yield Violation(
                code="scope.too_deep",
                field="scope",
                message=(
                    _(
                        "“%(label)s” (scope %(scope)s) takes at most %(most_categories)s categories; this "
                        "names %(named)s (%(rule)s)."
                    )
                    % {
                        "label": Scope(rule.scope).label,
                        "scope": rule.scope,
                        "most_categories": rule.most_categories,
                        "named": len(named),
                        "rule": rule.rule,
                    }
                ),
                way_out=(
                    _(
                        "Reduce the category matrix to %(most_categories)s or fewer, or choose a narrower "
                        "scope."
                    )
                    % {"most_categories": rule.most_categories}
                ),
                kind="rule",
            )


def _held(named: Sequence[str], holds: Sequence[ActiveHold]) -> Iterator[Violation]:
    kept = {category for category in named for hold in holds if _reaches(hold, category)}
    way_out = _way_out_of_holds(kept, free=[category for category in named if category not in kept])
    for hold in holds:
        if hold.categories is None:
            yield _held_violation(hold, _("Everything of this person"), code="subject.held", way_out=way_out)
            continue
        for category in named:
            if _reaches(hold, category):
                yield _held_violation(hold, category, code="category.held", way_out=way_out)


def _reaches(hold: ActiveHold, category: str) -> bool:
    return hold.categories is None or category in hold.categories


def _held_violation(hold: ActiveHold, what: str, *, code: str, way_out: str) -> Violation:
    return Violation(
        code=code,
        field="subjectId" if hold.categories is None else "categories",
        message=_("%(what)s is held (%(matter)s: %(ground)s).")
        % {"what": what, "matter": hold.matter, "ground": hold.ground},
        way_out=way_out,
        kind="held",
    )


def _way_out_of_holds(kept: set[str], *, free: Sequence[str]) -> str:
    if not free:
        return _("Ask for an override on the request’s page.")
    these = _("this one") if len(kept) == 1 else _("the held ones")
    return _("The other categories can go now; ask for an override for %(these)s on the request’s page.") % {
        "these": these
    }
