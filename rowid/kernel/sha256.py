"""SHA-256 (FIPS 180-4) of sixteen messages at a time, one in each lane of a vector.

The rounds are emitted as LLVM IR over <16 x i32>, so one source serves AVX-512, AVX2 and NEON; nothing here is of one
processor. Messages come padded, whole blocks of 64 bytes; lanes whose message has fewer blocks keep their state.
"""

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from rowid.kernel.fips import CONSTANTS
from rowid.kernel.layout import LANES
from rowid.kernel.memory import I8, I32, I64, load, pointer, store

_WORDS = ir.VectorType(I32, LANES)


@intrinsic
def hash_sixteen(
    typing: Any, rows: Any, starts: Any, blocks: Any, most: Any, state: Any, digests: Any, hexes: Any
) -> Any:
    """Hashes sixteen padded messages. All arguments are addresses, but for ``most``.

    ``rows``: int64[16], the numbers of the messages. ``starts`` and ``blocks``: int64, by number, where each starts and
    how many blocks it has, ``most`` the largest of the sixteen. ``state``: uint32[8], the state to begin with.
    ``digests``: 32 bytes by number, ``hexes``: 64 hexadecimal digits by number, or 0 for none.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        _emit(builder, *arguments)
        return context.get_dummy_value()

    return types.void(*[types.int64] * 7), generate


def _emit(b: Any, rows: Any, starts: Any, blocks: Any, most: Any, state: Any, digests: Any, hexes: Any) -> None:
    numbers = [_entry(b, rows, _i64(lane)) for lane in range(LANES)]
    begins = [_entry(b, starts, number) for number in numbers]
    lasts = [b.sub(_entry(b, blocks, number), _i64(1)) for number in numbers]
    last = ir.Constant(_WORDS, ir.Undefined)
    for lane in range(LANES):
        last = b.insert_element(last, b.trunc(lasts[lane], I32), ir.Constant(I32, lane))
    words = pointer(b, state, I32)
    initial = [_spread(b, b.load(b.gep(words, [_i64(at)]))) for at in range(8)]

    before = b.block
    loop, done = b.append_basic_block("block"), b.append_basic_block("done")
    b.branch(loop)
    b.position_at_end(loop)
    at = b.phi(I64)
    at.add_incoming(_i64(0), before)
    current = []
    for word in initial:
        phi = b.phi(_WORDS)
        phi.add_incoming(word, before)
        current.append(phi)
    loaded = []
    for begin, end in zip(begins, lasts, strict=True):  # a finished lane reads its last block again: that is its own
        own = b.select(b.icmp_signed("<", at, end), at, end)
        loaded.append(_swap(b, load(b, b.add(begin, b.shl(own, _i64(6))), _WORDS)))
    hashed = _compress(b, current, _transpose(b, loaded))
    alive = b.icmp_unsigned("<=", _spread(b, b.trunc(at, I32)), last)
    kept = [b.select(alive, new, old) for new, old in zip(hashed, current, strict=True)]
    following = b.add(at, _i64(1))
    at.add_incoming(following, loop)
    for phi, word in zip(current, kept, strict=True):
        phi.add_incoming(word, loop)
    b.cbranch(b.icmp_signed("<", following, most), loop, done)
    b.position_at_end(done)

    lanes = _transpose(b, [_swap(b, word) for word in kept] + [_all(0)] * 8)
    raws = [_octets(b, lane) for lane in lanes]
    for number, raw in zip(numbers, raws, strict=True):
        store(b, raw, b.add(digests, b.shl(number, _i64(5))))
    with b.if_then(b.icmp_unsigned("!=", hexes, _i64(0))):
        for number, raw in zip(numbers, raws, strict=True):
            store(b, _hex(b, raw), b.add(hexes, b.shl(number, _i64(6))))


def _compress(b: Any, state: list[Any], schedule: list[Any]) -> list[Any]:
    """One block, section 6.2.2."""
    w = list(schedule)
    a, b_, c, d, e, f, g, h = state
    for t in range(64):
        if t >= 16:
            x, y = w[(t - 15) % 16], w[(t - 2) % 16]
            small_0 = b.xor(b.xor(_rotated(b, x, 7), _rotated(b, x, 18)), b.lshr(x, _all(3)))
            small_1 = b.xor(b.xor(_rotated(b, y, 17), _rotated(b, y, 19)), b.lshr(y, _all(10)))
            w[t % 16] = b.add(b.add(w[t % 16], small_0), b.add(w[(t - 7) % 16], small_1))
        big_1 = b.xor(b.xor(_rotated(b, e, 6), _rotated(b, e, 11)), _rotated(b, e, 25))
        choice = b.xor(g, b.and_(e, b.xor(f, g)))
        first = b.add(b.add(b.add(h, big_1), choice), b.add(_all(CONSTANTS[t]), w[t % 16]))
        big_0 = b.xor(b.xor(_rotated(b, a, 2), _rotated(b, a, 13)), _rotated(b, a, 22))
        majority = b.xor(b.and_(a, b_), b.and_(c, b.xor(a, b_)))
        a, b_, c, d, e, f, g, h = b.add(first, b.add(big_0, majority)), a, b_, c, b.add(d, first), e, f, g
    return [b.add(old, new) for old, new in zip(state, (a, b_, c, d, e, f, g, h), strict=True)]


def _transpose(b: Any, rows: list[Any]) -> list[Any]:
    """A 16 x 16 matrix of words turned over its diagonal, in four stages of two-register shuffles."""
    for step in (1, 2, 4, 8):
        turned = list(rows)
        for at in range(LANES):
            if not at & step:
                low = [j if not j & step else LANES + (j ^ step) for j in range(LANES)]
                high = [j | step if not j & step else LANES + j for j in range(LANES)]
                turned[at] = _shuffled(b, rows[at], rows[at | step], low)
                turned[at | step] = _shuffled(b, rows[at], rows[at | step], high)
        rows = turned
    return rows


def _octets(b: Any, lane: Any) -> Any:
    return b.bitcast(_shuffled(b, lane, lane, range(8)), ir.VectorType(I8, 32))


def _hex(b: Any, raw: Any) -> Any:
    """64 lower-case hexadecimal digits of 32 bytes."""
    high, low = b.lshr(raw, ir.Constant(raw.type, [4] * 32)), b.and_(raw, ir.Constant(raw.type, [15] * 32))
    digits = _shuffled(b, high, low, [at for pair in range(32) for at in (pair, 32 + pair)])
    is_letter = b.icmp_unsigned(">", digits, ir.Constant(digits.type, [9] * 64))
    letter, figure = (ir.Constant(digits.type, [offset] * 64) for offset in (ord("a") - 10, ord("0")))
    return b.add(digits, b.select(is_letter, letter, figure))


def _rotated(b: Any, word: Any, right: int) -> Any:
    return b.call(_declared(b, "llvm.fshl.v16i32", 3), [word, word, _all(32 - right)])


def _swap(b: Any, word: Any) -> Any:
    return b.call(_declared(b, "llvm.bswap.v16i32", 1), [word])


def _declared(b: Any, name: str, arguments: int) -> Any:
    known = b.module.globals.get(name)
    return known or ir.Function(b.module, ir.FunctionType(_WORDS, [_WORDS] * arguments), name)


def _shuffled(b: Any, one: Any, other: Any, order: Any) -> Any:
    positions = list(order)
    return b.shuffle_vector(one, other, ir.Constant(ir.VectorType(I32, len(positions)), positions))


def _spread(b: Any, word: Any) -> Any:
    single = b.insert_element(ir.Constant(_WORDS, ir.Undefined), word, ir.Constant(I32, 0))
    return _shuffled(b, single, single, [0] * LANES)


def _entry(b: Any, table: Any, at: Any) -> Any:
    return b.load(b.gep(pointer(b, table, I64), [at]))


def _all(word: int) -> Any:
    return ir.Constant(_WORDS, [word] * LANES)


def _i64(number: int) -> Any:
    return ir.Constant(I64, number)
