"""What each kind of vault needs to know, and what it can be told: data, for its form and its first row."""

from collections.abc import Mapping
from dataclasses import dataclass

from erasure.choices import Occasion, VaultKind


@dataclass(frozen=True)
class VaultKindFacts:
    """The columns and options of a vault of this kind that must be filled in, and those that may be.

    `told` is what it can be told of, and `told_at_first` what a new one is told of.
    """

    needs: tuple[str, ...]
    may_have: tuple[str, ...]
    told: tuple[Occasion, ...]
    told_at_first: tuple[Occasion, ...]
    #: Whether it keeps each request as a task of its own, whose id the request has to name.
    has_tasks: bool = False

    @property
    def fields(self) -> tuple[str, ...]:
        """All of its columns and options, in the order of its form."""
        return (*self.needs, *self.may_have)


#: What stands in a vault's `options` and not in a column of its own.
OPTIONS = ("tenant", "resolution_done", "resolution_partly", "resolution_refused")

VAULT_KINDS: Mapping[VaultKind, VaultKindFacts] = {
    VaultKind.DATABASE: VaultKindFacts(
        needs=(), may_have=("address",), told=tuple(Occasion), told_at_first=tuple(Occasion)
    ),
    VaultKind.HTTP: VaultKindFacts(
        needs=("address", "secret"), may_have=(), told=tuple(Occasion), told_at_first=tuple(Occasion)
    ),
    VaultKind.ONETRUST: VaultKindFacts(
        needs=("address", "key_id", "secret", "resolution_done", "resolution_partly", "resolution_refused"),
        may_have=(),
        told=tuple(Occasion),
        told_at_first=(Occasion.COMPLETED, Occasion.FAILED, Occasion.ANSWERED),
        has_tasks=True,
    ),
    VaultKind.SECURITI: VaultKindFacts(
        needs=("address", "key_id", "secret", "tenant"),
        may_have=(),
        told=(Occasion.COMPLETED, Occasion.ANSWERED),
        told_at_first=(Occasion.ANSWERED,),
        has_tasks=True,
    ),
}
