"""What all tests share; each fixture lives in a module that says what it is for."""

from tests.append_only_flush import _triggers_lifted_around_flush

__all__ = ["_triggers_lifted_around_flush"]
