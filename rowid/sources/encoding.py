"""Text encodings: which one a file has, and the file's text as a stream of UTF-8."""

import codecs
import io
import re
from array import array
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from rowid.errors import SourceError
from rowid.sources.files import InputFile

_BOMS = (
    (codecs.BOM_UTF8, "utf-8", "UTF-8 with BOM"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16 (little-endian) with BOM"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16 (big-endian) with BOM"),
)
_MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HIGHS = re.compile(rb"[\x80-\xff]+")
_IN_WORD = re.compile(rb"(?<=[A-Za-z])[\x80-\xff](?=[A-Za-z])")
_JOINTS = "’‘´–—•·°…\xa0\xad"
_CENTRAL = ("cp1250", "iso8859-2")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_FOLLOWER, _LEAD, _LEAD_OF_3, _LEAD_OF_4 = 0x80, 0xC0, 0xE0, 0xF0  # the least of such bytes in UTF-8
_LONGEST = 4  # bytes of a character
_FEW = 4
_MANY, _RARE = 0.4, 0.05
_ASCII_SUPERSETS = ("utf-8", "cp1252", "iso8859-1", "iso8859-15")
_BOM_EATERS = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le", "utf_16": "utf-16-le"}  # we skip the mark ourselves


@dataclass(frozen=True, slots=True)
class Encoding:
    """A codec, the length of the byte order mark to skip, what to call it, and whether it was a guess."""

    codec: str
    bom: int
    label: str
    guessed: bool = True


class EncodingError(SourceError):
    """Bytes that the encoding does not know; ``offset`` counts from the start of the (decompressed) file."""

    def __init__(self, what: str, *, where: str = "", hint: str = "", offset: int = 0) -> None:
        super().__init__(what, where=where, hint=hint)
        self.offset = offset


def encoding_of(sample: bytes, wanted: str | None, name: str) -> Encoding:
    """The encoding of a file that starts with ``sample``; ``wanted`` is what the user says it is."""
    for mark, codec, label in _BOMS:
        if sample.startswith(mark) and (wanted is None or _canonical_name(wanted, name).startswith(codec[:6])):
            return Encoding(codec, len(mark), label, guessed=wanted is None)
    if wanted is not None:
        codec = _canonical_name(wanted, name)
        return Encoding(_BOM_EATERS.get(codec, codec), 0, wanted, guessed=False)
    return _utf16(sample) or (None if is_utf8(sample) else _one_byte(sample, name)) or Encoding("utf-8", 0, "UTF-8")


def second_guess(file: InputFile, error: EncodingError) -> Encoding | None:
    """What a file that turned out not to be UTF-8 is instead; None if it is UTF-8 with a fault in it.

    Raises SourceError if it is neither that nor Western.
    """
    with file.open() as stream:
        left = error.offset
        while left > 0 and (chunk := stream.read(min(left, 1 << 20))):
            left -= len(chunk)
            if not chunk.isascii():
                return None
        return _one_byte(stream.read(1 << 18), file.name)


class Utf8Stream(io.RawIOBase):
    r"""A file's text as UTF-8 bytes, its last line ended, followed by ``tail``; raises EncodingError with the place.

    ``has_nul`` tells whether a NUL came by so far. With ``mask_nul`` it is given as ``\x01B``, and ``\x01`` as
    ``\x01A``; ``masked`` tells whether one came by. Arrow's CSV parser needs that: it looks for delimiters with
    SSE4.2 instructions that stop at a NUL, and overlooks those behind one.
    """

    def __init__(self, file: InputFile, encoding: Encoding, tail: bytes = b"", *, mask_nul: bool = False) -> None:
        super().__init__()
        self._file, self._encoding, self._tail = file, encoding, tail
        self._stream = file.open()
        self._decoder = codecs.getincrementaldecoder(encoding.codec)("strict")
        self._fast = encoding.codec in _ASCII_SUPERSETS
        self._mask_nul = mask_nul
        self._ready = b""
        self._cut_off = b""  # the start of a character whose end was not read yet
        self._last = b""
        self._fed = len(self._stream.read(encoding.bom))
        self._done = False
        self.has_nul = self.masked = False

    def readable(self) -> bool:
        """Always."""
        return True

    def read(self, size: int = -1, /) -> bytes:
        """The next ``size`` bytes; fewer at the end only: Arrow's CSV reader takes what it gets for a block."""
        if size < 0:
            return b"".join(iter(lambda: self.read(1 << 20), b""))
        parts: list[bytes] = []
        missing = size
        while missing and (self._ready or not self._done):
            text = self._ready or self._more(missing)
            parts.append(text[:missing])
            self._ready = text[missing:]
            missing -= len(parts[-1])
        return b"".join(parts)

    @property
    def is_done(self) -> bool:
        """Whether there is no more to read."""
        return self._done and not self._ready

    def unread(self, text: bytes) -> None:
        """Takes back what was read last, to give it again."""
        self._ready = text + self._ready

    def readinto(self, buffer: Any, /) -> int:
        """Reads into a buffer, and returns how many bytes."""
        given = self.read(len(buffer))
        buffer[: len(given)] = given
        return len(given)

    def close(self) -> None:
        """Closes the file."""
        self._stream.close()
        super().close()

    def _more(self, size: int) -> bytes:
        more = self._stream.read(max(size, 1))
        self._fed += len(more)
        text = self._utf8(self._cut_off + more, final=not more)
        self.has_nul = self.has_nul or b"\0" in text
        if self._mask_nul and (b"\0" in text or b"\1" in text):
            self.masked = True
            text = text.replace(b"\1", b"\1A").replace(b"\0", b"\1B")
        self._last = text[-1:] or self._last
        if more:
            return text
        self._done = True
        return text + (b"" if self._last in (b"", b"\n") else b"\n") + self._tail

    def _utf8(self, raw: bytes, *, final: bool) -> bytes:
        if raw and self._fast and raw.isascii() and not self._decoder.getstate()[0]:
            return raw
        if self._encoding.codec == "utf-8" and not final:
            end = _end_of_characters(raw)
            if _is_valid(raw, end):
                self._cut_off = raw[end:]
                return raw[:end]
        return self._decoded(raw, final=final)

    def _decoded(self, raw: bytes, *, final: bool) -> bytes:
        try:
            return self._decoder.decode(raw, final).encode()
        except UnicodeDecodeError as error:
            offset = self._fed - len(error.object) + error.start
            what = f"byte {offset + 1:,} (line {self._line(offset):,}) is not {self._encoding.label}"
            hint = "Say which encoding the file has, or repair it."
            raise EncodingError(what, where=self._file.name, hint=hint, offset=offset) from None
        except UnicodeEncodeError:  # utf-7 and the like can spell lone surrogates
            raise SourceError("the text holds a lone surrogate", where=self._file.name, hint="Repair it.") from None

    def _line(self, offset: int) -> int:
        with self._file.open() as stream:
            lines = 1
            while offset > 0 and (chunk := stream.read(min(offset, 1 << 20))):
                lines += chunk.count(b"\n")
                offset -= len(chunk)
        return lines


