"""The forms that texts have: regular expressions over the different values of each batch, weighted by their rows.

``READINGS`` are strict: a text that has one can be read as that declared type (rowid v1, section 1). ``SHAPES`` only
say what a text looks like.
"""

from collections import Counter
from collections.abc import Callable
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_YEAR = r"(?:[1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])"  # section 1: 0001 to 9999
_DATE = _YEAR + r"-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
_TIME = r"[ T](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.][0-9]{1,9})?)?"
_ZONE = r"(?:Z|[+-](?:[01][0-9]|2[0-3]):?[0-5][0-9])"
READINGS = {
    "number": r"^\s*[+-]?(?:[0-9]+(?:[.][0-9]*)?|[.][0-9]+)(?:[eE][+-]?[0-9]{1,3})?\s*$",
    "boolean": r"(?i)^\s*(?:true|false|t|f|yes|no|y|n)\s*$",
    "date": f"^{_DATE}$",
    "timestamp": f"^{_DATE}{_TIME}$",
    "timestamp_utc": f"^{_DATE}{_TIME}{_ZONE}$",
}
SHAPES = {
    "digits only": r"^[0-9]+$",
    "leading zeros": r"^0[0-9]+$",
    "UUID": r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$",
    "e-mail": r"^[^@\s<>,;]+@[^@\s<>,;]+[.][^@\s<>,;.]{2,}$",
    "IBAN": r"^[A-Za-z]{2}[0-9]{2}(?: ?[A-Za-z0-9]){11,30}$",
    "social security number": r"^[0-9]{3}-[0-9]{2}-[0-9]{4}$",
    "date-like": rf"^(?:{_DATE}|(?:19|20)[0-9]{{6}}|[0-9]{{4}}/[0-9]{{1,2}}/[0-9]{{1,2}}|"
    rf"[0-9]{{1,2}}[./-][0-9]{{1,2}}[./-](?:[0-9]{{2}}|[0-9]{{4}}))(?:{_TIME}{_ZONE}?)?$",
    "number-like": r"^\s*[+-]?(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+|[0-9]{1,3}(?:,[0-9]{3})+(?:[.][0-9]*)?|"
    r"[0-9]{1,3}(?:[.][0-9]{3})+(?:,[0-9]*)?|[0-9]{1,3}(?:[ '][0-9]{3})+(?:[.,][0-9]*)?)(?:[eE][+-]?[0-9]+)?\s*%?$",
}
_PHONE = (
    r"^(?:(?:\+|00)[0-9](?:[ ()/.-]*[0-9]){6,14}|\(?[0-9]{2,5}\)?[ ./-]+[0-9]{2,5}(?:[ ./-][0-9]{2,6}){1,4}"
    r"|0[0-9]{1,4}[ /-][0-9]{4,9}|\([0-9]{2,5}\) ?[0-9]{3,9})$"
)
_NO_PHONE = (
    r"^(?:[0-9]{4}[ -][0-9]{4}[ -][0-9]{4}[ -][0-9]{4}|[0-9]{1,3}(?:[.][0-9]{1,3}){3})$"  # a card, an IP address
)
_TRUTH = r"(?i)^\s*(?:true|false)\s*$"
_FORMS = READINGS | SHAPES | {"phone": _PHONE, "true or false": _TRUTH}
_NUMERIC = tuple(name for name in _FORMS if name not in ("UUID", "boolean", "true or false", "IBAN", "e-mail"))
_NUMERIC_START = r"^\s*[0-9+(.,'-]"
_LONGEST, _SHORT = 254, 16  # bytes of the longest text that has any of the forms, that can be a boolean
_UUID_SIZE, _IBAN_SIZE = 36, 15


def matches(values: pa.Array, rows: np.ndarray) -> Counter[str]:
    """How many rows have each form, for different texts (large_string) with the number of rows of each.

    A text with leading zeros is no ``number``: as one it would lose them.
    """
    sizes = pc.binary_length(values).to_numpy(zero_copy_only=False)
    found: Counter[str] = Counter()
    for names, gate in (
        (_NUMERIC, (sizes <= _LONGEST) & _matching(values, _NUMERIC_START)),  # most texts need no closer look
        (("UUID",), sizes == _UUID_SIZE),
        (("boolean", "true or false"), sizes <= _SHORT),
        (("IBAN",), (sizes <= _LONGEST) & (sizes >= _IBAN_SIZE)),
        (("e-mail",), sizes <= _LONGEST),
    ):
        if gate.any():
            some = values if gate.all() else values.filter(pa.array(gate))
            found += _counted(some, rows[gate], names)
    return found


def _counted(values: pa.Array, rows: np.ndarray, names: tuple[str, ...]) -> Counter[str]:
    masks = {name: _matching(values, _FORMS[name]) for name in names}
    if "IBAN" in masks:
        masks["IBAN"] = _checked(values, masks["IBAN"], _is_iban)
    if "number" in masks:
        masks["number"] &= ~_matching(values, r"^\s*[+-]?0[0-9]")
        for name in ("date", "timestamp", "timestamp_utc"):
            masks[name] = _existing(values, masks[name])
        masks["phone"] &= ~_matching(values, _NO_PHONE)
        masks["phone"] &= ~(masks["date-like"] | masks["number-like"] | masks["social security number"])
    return Counter({name: int(rows[mask].sum()) for name, mask in masks.items() if mask.any()})


def _matching(values: pa.Array, pattern: str) -> np.ndarray:
    return _numpy(pc.match_substring_regex(values, pattern))


def _numpy(mask: pa.Array) -> np.ndarray:
    return mask.to_numpy(zero_copy_only=False)


def _existing(values: pa.Array, mask: np.ndarray) -> np.ndarray:
    """Those of the dates that the calendar has: there is no 30 February."""
    if not mask.any():
        return mask
    days = pc.utf8_slice_codeunits(values.filter(pa.array(mask)), 0, 10)
    try:
        days.cast(pa.date32())
    except pa.ArrowInvalid:
        return _checked(values, mask, lambda text: _is_date(text[:10]))
    return mask


def _checked(values: pa.Array, mask: np.ndarray, holds: Callable[[str], bool]) -> np.ndarray:
    if mask.any():
        mask = mask.copy()
        mask[mask] = [holds(text) for text in values.filter(pa.array(mask)).to_pylist()]
    return mask


def _is_date(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


def _is_iban(text: str) -> bool:
    """ISO 13616: the first four characters moved to the end, letters as 10 to 35, the number is 1 modulo 97."""
    plain = text.replace(" ", "").upper()
    return int("".join(str(int(one, 36)) for one in plain[4:] + plain[:4])) % 97 == 1
