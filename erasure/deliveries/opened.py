"""The vaults that a worker has open: made from their rows, made anew when somebody has changed those."""

from collections.abc import Callable, Collection, Mapping
from threading import Lock

from erasure.choices import DeliveryTrouble
from erasure.encryption import WrongKey
from erasure.models import Vault as VaultRow
from erasure.vault import NotDelivered, Vault

Opener = Callable[[VaultRow], Vault]


class OpenedVaults:
    """Kept for as long as a worker lives, so that connections and tokens serve many deliveries."""

    def __init__(self, openers: Mapping[str, Opener]) -> None:
        self._openers = openers
        self._open: dict[int, tuple[int, Vault]] = {}
        self._changed: list[Vault] = []
        self._opening = Lock()

    def of(self, keys: Collection[int]) -> dict[int, Vault | NotDelivered]:
        """Each of these vaults, or why it cannot be opened."""
        with self._opening:
            revisions = dict(VaultRow.objects.filter(pk__in=keys).values_list("pk", "revision"))
            return {key: self._opened(key, revision) for key, revision in revisions.items()}

    def let_go(self) -> None:
        """Close those that were changed since; called while no call is under way."""
        while self._changed:
            self._changed.pop().close()

    def close(self) -> None:
        """Let go of all of them."""
        self.let_go()
        for _revision, vault in self._open.values():
            vault.close()
        self._open.clear()

    def _opened(self, key: int, revision: int) -> Vault | NotDelivered:
        known, vault = self._open.get(key, (0, None))
        if vault is not None and known == revision:
            return vault
        if vault is not None:
            self._changed.append(vault)
            del self._open[key]
        try:
            row = VaultRow.objects.get(pk=key)
            made = self._openers[row.kind](row)
        except NotDelivered as trouble:
            return trouble
        except (ValueError, WrongKey):
            return NotDelivered(DeliveryTrouble.MISCONFIGURED)
        self._open[key] = (row.revision, made)
        return made