def _end_of_characters(raw: bytes) -> int:
    """Where the last whole character ends, if it is UTF-8."""
    for back, byte in enumerate(raw[:-_LONGEST:-1], 1):
        if byte >= _LEAD:
            length = 2 + (byte >= _LEAD_OF_3) + (byte >= _LEAD_OF_4)
            return len(raw) if back >= length else len(raw) - back
        if byte < _FOLLOWER:
            break
    return len(raw)


def _is_valid(raw: bytes, end: int) -> bool:
    """Whether ``raw[:end]`` is UTF-8; Arrow tells sooner than Python's decoder."""
    offsets = pa.py_buffer(array("q", (0, end)))
    try:
        pa.LargeStringArray.from_buffers(1, offsets, pa.py_buffer(raw)).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _canonical_name(wanted: str, name: str) -> str:
    try:
        codec = codecs.lookup(wanted)
    except LookupError:
        hint = "Known are utf-8, utf-16, windows-1252, latin-1 and Python's other codecs."
        raise SourceError(f"there is no encoding {wanted!r}", where=name, hint=hint) from None
    if not codec._is_text_encoding:
        raise SourceError(f"{wanted!r} is no encoding of text", where=name)
    return codec.name


def is_utf8(sample: bytes) -> bool:
    """Whether bytes are UTF-8, perhaps cut off within a character."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return False
    return True


def _one_byte(sample: bytes, name: str) -> Encoding | None:
    """Windows-1252 where lone high bytes outnumber UTF-8's multi-byte characters; None where they do not.

    Western text has accented letters here and there. Where most high bytes stand side by side it is another script,
    and where some would be signs between letters (``Ma³gorzata``) it is another alphabet: a wrong guess would give
    every row a wrong ID without a word, so the user has to say.
    """
    multibyte = _MULTIBYTE.findall(sample)
    high = sum(map(len, _HIGHS.findall(sample)))
    if high - sum(map(len, multibyte)) <= len(multibyte):
        return None
    in_runs = sum(len(run) for run in _HIGHS.findall(sample) if len(run) > 1)
    if (high > _FEW and in_runs > high / 2 and not _CONTROL.search(sample)) or _has_signs_for_letters(sample, high):
        hint = f"Say which encoding it has{_suggestion(sample)}."
        raise SourceError("the text is neither UTF-8 nor Western European", where=name, hint=hint)
    return Encoding("cp1252", 0, "Windows-1252")


def _has_signs_for_letters(sample: bytes, high: int) -> bool:
    """Whether at least two characters, and a twentieth of all, would be signs between letters: one may be a unit."""
    odd = _signs(b"".join(_IN_WORD.findall(sample)), "cp1252")
    return len({*odd}) > 1 and len(odd) > high * _RARE


def _signs(raw: bytes, codec: str) -> str:
    """What is no letter in an encoding, nor joins words."""
    return "".join(one for one in raw.decode(codec, "replace") if not one.isalpha() and one not in _JOINTS)


def _suggestion(sample: bytes) -> str:
    if _has_signs_for_letters(sample, 0):
        high = b"".join(_HIGHS.findall(sample))
        return f"; it could be {min(_CENTRAL, key=lambda codec: len(_signs(high, codec)))}"

    from charset_normalizer import from_bytes

    best = from_bytes(sample[: 1 << 14]).best()
    return f"; it could be {best.encoding}" if best else ""


def _utf16(sample: bytes) -> Encoding | None:
    """UTF-16 without a mark: in Western text every other byte is zero, and so is the other half of a line's end."""
    half = len(sample) // 2
    end = sample.find(b"\n")
    for zeros, letters, codec, label, newline in (
        (1, 0, "utf-16-le", "UTF-16 (little-endian)", b"\n\0"),
        (0, 1, "utf-16-be", "UTF-16 (big-endian)", b"\0\n"),
    ):
        shape = sample[zeros::2].count(0) > _MANY * half and sample[letters::2].count(0) < _RARE * half
        start = end - end % 2
        if half and shape and (end < 0 or sample[start : start + 2] == newline):
            return Encoding(codec, 0, label)
    return None
