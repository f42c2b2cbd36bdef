"""Learning to find names: the loss against all paths, its slope against differences, and a world with a known rule."""

from __future__ import annotations

import json
import random
from itertools import pairwise, product
from math import exp, log
from types import SimpleNamespace

import numpy as np
import pytest

from suggest.errors import NotEnoughExamples
from suggest.pipelines import train_tagger
from suggest.pipelines.tagger_classes import learn_classes
from suggest.pipelines.tagger_corpus import AnnotatedText, read_corpus, tags_of
from suggest.pipelines.tagger_loss import counted_pairs, expected, steps_of
from suggest.pipelines.train_names import train_names
from suggest.pipelines.train_tagger import SpanScore, blank, fit, is_held_back, refine, score
from suggest.text.tagger import Tagger
from suggest.text.tagger_lattice import CLOSED, FOLLOWERS, N_TAGS, OUTSIDE, spans_of
from suggest.text.tagger_tokens import tokenise
from suggest.text.tagger_weights import save_weights

BEFORE = ("we all love", "she went to see", "i met", "the song of", "nobody likes")
AFTER = ("a lot", "again", "!", "in the rain", "with my friends")
_DRAWN = random.Random(4)
NAMES = tuple("".join(_DRAWN.choices("abdegilmnoprstuvz", k=_DRAWN.randint(4, 7))) for _ in range(60))
UNSEEN = tuple(name[::-1] for name in NAMES[:20])


