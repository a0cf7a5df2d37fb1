"""A stand-in for CXone that speaks the whole contract, for trying, demonstrating and testing; beside it a
vault that is told what became of requests.

Only the `sandbox` command, the demo and the tests may use it.
"""

from erasure.cxone.sandbox.faults import FAULTS
from erasure.cxone.sandbox.stand_in import Sandbox
from erasure.cxone.sandbox.vault import VAULT_PATH, VAULT_SECRET

__all__ = ["FAULTS", "VAULT_PATH", "VAULT_SECRET", "Sandbox"]
