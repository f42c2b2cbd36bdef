"""No input makes a request expensive: the work it counts, and the calls it makes, stay bounded."""

from __future__ import annotations

import sys

import pytest

from benchmarks.adversarial_inputs import adversarial_inputs
from suggest.candidates.fallbacks import FALLBACKS
from suggest.engine import Engine
from suggest.pipelines.build import build

MAX_NODES = 60_000
"""More than any input of the list visits on the sample; what it visits on a million is in docs/benchmarks.md."""

MAX_CALLS = 60_000
"""Python calls for one answer, of functions written in C too: a count of work that no search does by itself."""


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    """Over the sample, every query shown."""
    from importlib.resources import as_file, files

    out = tmp_path_factory.mktemp("cost")
    with as_file(files("suggest.data")) as data:
        build(out, events=[data / "events.jsonl.gz"], queries=[data / "queries.tsv.gz"], min_users=1)
    with Engine.open(out) as opened:
        yield opened


def n_calls(function):
    """Its result, and how many calls it made in all."""
    count = 0

    def profiler(frame, event, argument):
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(profiler)
    try:
        result = function()
    finally:
        sys.setprofile(None)
    return result, count


@pytest.mark.parametrize("family", sorted({family for family, _ in adversarial_inputs()}))
def test_adversarial_inputs_stay_within_the_budget_of_work(engine, family):
    engine.complete("warm up wrod")  # what is loaded on first use is not the input's doing
    for text in [text for of, text in adversarial_inputs() if of == family]:
        answer, calls = n_calls(lambda text=text: engine.answer(text))
        assert answer.visited <= MAX_NODES, ascii(text[:80])
        assert calls <= MAX_CALLS, ascii(text[:80])


def test_a_search_out_of_budget_says_so_and_keeps_what_it_has(engine, monkeypatch):
    starved = tuple(fallback._replace(nodes=1) for fallback in FALLBACKS)
    text = "zzqx mak"
    whole = engine.answer(text)
    monkeypatch.setattr("suggest.candidates.fallbacks.FALLBACKS", starved)
    answer = engine.answer(text)
    assert whole.cut == ()
    assert {"script", "typo"} <= set(answer.cut) <= set(whole.tried)
    assert answer.visited <= len(answer.tried)


def test_a_deadline_that_has_passed_cuts_the_fallbacks_and_nothing_else(engine):
    answer = engine.answer("zzqx mak", deadline_s=-1.0)
    assert {"script", "typo"} <= set(answer.cut) <= set(answer.tried)
    assert engine.answer("ma", deadline_s=-1.0).suggestions == engine.complete("ma")
