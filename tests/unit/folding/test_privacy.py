"""Keys, masks and phone numbers."""

from __future__ import annotations

import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.privacy import Keyring, NoKeys, Unreadable, mask_name, mask_phone, phone_number

RING = Keyring.of("key", "index", secrets.token_bytes)


@given(st.text(max_size=200))
def test_what_is_sealed_opens_at_its_place_only(text: str) -> None:
    sealed = RING.seal(text, "identity|cipher|1")
    assert RING.unseal(sealed, "identity|cipher|1") == text
    with pytest.raises(Unreadable):
        RING.unseal(sealed, "identity|cipher|2")


@given(st.binary(max_size=80))
def test_rubbish_is_unreadable_and_nothing_else(rubbish: bytes) -> None:
    with pytest.raises(Unreadable):
        RING.unseal(rubbish, "p")
    with pytest.raises(Unreadable):
        RING.unseal(b"v1|" + RING.current.encode() + b"|" + rubbish, "p")


def test_the_same_text_is_never_sealed_alike() -> None:
    assert RING.seal("x", "p") != RING.seal("x", "p")


def test_a_sealed_value_names_its_format_and_key() -> None:
    assert RING.seal("x", "p").split(b"|")[:2] == [b"v1", RING.current.encode()]


def test_the_blind_index_depends_on_its_key_and_kind() -> None:
    other = Keyring.of("key", "another", secrets.token_bytes)
    assert RING.blind("phone", "+8613800138000") == RING.blind("phone", "+8613800138000")
    assert len({RING.blind("phone", "x"), RING.blind("unionid", "x"), other.blind("phone", "x")}) == 3


def test_an_empty_key_is_refused() -> None:
    with pytest.raises(NoKeys):
        Keyring.of("", "index", secrets.token_bytes)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("13800138000", "+8613800138000"),
        ("+86 138-0013-8000", "+8613800138000"),
        ("００８６13800138000", "+8613800138000"),
        ("+1 (415) 555-2671", "+14155552671"),
        ("23800138000", None),
        ("hello", None),
        ("", None),
        ("+0123456789", None),
    ],
)
def test_phones_are_known_however_they_are_written(written: str, number: str | None) -> None:
    assert phone_number(written) == number


def test_masks_show_what_may_be_shown() -> None:
    assert mask_phone("+8613800131234") == "138****1234"
    assert mask_name("张三丰") == "张**"
