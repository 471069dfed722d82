"""How often someone may try: a lock after repeated failures, which grows, ends by itself, and holds few bytes.

Attempts are counted by user name (whether there is such a user or not) and by the client's address. But a browser in
which that user has logged in before, which a cookie proves, is counted by itself and by neither: so nobody who guesses
at a user's password, not even from behind the same proxy, can keep that user out of a browser they have used.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

FREE = {"user": 5, "device": 5, "address": 20}
FIRST_S, LONGEST_S = 15, 300
FORGOTTEN_S = 3600
KEPT = 10_000

Key = tuple[str, str]


@dataclass(slots=True)
class _Count:
    failures: int = 0
    last: float = 0.0
    until: float = 0.0


class Attempts:
    """The failures of the last hour, in memory: of the ``KEPT`` keys that were tried last."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._counts: OrderedDict[Key, _Count] = OrderedDict()

    def admit(self, *keys: Key) -> bool:
        """Whether an attempt may be made now.

        If so it counts as a failure until ``succeeded``, so that many at once do not slip through. One that may not be
        made is not counted, so that it makes no lock longer.
        """
        now, counts = self._clock(), [self._count(key) for key in keys]
        if any(count.until > now for count in counts):
            return False
        for (kind, _), count in zip(keys, counts, strict=True):
            count.failures, count.last = count.failures + 1, now
            if count.failures >= FREE[kind]:
                count.until = now + min(LONGEST_S, FIRST_S * 2 ** min(count.failures - FREE[kind], 10))
        return True

    def succeeded(self, *keys: Key) -> None:
        """Forgets the failures; those of an address but for this attempt, or one account would free it for others."""
        for key in keys:
            if key[0] != "address":
                self._counts.pop(key, None)
            elif key in self._counts:
                count = self._counts[key]
                count.failures, count.until = count.failures - 1, 0.0

    def _count(self, key: Key) -> _Count:
        count = self._counts.pop(key, None)
        if count is None or count.last + FORGOTTEN_S < self._clock():
            count = _Count()
        self._counts[key] = count
        while len(self._counts) > KEPT:
            self._counts.popitem(last=False)
        return count


def address_key(host: str) -> Key:
    """The key of a client's address; of IPv6 its network, for whoever has one address has all of those."""
    try:
        address = ip_address(host)
    except ValueError:
        return "address", host
    return "address", str(int(address) >> 64) if isinstance(address, IPv6Address) else host
