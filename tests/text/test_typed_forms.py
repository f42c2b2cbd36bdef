"""The forms under which what is typed is looked up."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from suggest.text import normalise_prefix
from suggest.text.typed_forms import retyped_variants, typed_variants


@given(st.text(max_size=12).map(normalise_prefix) | st.text("=^`~;[]{}'\"<>,./- ", max_size=12).map(normalise_prefix))
def test_no_form_is_empty_since_every_query_begins_with_nothing(prefix):
    for variant in (*typed_variants(prefix), *retyped_variants(prefix)):
        text = variant.text[1:] if variant.is_form else variant.text
        assert text.strip(), variant


def test_keys_that_write_an_accent_alone_stand_for_nothing():
    assert all(variant.text.strip("=@") for variant in retyped_variants("==="))
