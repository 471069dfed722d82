"""The plan of a call, made of a batch as Arrow's C data interface describes it; compiled.

https://arrow.apache.org/docs/format/CDataInterface.html
"""

from rowid.kernel.layout import (
    ARRAY,
    BEHIND,
    CALL,
    COLUMNS,
    DATA,
    FLAG,
    FORM,
    FORMS,
    ITS_FLAG,
    ITS_KIND,
    ITS_UNIT,
    KIND,
    OFFSETS,
    POSITION,
    START,
    UNIT,
    VALID,
    WIDTH,
)
from rowid.kernel.loops import SHORT_STRING, STRING, of
from rowid.kernel.memory import function, load_i32, load_i64, store_64

_LENGTH, _NULL_COUNT, _OFFSET, _N_BUFFERS, _N_CHILDREN, _BUFFERS, _CHILDREN = range(7)  # of struct ArrowArray


@function
def _behind(kind, data, offsets, end):
    """The end of the strings that a column has; 0 for others, of which nobody reads more than there is."""
    if kind == SHORT_STRING:
        return data + load_i32(offsets + 4 * end)
    if kind == STRING:
        return data + load_i64(offsets + 8 * end)
    return 0


@function
def make_plan(call):
    """Fills in a row of numbers for each column of the call, behind those of the call itself."""
    children = of(of(call, ARRAY), _CHILDREN)
    for number in range(of(call, COLUMNS)):
        form = of(call, FORMS) + 8 * FORM * number
        array = of(children, of(form, POSITION))
        kind, count, buffers = of(form, ITS_KIND), of(array, _N_BUFFERS), of(array, _BUFFERS)
        offsets = of(buffers, 1) if count == 3 else 0
        data = of(buffers, count - 1) if count > 1 else 0
        column = call + 8 * CALL + 8 * WIDTH * number
        store_64(column + 8 * KIND, kind)
        store_64(column + 8 * DATA, data)
        store_64(column + 8 * OFFSETS, offsets)
        store_64(column + 8 * VALID, of(buffers, 0) if count > 0 and of(array, _NULL_COUNT) != 0 else 0)
        store_64(column + 8 * START, of(array, _OFFSET))
        end = of(array, _OFFSET) + of(array, _LENGTH)
        store_64(column + 8 * BEHIND, _behind(kind, data, offsets, end) if end > 0 else 0)
        store_64(column + 8 * UNIT, of(form, ITS_UNIT))
        store_64(column + 8 * FLAG, of(form, ITS_FLAG))
