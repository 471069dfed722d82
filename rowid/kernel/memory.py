"""Loads and stores at raw addresses, which is how compiled code reads Arrow buffers and writes messages.

An address is an int64. Nothing here checks a bound: the callers see to it that what they read and write is theirs.
"""

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

I8, I16, I32, I64 = (ir.IntType(bits) for bits in (8, 16, 32, 64))
F64 = ir.DoubleType()

function = njit(no_cpython_wrapper=True, no_cfunc_wrapper=True, error_model="numpy", nogil=True, forceinline=True)
"""Compiled code that nothing but compiled code calls, and that asks nothing of Python: the object file stands alone.

Inlined: a call of numba's own, which returns a status and fills in a result, costs as much as writing a number.
"""


def pointer(builder: Any, address: Any, pointee: Any) -> Any:
    """An address as a pointer to ``pointee``."""
    return builder.inttoptr(address, pointee.as_pointer())


def load(builder: Any, address: Any, pointee: Any) -> Any:
    """The value at an address that need not be aligned."""
    return builder.load(pointer(builder, address, pointee), align=1)


def store(builder: Any, value: Any, address: Any) -> None:
    """Puts a value at an address that need not be aligned."""
    builder.store(value, pointer(builder, address, value.type), align=1)


def _loads(pointee: Any, *, signed: bool = False) -> Callable[[int], int]:
    @intrinsic
    def read(typing: Any, address: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            value = load(builder, arguments[0], pointee)
            if pointee is F64 or pointee is I64:
                return value
            return builder.sext(value, I64) if signed else builder.zext(value, I64)

        return (types.float64 if pointee is F64 else types.int64)(types.int64), generate

    return read


def _stores(pointee: Any) -> Callable[[int, int], None]:
    @intrinsic
    def write(typing: Any, address: Any, value: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            narrow = arguments[1] if pointee is I64 else builder.trunc(arguments[1], pointee)
            store(builder, narrow, arguments[0])
            return context.get_dummy_value()

        return types.void(types.int64, types.int64), generate

    return write


def _copies(size: int) -> Callable[[int, int], None]:
    vector = ir.VectorType(I8, size)

    @intrinsic
    def copy(typing: Any, target: Any, source: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            store(builder, load(builder, arguments[1], vector), arguments[0])
            return context.get_dummy_value()

        return types.void(types.int64, types.int64), generate

    return copy


load_u8, load_u16, load_u32, load_i64 = _loads(I8), _loads(I16), _loads(I32), _loads(I64)
load_i8, load_i16, load_i32 = _loads(I8, signed=True), _loads(I16, signed=True), _loads(I32, signed=True)
load_f64 = _loads(F64)
store_8, store_16, store_32, store_64 = _stores(I8), _stores(I16), _stores(I32), _stores(I64)
copy_16, copy_32 = _copies(16), _copies(32)


def _fills(first: int) -> Callable[[int], None]:
    content = ir.Constant(ir.VectorType(I8, 64), [first] + [0] * 63)

    @intrinsic
    def fill(typing: Any, address: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            store(builder, content, arguments[0])
            return context.get_dummy_value()

        return types.void(types.int64), generate

    return fill


end_mark, zeros_64 = _fills(0x80), _fills(0)  # 64 bytes, zero but for the first


@intrinsic
def load_f32(typing: Any, address: Any) -> Any:
    """A 32-bit float, widened to 64 bits."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.fpext(load(builder, arguments[0], ir.FloatType()), F64)

    return types.float64(types.int64), generate


def _unsigned(operation: str) -> Callable[[int, int], int]:
    """Python's ``//`` and ``%`` look at signs and at zero; these do not, and a constant divisor becomes a product."""

    @intrinsic
    def divide(typing: Any, number: Any, divisor: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return getattr(builder, operation)(*arguments)

        return types.int64(types.int64, types.int64), generate

    return divide


quotient, remainder = _unsigned("udiv"), _unsigned("urem")


def _exchanges(operation: str) -> Callable[[int, int], int]:
    """One step for all threads at an aligned address, in the order in which each of them takes its steps."""

    @intrinsic
    def exchange(typing: Any, address: Any, number: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return builder.atomic_rmw(operation, pointer(builder, arguments[0], I64), arguments[1], "seq_cst")

        return types.int64(types.int64, types.int64), generate

    return exchange


added_64, exchanged_64 = _exchanges("add"), _exchanges("xchg")  # both return what was there before


@intrinsic
def seen_64(typing: Any, address: Any) -> Any:
    """The integer at an aligned address, as other threads have left it by now."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.load_atomic(pointer(builder, arguments[0], I64), "seq_cst", 8)

    return types.int64(types.int64), generate


@intrinsic
def swapped_64(typing: Any, value: Any) -> Any:
    """The value with its eight bytes in reverse order."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bswap(arguments[0])

    return types.int64(types.int64), generate


@intrinsic
def as_pointer(typing: Any, address: Any) -> Any:
    """An address as the pointer that numba's ``carray`` asks for."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], I8.as_pointer())

    return types.voidptr(types.int64), generate


def table(name: str, content: bytes) -> Callable[[], int]:
    """The address of a constant that all compiled code shares: numba gives every function a copy of its own."""

    @intrinsic
    def address(typing: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            found = builder.module.globals.get(name)
            if found is None:
                kind = ir.ArrayType(I8, len(content))
                found = ir.GlobalVariable(builder.module, kind, name)
                found.linkage, found.global_constant, found.align = "linkonce_odr", True, 64
                found.initializer = ir.Constant(kind, bytearray(content))
            return builder.ptrtoint(found, I64)

        return types.int64(), generate

    return address
