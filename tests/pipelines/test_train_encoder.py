"""What a log teaches an encoder, in worlds where it is known what belongs together."""

from __future__ import annotations

import random

import ibis
import marisa_trie
import numpy as np
import pyarrow as pa
import pytest

from suggest.artifacts import building
from suggest.errors import NotEnoughExamples, WorseThanUntrained
from suggest.pipelines.encoder_pairs import TextPairs, encoder_pairs
from suggest.pipelines.table_fit import TableFit, contrast
from suggest.pipelines.train_encoder import LEAST_PAIRS, parts, ranks, save_trained, train_encoder
from suggest.pipelines.vectors import asked_encoder, chosen_encoder
from suggest.text.encoder import load_encoder, save_encoder
from suggest.text.encoder_pieces import Pieces
from suggest.text.encoder_table import TableEncoder

SECOND_US = 1_000_000


def untrained():
    """Rows drawn anew for each run of letters: nothing is near anything but itself."""
    rows = np.random.default_rng(1).integers(-60, 61, (4096, 24)).astype(np.int8)
    return TableEncoder("toy", Pieces(marisa_trie.Trie([]), 4096), rows)


def pairs_of(left, right, ts_us=None):
    return TextPairs(left, right, np.arange(len(left)) if ts_us is None else np.asarray(ts_us))


def world(n, seed=0):
    """Thirty things with two names each; people go from one name, with a word beside it, to the other."""
    draw = random.Random(seed)
    names = [("".join(draw.choices("abcdefgh", k=6)), "".join(draw.choices("rstuvwxyz", k=6))) for _ in range(30)]
    chosen = [draw.choice(names) for _ in range(n)]
    beside = [f"{draw.choice('ijklmnopq') * 3}{number}" for number in range(2 * n)]
    left = [f"{first} {word}" for (first, _), word in zip(chosen, beside[:n], strict=True)]
    right = [f"{second} {word}" for (_, second), word in zip(chosen, beside[n:], strict=True)]
    return pairs_of(left, right)


def test_training_brings_together_what_a_log_does_and_says_by_how_much():
    trained = train_encoder(world(900), untrained())

    assert trained.figures["trained MRR@10"] > 3 * trained.figures["untrained MRR@10"]
    assert trained.figures["pairs"] == 630
    assert trained.figures["split"] == "time"
    assert "against" in trained.sentence
    assert trained.encoder.name != "toy"


def test_training_is_the_same_for_the_same_seed():
    one, other = (train_encoder(world(600), untrained(), seed=3).encoder for _ in range(2))

    assert one.name == other.name
    assert np.array_equal(one.rows, other.rows)


def test_training_leaves_the_encoder_it_began_with_as_it_is():
    base = untrained()

    train_encoder(world(600), base)

    assert np.array_equal(base.rows, untrained().rows)


def test_training_is_refused_with_figures_where_nothing_can_be_gained():
    words = [f"{number}word" for number in range(700)]
    same = pairs_of([f"{word} {word}" for word in words], words)

    with pytest.raises(WorseThanUntrained, match=r"MRR@10 [\d.]+ .* no better than [\d.]+ .*nothing was published"):
        train_encoder(same, untrained())


def test_training_on_few_pairs_is_refused_with_their_number():
    with pytest.raises(NotEnoughExamples, match=f"brings 3 pairs of texts together, expected at least {LEAST_PAIRS}"):
        train_encoder(pairs_of(["a", "b", "c"], ["d", "e", "f"]), untrained())


def test_parts_are_cut_in_time_and_share_no_pair():
    pairs = world(1000)

    by, learned, checked, judged = parts(pairs)

    assert by == "time"
    assert len(learned.left), len(checked.left) == (700, 100)
    assert learned.ts_us.max() < checked.ts_us.min() <= checked.ts_us.max() < judged.ts_us.min()


def test_parts_of_one_moment_are_cut_by_text():
    pairs = pairs_of(
        [f"text {number // 3}" for number in range(3000)], [str(number) for number in range(3000)], [7] * 3000
    )

    by, learned, checked, judged = parts(pairs)

    assert by == "text"
    assert not set(learned.left) & (set(checked.left) | set(judged.left))
    assert not set(checked.left) & set(judged.left)
    assert 0.6 < len(learned.left) / 3000 < 0.8


def test_ranks_count_what_is_as_near_and_not_the_text_itself():
    encoder = untrained()
    texts = ["aaa", "bbb", "ccc", "ddd"]
    pairs = pairs_of(["aaa", "aaa bbb", "!"], ["aaa ", "bbb", "ddd"])

    found = ranks(encoder, pairs, texts)

    cosines = encoder.encode([*texts, "aaa "]) @ encoder.encode(["aaa bbb"])[0]
    assert found[1] == 1 + (cosines > cosines[1]).sum()
    # Nothing is left of "!": all are equally far.
    assert found[2] == len({*texts, "aaa "})


