"""Where an outcome is reported to: each kind of vault in a module of its own, behind one protocol.

Nothing here knows a row of ours; `erasure.deliveries` keeps the work, and says which vault is told what.
"""

from erasure.vault.message import Message, NotDelivered, Receipt, Vault

__all__ = ["Message", "NotDelivered", "Receipt", "Vault"]
