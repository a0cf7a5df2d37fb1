"""A stand-in for CXone that speaks the whole contract, for trying, demonstrating and testing.

Only the `sandbox` command, the demo and the tests may use it.
"""

from erasure.cxone.sandbox.faults import FAULTS
from erasure.cxone.sandbox.stand_in import Sandbox

__all__ = ["FAULTS", "Sandbox"]
