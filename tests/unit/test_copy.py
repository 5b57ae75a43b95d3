"""The COPY codec in memory."""

import hypothesis.extra.numpy as arrays
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emscher.errors import CodecError
from emscher.store import copy
from emscher.store.copy import Column

COLUMNS = (
    Column("flag", "boolean"),
    Column("small", "smallint"),
    Column("number", "integer"),
    Column("large", "bigint"),
    Column("single", "real"),
    Column("value", "double precision"),
    Column("moment", "timestamp with time zone"),
)
DTYPE = copy.dtype_of(COLUMNS)


@given(
    arrays.arrays(
        DTYPE, st.integers(0, 40), elements=arrays.from_dtype(DTYPE, allow_nan=False, min_value=-1000, max_value=1000)
    )
)
def test_rows_survive_encoding_and_decoding(rows: copy.Rows) -> None:
    """What is encoded decodes to the same rows."""
    decoded = copy.decode(copy.encode(rows, COLUMNS), DTYPE)
    for name in DTYPE.names or ():
        np.testing.assert_array_equal(decoded[name], rows[name])


def test_missing_values_take_no_bytes() -> None:
    """NaN in a nullable column is NULL: a length of -1 and no value."""
    columns = (Column("a", "integer"), Column("b", "integer", nullable=True))
    rows = np.array([(1, 2.0), (3, np.nan)], copy.dtype_of(columns))
    wire = copy.encode(rows, columns)
    assert (
        wire[19:-2].hex()
        == "0002" + "00000004" + "00000001" + "00000004" + "00000002" + "0002" + "00000004" + "00000003" + "ffffffff"
    )


def test_a_null_on_the_way_out_is_refused() -> None:
    """Data with a NULL do not decode to numbers that were never there."""
    columns = (Column("a", "double precision", nullable=True),)
    wire = copy.encode(np.array([(np.nan,)], copy.dtype_of(columns)), columns)
    with pytest.raises(CodecError, match="NULL"):
        copy.decode(wire, np.dtype([("a", "f8")]))


@pytest.mark.parametrize("data", [b"", b"PGCOPY\n\xff\r\n\0", b"nonsense" * 10])
def test_what_is_no_copy_is_refused(data: bytes) -> None:
    """Data that are cut off or something else are an error that says so."""
    with pytest.raises(CodecError, match="complete binary COPY"):
        copy.decode(data, np.dtype([("a", "f8")]))


def test_a_column_of_text_is_refused() -> None:
    """A column the codec does not write is named."""
    with pytest.raises(CodecError, match="column note is text"):
        copy.dtype_of((Column("note", "text"),))


def test_columns_without_a_value_stay_behind() -> None:
    """What is NULL in every row need not travel; a column that may not be NULL always does."""
    columns = (
        copy.Column("a", "integer"),
        copy.Column("b", "real", nullable=True),
        copy.Column("c", "real", nullable=True),
    )
    rows = np.zeros(2, copy.dtype_of(columns))
    rows["b"] = np.nan
    rows["c"] = [np.nan, 1.0]
    assert [one.name for one in copy.filled(rows, columns)] == ["a", "c"]
