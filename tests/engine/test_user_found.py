"""What somebody found who typed a few hundred things into small shops of many languages."""

from __future__ import annotations

from suggest import Engine
from tests.engine.small import texts, write_generation

NOW = "2026-03-01T12:00:00Z"


def opened(folder, weights, **more):
    """An engine over {key: weight}."""
    write_generation(folder, weights, **more)
    return Engine.open(folder)


def test_a_guess_hides_no_form_that_begins_with_what_was_typed(tmp_path):
    """`womens` may be read as `women s`, but whoever uses that reading's form did not type it."""
    forms = {"running shoes women": 380, "womens running shoes": 60}
    with opened(tmp_path, forms) as engine:
        assert texts(engine.complete("womens", now=NOW)) == ["womens running shoes"]
        assert texts(engine.complete("running", now=NOW)) == ["running shoes women"]
