"""What the tests of the mission share; each fixture lives in a module that says what it is for."""

from tests.erasure.filing_desk import a_saturday_in_november, lena

__all__ = ["a_saturday_in_november", "lena"]
