"""Uploaded tables: every file is hostile, every refusal is a sentence, and good files give the right numbers."""

import re
from functools import partial

import numpy as np
import pytest

from playground.core.knobs import MAX_POINTS
from playground.core.refusal import BadValue
from playground.data.tables import MAX_BYTES, read_classes, read_curve
from playground.text import Text

classes = partial(read_classes, bound=5.0, most=5)


def scaled(column, bound=1.0):
    column = np.array(column, float)
    return bound * (2 * (column - column.min()) / np.ptp(column) - 1)


def pairs(table):
    return np.array([point[:2] for point in table])


XY = [(0.5, 10.0), (-1.5, 30.0), (2.0, 20.0)]


@pytest.mark.parametrize(
    "data",
    [
        b"0.5,10\n-1.5,30\n2,20\n",
        b"x,y\n0.5,10\n-1.5,30\n2,20",
        b"x,y\r\n0.5,10\r\n-1.5,30\r\n2,20\r\n",
        b"\xef\xbb\xbfx,y\n0.5,10\n-1.5,30\n2,20\n",
        b"0.5;10\n-1.5;30\n2;20\n",
        b"x;y\n0,5;10,0\n-1,5;30,0\n2,0;20,0\n",
        b"0.5\t10\n-1.5\t30\n2\t20\n",
        b"0.5 10\n-1.5 30\n2 20\n",
        b"  0.5,  10 \n\n\n -1.5, 30\n   \n2 ,20\n\n",
        b'"x","y"\n"0.5","10"\n"-1.5","30"\n"2","20"\n',
        b"+.5,1e1\n-15e-1,30.\n2.0,2E1\n",
        "x,y\n0.5,10\n-1.5,30\n2,20\n".encode("utf-16"),
        "长度;高度\n0.5;10\n-1.5;30\n2;20\n".encode("utf-16-le").join([b"\xff\xfe", b""]),
        "横,纵\n0.5,10\n-1.5,30\n2,20\n".encode("gbk"),
        "横,纵\n0.5,10\n-1.5,30\n2,20\n".encode(),
        "größe,höhe\n0.5,10\n-1.5,30\n2,20\n".encode("latin-1"),
        b'"a, b",y\n0.5,10\n-1.5,30\n2,20\n',
    ],
    ids=lambda data: repr(data[:24]),
)
def test_a_good_file_gives_its_values_scaled_to_the_plane(data):
    """Whatever its header, encoding, line ends, delimiter and quotes."""
    table = read_curve(data)
    expected = np.stack([scaled([x for x, _ in XY]), scaled([y for _, y in XY])], axis=1)
    np.testing.assert_allclose(pairs(table), expected, atol=1e-9)
    assert {point[2] for point in table} == {0}


@pytest.mark.parametrize(
    "data",
    [
        b"x,y,kind\n0,1,cat\n2,3,dog\n4,9,cat\n",
        b"0;1;cat\n2;3;dog\n4;9;cat\n",
        b"0\t1\tcat\n2\t3\tdog\n4\t9\tcat\n",
        b"0 1 cat\n2 3 dog\n4 9 cat\n",
        "x,y,c\n0,1,一\n2,3,二\n4,9,一\n".encode("gb18030"),
        b'0,1,"a, b"\n2,3,"c"\n4,9,"a, b"\n',
        b"0,1,0\n2,3,1\n4,9,0\n",
        b"0,1,<b>\n2,3,{x}\n4,9,<b>\n",
    ],
    ids=repr,
)
def test_classes_are_numbered_in_the_order_of_their_names(data):
    table = classes(data)
    expected = np.stack([scaled([0, 2, 4], 5), scaled([1, 3, 9], 5)], axis=1)
    np.testing.assert_allclose(pairs(table), expected, atol=1e-9)
    labels = [point[2] for point in table]
    assert labels in ([0, 1, 0], [1, 0, 1])
    names = [line.split(b",")[2] for line in b"0,1,cat\n2,3,dog\n4,9,cat".splitlines()]
    if b"cat" in data:
        assert labels == [sorted(set(names)).index(name) for name in names]


def test_a_constant_column_lies_in_the_middle():
    assert [point[1] for point in read_curve(b"1,7\n2,7\n3,7\n")] == [0, 0, 0]


def test_a_long_file_is_thinned_evenly():
    """To as many points as a net of this size can use; first and order are kept."""
    count = 3 * MAX_POINTS + 1
    table = read_curve("\n".join(f"{row},{row % 2}" for row in range(count)).encode())
    assert len(table) <= MAX_POINTS
    xs = [point[0] for point in table]
    assert xs == sorted(xs)
    assert np.ptp(np.diff(xs)) < 1e-9


