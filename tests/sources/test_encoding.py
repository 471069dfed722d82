"""Encodings: found, told, and faults in them placed."""

import random

import pytest

from rowid.errors import SourceError
from rowid.sources.encoding import Encoding, EncodingError, Utf8Stream
from rowid.sources.files import InputFile
from tests.files import source, values

TEXT = "name,city\nJosé,Málaga\nMüller,Köln\n"


@pytest.mark.parametrize(
    ("content", "label"),
    [
        (TEXT.encode(), "UTF-8"),
        (b"\xef\xbb\xbf" + TEXT.encode(), "UTF-8 with BOM"),
        (TEXT.encode("utf-16"), "UTF-16 (little-endian) with BOM"),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), "UTF-16 (big-endian) with BOM"),
        (TEXT.encode("utf-16-le"), "UTF-16 (little-endian)"),
        (TEXT.encode("utf-16-be"), "UTF-16 (big-endian)"),
        (TEXT.encode("cp1252"), "Windows-1252"),
    ],
)
def test_an_encoding_is_found_and_told(tmp_path, content, label):
    one = source(tmp_path, content)
    assert one.info().details["encoding"] == label
    assert values(one).to_pydict() == {"name": ["José", "Müller"], "city": ["Málaga", "Köln"]}


def test_windows_1252_is_found_far_behind_the_sample_and_noted(tmp_path):
    one = source(tmp_path, b"name,x\n" + b"abc,1\n" * 200_000 + "José,1\n".encode("cp1252"))
    assert values(one)["name"][-1].as_py() == "José"
    assert any("Windows-1252" in note for note in one.info().notes)


def test_a_stray_byte_in_utf8_is_placed_and_not_taken_for_another_encoding(tmp_path):
    content = ("né,b\n" + "é,1\n" * 100_000).encode() + b"\xff,2\n"
    with pytest.raises(SourceError, match=r"byte 500,007 \(line 100,002\) is not UTF-8"):
        source(tmp_path, content).info()


def test_a_named_encoding_is_believed(tmp_path):
    assert values(source(tmp_path, "имя,x\nИван,1\n".encode("cp1251"), encoding="windows-1251")).column_names == [
        "имя",
        "x",
    ]
    assert values(source(tmp_path, TEXT.encode("utf-16-le"), encoding="utf-16-le")).num_rows == 2
    assert values(source(tmp_path, TEXT.encode("utf-16"), encoding="utf-16")).column_names == ["name", "city"]
    assert values(source(tmp_path, b"\xef\xbb\xbf" + TEXT.encode(), encoding="utf-8")).column_names == ["name", "city"]
    with pytest.raises(SourceError, match="is not utf-8"):
        source(tmp_path, TEXT.encode("cp1252"), encoding="utf-8").info()


@pytest.mark.parametrize("wanted", ["klingon", "base64"])
def test_an_encoding_that_is_none_is_refused(tmp_path, wanted):
    with pytest.raises(SourceError, match="encoding"):
        source(tmp_path, b"a,b\n1,2\n", encoding=wanted).info()


@pytest.mark.parametrize(
    ("text", "codec", "named"),
    [
        ("имя,город\nИван,Москва\nОльга,Казань\n", "cp1251", "cp1251"),
        ("名前,都市\n山田太郎,東京\n鈴木一郎,大阪\n", "shift_jis", "cp932"),
        ("姓名,城市\n张三,北京\n李四,上海\n王五,广州\n", "gb18030", "gb18030"),
    ],
)
def test_another_script_is_not_read_as_western_and_its_encoding_is_suggested(tmp_path, text, codec, named):
    with pytest.raises(SourceError, match=f"neither UTF-8 nor Western European.*it could be {named}"):
        source(tmp_path, text.encode(codec)).info()


POLISH = "imię,miasto\nMałgorzata,Łódź\nGrażyna,Kraków\nBłażej,Świdnica\nMichał,Częstochowa\n"


@pytest.mark.parametrize(("codec", "named"), [("cp1250", "cp1250"), ("iso8859-2", "iso8859-2")])
def test_central_european_text_with_signs_within_its_words_is_not_read_as_western(tmp_path, codec, named):
    content = POLISH.encode(codec)
    with pytest.raises(SourceError, match=f"neither UTF-8 nor Western European.*it could be {named}"):
        source(tmp_path, content).info()
    one = source(tmp_path, content, encoding=codec)
    assert one.info().details["encoding"] == codec
    assert values(one)["miasto"].to_pylist() == ["Łódź", "Kraków", "Świdnica", "Częstochowa"]
    assert one.info().notes == ()


@pytest.mark.parametrize(
    "word",
    ["Aujourd’hui", "N°s", "kWh/m²a", "Nm³h", "col·legi", "Zeit–Raum", "l´Or", "À côté", "¿Qué?", "10 €", "½Liter"],
)
def test_western_text_may_have_a_sign_within_its_words(tmp_path, word):
    one = source(tmp_path, f"a,b\n{word},1\n{word},2\nMüller,3\n".encode("cp1252"))
    assert values(one)["a"].to_pylist() == [word, word, "Müller"]


def test_a_character_across_two_reads_is_whole(tmp_path):
    for shift in range(4):
        content = ("a,b\n" + "x" * shift + "€,1\n" + "€€€,2\n" * 500_000).encode()
        assert set(values(source(tmp_path, content))["a"].unique().to_pylist()) == {"x" * shift + "€", "€€€"}


@pytest.mark.parametrize("size", [1, 2, 3, 5, 64])
def test_utf8_is_read_in_any_pieces_and_a_fault_in_it_is_placed_where_python_finds_it(tmp_path, size):
    choose = random.Random(size)
    pieces = [b"a", b"bcd\n", "é".encode(), "€".encode(), "🙂".encode()]
    faults = [b"\xff", b"\x80", b"\xc0\x80", b"\xe2\x82", b"\xf0\x9f", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc3"]
    for _ in range(100):
        content = b"".join(choose.choices(pieces, k=8))
        if choose.random() < 0.5:
            content += choose.choice(faults) + b"".join(choose.choices(pieces, k=choose.choice((0, 1, 3))))
        path = tmp_path / "text"
        path.write_bytes(content)
        with Utf8Stream(InputFile(str(path)), Encoding("utf-8", 0, "UTF-8")) as stream:
            try:
                given = b"".join(iter(lambda: stream.read(size), b""))
                found = given.removesuffix(b"\n") == content.decode().encode().removesuffix(b"\n")
            except EncodingError as error:
                with pytest.raises(UnicodeDecodeError) as fault:
                    content.decode()
                found = error.offset == fault.value.start
        assert found, content


def test_zeros_in_quoted_cells_are_not_taken_for_utf16(tmp_path):
    assert values(source(tmp_path, b'a\n"\0x\0x\0x\0x\0x\0x"\n')).to_pydict() == {"a": ["\0x" * 6]}