def test_gradient_of_contrast_is_its_slope():
    rng = np.random.default_rng(0)
    ours, theirs = (rng.normal(size=(5, 7)) / 3 for _ in range(2))
    _, by_ours, by_theirs = contrast(ours, theirs, 3.0)
    direction = rng.normal(size=(5, 7))
    small = 1e-5

    slopes = [
        (
            contrast(ours + small * d, theirs + small * e, 3.0)[0]
            - contrast(ours - small * d, theirs - small * e, 3.0)[0]
        )
        / (2 * small)
        for d, e in ((direction, 0 * direction), (0 * direction, direction))
    ]

    assert np.allclose(slopes, [(by_ours * direction).sum(), (by_theirs * direction).sum()], rtol=1e-4)


def test_a_step_moves_only_rows_that_occur_and_lowers_the_loss():
    fit = TableFit(np.random.default_rng(2).normal(size=(20, 6)).astype(np.float32), 0.05)
    before = fit.rows.copy()
    left, right = [[0, 1], [2]], [[3], [4, 4, 5]]
    losses = []
    for _ in range(20):
        ours, theirs = fit.bags(left), fit.bags(right)
        loss, by_ours, by_theirs = contrast(ours.vectors, theirs.vectors, 5.0)
        losses.append(loss)
        fit.learn([(ours, by_ours), (theirs, by_theirs)])

    assert losses[-1] < losses[0]
    assert np.array_equal(fit.rows[6:], before[6:])
    assert not np.any(np.all(fit.rows[:6] == before[:6], axis=1))


def test_pairs_of_a_log_are_those_of_a_scan():
    draw = random.Random(4)
    searches = [
        {
            "user": draw.choice("uv"),
            "key": draw.choice(["a", "b", "c", "d"]),
            "session": draw.choice([None, "s"]),
            "item": draw.choice([None, "i", "j"]),
            "ts_us": 60 * SECOND_US * draw.randrange(300),
            "known_at_us": number,
        }
        for number in range(120)
    ]
    texts = [(name, pa.string()) for name in ("user", "key", "session", "item")]
    schema = pa.schema([*texts, ("ts_us", pa.int64()), ("known_at_us", pa.int64())])

    pairs = encoder_pairs(ibis.memtable(pa.Table.from_pylist(searches, schema)), {"i": "a title", "x": "of nothing"})

    first = scanned(searches, {"i": "a title"})
    assert dict(zip(zip(pairs.left, pairs.right, strict=True), pairs.ts_us.tolist(), strict=True)) == first
    assert list(zip(pairs.ts_us.tolist(), pairs.left, pairs.right, strict=True)) == sorted(
        (ts_us, left, right) for (left, right), ts_us in first.items()
    )


def scanned(searches, titles):
    """Pairs with their first moment, found one after the other."""
    first = {}

    def add(left, right, ts_us):
        if left != right:
            first[left, right] = min(ts_us, first.get((left, right), ts_us))

    ordered = sorted(searches, key=lambda search: (search["ts_us"], search["known_at_us"], search["key"]))
    for at, search in enumerate(ordered):
        later = ordered[at + 1 :]
        following = [
            other for other in later if (other["user"], other["session"]) == (search["user"], search["session"])
        ]
        if following and following[0]["ts_us"] - search["ts_us"] <= 30 * 60 * SECOND_US:
            add(search["key"], following[0]["key"], search["ts_us"])
        if search["item"] is not None:
            add(
                search["key"],
                next((o["key"] for o in later if o["item"] == search["item"]), search["key"]),
                search["ts_us"],
            )
            if search["item"] in titles:
                add(titles[search["item"]], search["key"], search["ts_us"])
    return first


def test_a_trained_encoder_is_loaded_by_its_directory_and_carried_on_to_later_builds(tmp_path):
    trained = untrained()
    save_trained(trained, "default", tmp_path / "trained")

    loaded = chosen_encoder(str(tmp_path / "trained"))
    assert np.array_equal(loaded.encode(["abc"]), trained.encode(["abc"]))
    assert asked_encoder(str(tmp_path / "trained")) == "default"
    assert asked_encoder("default") == "default"

    with building(tmp_path / "index") as writer:
        save_encoder(writer, loaded)
    assert chosen_encoder("default", tmp_path / "index").name == "toy"
    assert chosen_encoder("none", tmp_path / "index") is None
    assert chosen_encoder("default", tmp_path / "elsewhere").name != "toy"
    assert load_encoder(tmp_path / "trained").name == "toy"
