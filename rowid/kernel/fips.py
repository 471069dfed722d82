"""What FIPS 180-4 fixes of SHA-256, and a block of it in plain Python; no compiler is asked for here."""

_WORD = 0xFFFFFFFF


def _primes(count: int) -> list[int]:
    found: list[int] = []
    number = 2
    while len(found) < count:
        if all(number % prime for prime in found):
            found.append(number)
        number += 1
    return found


def _root_bits(number: int, degree: int) -> int:
    """The first 32 bits of the fraction of the number's square or cube root, exactly."""
    scaled = number << (32 * degree)
    low, high = 0, 1 << 40
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if middle**degree <= scaled else (low, middle - 1)
    return low & _WORD


INITIAL = tuple(_root_bits(prime, 2) for prime in _primes(8))  # section 5.3.3
CONSTANTS = tuple(_root_bits(prime, 3) for prime in _primes(64))  # section 4.2.2


def state_after(block: bytes) -> list[int]:
    """The state after one block of 64 bytes, for HMAC's key blocks, which are hashed once for all rows."""
    w = [int.from_bytes(block[at : at + 4], "big") for at in range(0, 64, 4)]
    for t in range(16, 64):
        small_0 = _right(w[t - 15], 7) ^ _right(w[t - 15], 18) ^ w[t - 15] >> 3
        small_1 = _right(w[t - 2], 17) ^ _right(w[t - 2], 19) ^ w[t - 2] >> 10
        w.append(w[t - 16] + small_0 + w[t - 7] + small_1 & _WORD)
    a, b, c, d, e, f, g, h = INITIAL
    for constant, word in zip(CONSTANTS, w, strict=True):
        big_1 = _right(e, 6) ^ _right(e, 11) ^ _right(e, 25)
        first = h + big_1 + (e & f ^ ~e & g) + constant + word
        big_0 = _right(a, 2) ^ _right(a, 13) ^ _right(a, 22)
        second = big_0 + (a & b ^ a & c ^ b & c)
        a, b, c, d, e, f, g, h = first + second & _WORD, a, b, c, d + first & _WORD, e, f, g
    return [old + new & _WORD for old, new in zip(INITIAL, (a, b, c, d, e, f, g, h), strict=True)]


def _right(word: int, by: int) -> int:
    return (word >> by | word << 32 - by) & _WORD
