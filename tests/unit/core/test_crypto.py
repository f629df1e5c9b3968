import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite

from mealroute.core import crypto
from mealroute.core.errors import MealrouteError
from tests.conftest import FIELD_KEY

FIELD = crypto.EncryptedStr()
DIALECT = sqlite.dialect()


@pytest.fixture
def _restore_keys():
    yield
    crypto.configure_keys([FIELD_KEY])


@given(st.text())
def test_what_goes_in_comes_out_and_never_looks_like_itself(value: str) -> None:
    stored = FIELD.process_bind_param(value, DIALECT)
    assert stored is not None
    assert FIELD.process_result_value(stored, DIALECT) == value
    assert len(value) < 4 or value not in stored


def test_one_phone_written_in_many_ways_has_one_fingerprint() -> None:
    ways = ["13900001234", "139 0000 1234", "139-0000-1234", "+86 13900001234", "13900001234", "008613900001234"]
    assert len({crypto.blind_index("phone", way) for way in ways}) == 1


def test_the_kind_is_part_of_the_fingerprint() -> None:
    assert crypto.blind_index("phone", "123") != crypto.blind_index("id", "123")


@pytest.mark.usefixtures("_restore_keys")
def test_a_new_first_key_reads_the_old_fields_and_keeps_the_index() -> None:
    stored = FIELD.process_bind_param("secret", DIALECT)
    before = crypto.blind_index("id", "secret")
    crypto.configure_keys([Fernet.generate_key().decode(), FIELD_KEY])
    assert FIELD.process_result_value(stored, DIALECT) == "secret"
    assert crypto.blind_index("id", "secret") == before


@pytest.mark.usefixtures("_restore_keys")
def test_a_field_under_a_lost_key_says_so() -> None:
    stored = FIELD.process_bind_param("secret", DIALECT)
    crypto.configure_keys([Fernet.generate_key().decode()])
    with pytest.raises(MealrouteError, match="field-key-missing"):
        FIELD.process_result_value(stored, DIALECT)
