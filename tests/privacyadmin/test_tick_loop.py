"""The tick's loop: it goes on after a failed round, less often, and ends when asked."""

import logging

import pytest

from privacyadmin import tick_loop
from privacyadmin.end_request import EndRequest


class Clockless(EndRequest):
    """An end request whose waits take no time and are written down."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float] = []

    def wait(self, seconds: float) -> None:
        self.waits.append(round(seconds))


@pytest.mark.django_db
def test_it_slows_down_while_rounds_fail_and_recovers(caplog: pytest.LogCaptureFixture) -> None:
    end = Clockless()
    rounds = iter([None, *[RuntimeError("database away")] * 7, None, None])

    def one_round() -> None:
        outcome = next(rounds, None)
        if len(end.waits) == 9:
            end.make()
        if outcome is not None:
            raise outcome

    with caplog.at_level(logging.ERROR):
        tick_loop.tick(end, one_round)
    assert end.waits == [1, 2, 4, 8, 16, 30, 30, 30, 1, 1]
    assert caplog.text.count("tick_round_failed") == 7


def test_a_wait_is_cut_short_by_the_wish_to_end() -> None:
    end = EndRequest()
    end.make()
    end.wait(60)
    assert end.made