def world(names=NAMES, befores=BEFORE):
    """Texts in which what stands between a phrase of one list and one of another is a name."""
    for at, name in enumerate(names * 2):
        before, after = befores[at % len(befores)], AFTER[at // 2 % len(AFTER)]
        start = len(before) + 1
        yield AnnotatedText(f"{before} {name} {after}", ((start, start + len(name)),))
        yield AnnotatedText(f"it rains {after}", ())


def distinct(texts):
    return list({each.text: each for each in texts}.values())


def log_total(emissions, chain):
    total = 0.0
    for path in product(range(N_TAGS), repeat=len(emissions)):
        steps = list(pairwise(path))
        if path[0] in FOLLOWERS[OUTSIDE] and path[-1] in CLOSED and all(b in FOLLOWERS[a] for a, b in steps):
            weight = sum(emissions[at, tag] for at, tag in enumerate(path))
            total += exp(weight + sum(chain[before, after] for before, after in steps))
    return log(total)


def test_expected_is_that_of_all_paths_and_its_probabilities_are_slopes():
    rng = np.random.default_rng(3)
    lengths = np.array([1, 3, 2, 4])
    emissions = rng.normal(size=(10, N_TAGS)).astype(np.float32)
    chain = rng.normal(size=(N_TAGS, N_TAGS)).astype(np.float32)
    texts = np.split(np.arange(10), np.cumsum(lengths)[:-1])

    def total(emissions, chain):
        return sum(log_total(emissions[text], chain) for text in texts)

    found = expected(emissions, chain, steps_of(lengths))
    assert found.log_total == pytest.approx(total(emissions, chain), abs=1e-4)
    assert np.allclose(found.tags.sum(axis=1), 1, atol=1e-5)
    for at, tag in product(range(10), range(N_TAGS)):
        moved = emissions.astype(np.float64)
        moved[at, tag] += 1e-4
        assert (total(moved, chain) - total(emissions, chain)) / 1e-4 == pytest.approx(found.tags[at, tag], abs=1e-3)
    for pair in product(range(N_TAGS), repeat=2):
        moved = chain.astype(np.float64)
        moved[pair] += 1e-4
        assert (total(emissions, moved) - total(emissions, chain)) / 1e-4 == pytest.approx(found.pairs[pair], abs=1e-3)


def test_gradient_is_the_transpose_of_emissions():
    corpus = read_corpus(list(world())[:30], "en", blank().classes_of, 2)
    rng = np.random.default_rng(0)
    weights = rng.normal(size=(len(corpus.columns), N_TAGS)).astype(np.float32)
    by_token = rng.normal(size=(len(corpus.tags), N_TAGS)).astype(np.float32)
    assert (corpus.emissions(weights) * by_token).sum() == pytest.approx(
        (corpus.gradient(by_token) * weights).sum(), rel=1e-3
    )


@pytest.mark.parametrize("language", ["en", "zh"])
def test_tagger_adds_up_what_training_did(language):
    """The same facts are learned from and served, or F1 measured here is none there."""
    texts = [AnnotatedText("Ann 去北京 to see Bob!", ((0, 3),)), AnnotatedText("x", ())]
    corpus = read_corpus(texts, language, blank().classes_of, 1)
    weights = blank()
    rng = np.random.default_rng(1)
    weights.table[corpus.columns] = rng.integers(-9, 9, (len(corpus.columns), N_TAGS), np.int8)
    model = Tagger({language: weights})._model(language)
    tokens = tokenise(texts[0].text)
    served = np.array(model.lattice(texts[0].text, tokens)._emissions)
    learned = corpus.emissions(weights.table[corpus.columns].astype(np.float32))[: len(tokens)]
    assert np.allclose(served, learned, atol=1e-3)


def test_counted_pairs_do_not_reach_from_text_to_text():
    pairs = counted_pairs(np.array([0, 4, 0, 0, 1, 3]), steps_of(np.array([2, 4])))
    assert pairs.sum() == 4
    assert (pairs[0, 4], pairs[0, 0], pairs[0, 1], pairs[1, 3]) == (1, 1, 1, 1)


def test_tags_of_spell_the_spans_that_tokens_can():
    tokens = tokenise("ab cd ef")
    assert spans_of(tags_of(tokens, [(0, 2), (3, 8)])) == [(0, 1), (1, 3)]
    assert tags_of(tokens, [(0, 1), (4, 8), (7, 3), (20, 30)]) == [0, 0, 0]


def test_fit_learns_a_rule_and_applies_it_to_names_never_seen():
    learned = Tagger({"en": fit(distinct(world()), "en", blank())})
    unseen = distinct(world(names=UNSEEN))
    assert score(learned, unseen, "en").f1 > 0.9
    assert score(Tagger({"en": blank()}), unseen, "en").right < 10


def test_fit_gives_the_same_bytes_for_the_same_texts(tmp_path):
    for name in ("a", "b"):
        save_weights(tmp_path / name, fit(distinct(world())[:30], "en", blank()))
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_refine_learns_from_texts_of_ones_own_what_its_base_does_not_know():
    own = distinct(world())
    refined = refine(own, Tagger({"en": blank()}))
    assert refined.after.f1 > 0.9 > refined.before.f1
    assert refined.is_better
    assert refined.n_texts == {"en": len(own)}
    assert score(Tagger(refined.weights), distinct(world(names=UNSEEN))).f1 > 0.9


def test_refine_wants_enough_texts_in_languages_it_knows():
    with pytest.raises(NotEnoughExamples, match=r"annotations: expected 20 or more texts in en.*got 3"):
        refine(distinct(world())[:3], Tagger({"en": blank()}))
    with pytest.raises(NotEnoughExamples, match="got 0"):
        refine([AnnotatedText("это Анна", ((4, 8),))] * 50, Tagger({"en": blank()}))


def test_refine_is_no_better_where_annotations_are_noise(monkeypatch):
    """Names marked at random are not learned from at the cost of what is known."""
    monkeypatch.setitem(train_tagger._PENALTIES, "en", 0.01)
    truth = distinct(world())
    base = Tagger({"en": fit(truth, "en", blank())})
    noise = [
        each if is_held_back(each.text) else AnnotatedText(each.text, ((0, len(each.text.split()[0])),))
        for each in truth
    ]
    assert not refine(noise, base).is_better


def test_span_score_counts_exact_spans():
    found = SpanScore(right=2, found=4, marked=5)
    assert (found.precision, found.recall, found.f1) == (0.5, 0.4, pytest.approx(4 / 9))
    assert (SpanScore(0, 0, 0).f1, SpanScore(0, 0, 3).precision, SpanScore(0, 2, 0).recall) == (0, 0, 0)


def test_classes_tell_words_of_names_from_words_of_comments():
    names = [("sports.pro_athlete", f"Jon {word}") for word in ("Abel", "Bo", "Cy", "Dan", "Ed", "Flo")] + [
        ("place", "Veld"),
        ("film.film", "The Sea"),
    ]
    names += [("sports.pro_athlete", f"{word} Moor") for word in ("Abel", "Bo", "Cy", "Dan", "Ed", "Flo")]
    comments = ["the sea is the best , see Jon", "the Sea"] * 20
    weights = blank(*learn_classes(names, comments))
    first, last, common = (weights.classes_of(word) for word in ("jon", "moor", "the"))
    assert len(first) == len(last) == len(common)
    assert first != last
    assert {*first} & {*last} != {*first} & {*common}
    assert weights.classes_of("veld") == []


def test_train_names_saves_what_annotated_texts_taught(tmp_path):
    texts = distinct(world())
    path = tmp_path / "annotated.jsonl"
    rows = [{"text": text, "spans": [{"start": start, "end": end} for start, end in spans]} for text, spans in texts]
    path.write_text("\n".join(map(json.dumps, rows)))
    trained = train_names(SimpleNamespace(annotations=[path], told=lambda *_: None))
    trained.save(SimpleNamespace(path=lambda name: tmp_path / name))
    assert trained.figures["after"]["f1"] > trained.figures["before"]["f1"]
    assert trained.figures["texts"] == {"en": len(texts)}
    served = SimpleNamespace(holds=lambda name: (tmp_path / name).exists(), path=lambda name: tmp_path / name)
    assert score(Tagger.of(served), distinct(world(names=UNSEEN))).f1 > 0.9
    assert Tagger.of(served).weights["zh"] is Tagger.default().weights["zh"]


def test_train_names_wants_annotations():
    with pytest.raises(NotEnoughExamples, match="no annotated texts"):
        train_names(SimpleNamespace(annotations=[]))


def test_tagger_of_a_generation_without_one_is_the_default():
    assert Tagger.of(SimpleNamespace(holds=lambda _: False)) is Tagger.default()
