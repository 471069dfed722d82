"""Locks grow, end by themselves, and hold few bytes."""

import pytest

from rowid.gate import attempts
from rowid.gate.attempts import FIRST_S, FORGOTTEN_S, FREE, KEPT, LONGEST_S, Attempts, address_key

ADA = ("user", "ada")


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def counted(clock):
    return Attempts(clock)


def wait_s(counted, clock, key=ADA):
    """Seconds until another attempt is admitted, to the second."""
    began = clock.now
    while not counted.admit(key):
        clock.now += 1
    return clock.now - began


def test_the_lock_grows_to_its_longest_and_an_attempt_in_it_makes_it_no_longer(counted, clock):
    waits = [wait_s(counted, clock) for _ in range(FREE["user"] + 8)]
    assert waits[: FREE["user"]] == [0] * FREE["user"]
    assert waits[FREE["user"] :] == [min(LONGEST_S, FIRST_S * 2**at) for at in range(8)]


def test_success_forgets_the_failures_of_a_name(counted):
    for _ in range(3 * FREE["user"]):
        assert counted.admit(ADA)
        counted.succeeded(ADA)


def test_success_does_not_free_an_address_for_guesses_at_others(counted):
    here = address_key("192.0.2.1")
    for _ in range(FREE["address"] - 1):
        assert counted.admit(here)
    for _ in range(5):
        assert counted.admit(here)
        counted.succeeded(here)
    assert counted.admit(here)
    assert not counted.admit(here)


def test_failures_are_forgotten_after_an_hour(counted, clock):
    for _ in range(FREE["user"]):
        counted.admit(ADA)
    clock.now += FORGOTTEN_S + 1
    assert [counted.admit(ADA) for _ in range(FREE["user"])] == [True] * FREE["user"]


def test_a_locked_key_locks_and_counts_none_of_the_others(counted):
    bob = ("user", "bob")
    for _ in range(FREE["user"]):
        counted.admit(ADA)
    for _ in range(FREE["user"]):
        assert not counted.admit(bob, ADA)
    assert counted.admit(bob)


def test_the_memory_is_bounded(counted, monkeypatch):
    monkeypatch.setattr(attempts, "KEPT", 100)
    for at in range(1000):
        counted.admit(("user", str(at)))
    assert len(counted._counts) == 100
    assert KEPT == 10_000


def test_addresses_of_one_network_are_one():
    assert address_key("2001:db8::1") == address_key("2001:db8::ffff:2") != address_key("2001:db8:0:1::1")
    assert address_key("192.0.2.1") != address_key("192.0.2.2")
    assert address_key("") == ("address", "")
