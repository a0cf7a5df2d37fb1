"""One thread at a time for each thing, and only for that thing."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from erasure.choices import DeliveryTrouble
from erasure.vault import NotDelivered, turns
from erasure.vault.turns import Turns


def test_one_at_a_time_has_the_same_thing() -> None:
    taking, inside, most = Turns(), [], []

    def work(number: int) -> None:
        with taking.at("task"):
            inside.append(number)
            most.append(len(inside))
            Event().wait(0.005)
            inside.remove(number)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(16)))
    assert most == [1] * 16
    assert not taking._turns


def test_different_things_wait_for_each_other_in_nothing() -> None:
    taking = Turns()
    with taking.at("one"), taking.at("other"):
        pass


def test_whoever_waits_too_long_gives_up_and_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "SECONDS", 0.05)
    taking = Turns()
    with taking.at("task"):
        with pytest.raises(NotDelivered) as raised, taking.at("task"):
            pass
        assert raised.value.trouble == DeliveryTrouble.TIMED_OUT
    assert not taking._turns
    with taking.at("task"):
        pass