REFUSED = [
    (read_curve, b"", "csv_empty"),
    (read_curve, b"\n \r\n\t\n", "csv_empty"),
    (read_curve, b"\xef\xbb\xbf", "csv_empty"),
    (read_curve, b"\xff\xfe", "csv_empty"),
    (read_curve, b"1\n2\n3\n", "csv_columns"),
    (read_curve, b"1,2,3\n4,5,6\n", "csv_columns"),
    (read_curve, b"1,2\n3,4\n5\n", "csv_columns"),
    (read_curve, b"1,2\n3\n5,6\n", "csv_columns"),
    (read_curve, b"1,2\n3,4,5\n6,7\n", "csv_columns"),
    (classes, b"1,2\n3,4\n", "csv_columns"),
    (read_curve, b"1,2", "csv_short"),
    (read_curve, b"x,y\n", "csv_short"),
    (read_curve, b"x,y\n1,2\n", "csv_short"),
    (read_curve, b"1,2\n3,cat\n", "csv_number"),
    (read_curve, b"1,2\nNaN,3\n4,5\n", "csv_number"),
    (read_curve, b"1,2\n3,inf\n4,5\n", "csv_number"),
    (read_curve, b"1,2\n3,-Infinity\n", "csv_number"),
    (read_curve, b"1,2\n3,1e999\n", "csv_number"),
    (read_curve, b"1,2\n3,\n4,5\n", "csv_number"),
    (read_curve, b"x,y\na,b\n1,2\n", "csv_number"),
    (read_curve, b"1,2\n3," + b"z" * 5000 + b"\n", "csv_number"),
    (read_curve, b"1,2\n3,{knob}\n", "csv_number"),
    (read_curve, b"1,2\n3,\x07\n", "csv_number"),
    (read_curve, b"1,2\n\x00,4\n", "csv_binary"),
    (read_curve, bytes(range(256)), "csv_binary"),
    (read_curve, b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "csv_binary"),
    (read_curve, b"\xff\xfe1", "csv_binary"),
    (read_curve, b"PK\x03\x04\x14\x00\x06\x00", "csv_binary"),
    (read_curve, b"1," + b"7" * 900_000, "csv_binary"),
    (read_curve, b"1,2\n" * 300_000, "csv_big"),
    (read_curve, b"1," * 450_000, "csv_binary"),
    (read_curve, b"1," * 1000, "csv_columns"),
    (read_curve, b'1,2\n"3,4\n5,6\n', "csv_columns"),
    (read_curve, b'"' + b"1,2\n" * 200_000, "csv_binary"),
    (classes, b"1,2,a\n3,4,a\n", "csv_classes"),
    (classes, b"".join(b"%d,1,%d\n" % (row, row) for row in range(6)), "csv_classes"),
    (classes, b"1,2,a\n3,x,b\n", "csv_number"),
]


@pytest.mark.parametrize(("read", "data", "key"), REFUSED, ids=[f"{key}-{data[:20]!r}" for _, data, key in REFUSED])
def test_a_bad_file_is_refused_with_a_sentence(read, data, key):
    """In both languages, with no placeholder left over and never more than a glimpse of the file."""
    with pytest.raises(BadValue) as refused:
        read(data)
    assert refused.value.key == key
    for language in ("en", "zh"):
        sentence = Text(language).refusal(refused.value)
        assert len(sentence) < 200
        assert not re.search(r"\{\w*\}", sentence.replace("“{knob}”", ""))
        for fact in refused.value.facts.values():
            assert str(fact) in sentence


@pytest.mark.parametrize(
    ("data", "row"), [(b"1,2\n3,x\n5,6", 2), (b"x,y\n1,2\n3,x\n", 3), (b"1,2\n3,4\n5,6\n7,y\n", 4)]
)
def test_the_row_at_fault_is_counted_with_the_header(data, row):
    with pytest.raises(BadValue) as refused:
        read_curve(data)
    assert refused.value.facts["row"] == row


def test_the_bound_is_on_bytes():
    row = b"1.0,2.0\n3.0,4.0\n"
    fits = row * (MAX_BYTES // len(row))
    assert len(read_curve(fits)) <= MAX_POINTS
    with pytest.raises(BadValue):
        read_curve(fits + row)


def test_random_bytes_never_raise_anything_else():
    """A thousand files of noise: read or refused."""
    generator = np.random.default_rng(0)
    alphabet = [b"1", b"2", b".", b",", b";", b"\t", b" ", b"\n", b'"', b"-", b"e", b"x", b"\xff", b"\xe9", b"\r", b"N"]
    for _ in range(1000):
        data = b"".join(generator.choice(alphabet, generator.integers(0, 60)))
        for read in (read_curve, classes):
            try:
                table = read(data)
            except BadValue:
                continue
            assert np.abs(pairs(table)).max() <= 5


def test_the_columns_that_a_reader_would_count_are_named():
    for text in (b"1,2,3\n4,5,6\n", b"1;2;3\n4;5;6\n", b"1\t2\t3\n4\t5\t6\n"):
        with pytest.raises(BadValue) as caught:
            read_curve(text)
        assert caught.value.facts == {"row": 1, "found": 3, "columns": 2}
