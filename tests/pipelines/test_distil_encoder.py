"""How the default encoder is made, without the teacher."""

import marisa_trie
import numpy as np

from suggest.pipelines.distil_encoder import first_rows, folded_pieces, lesson_of, principal, used_pieces
from suggest.pipelines.distil_texts import combined
from suggest.text.encoder_pieces import WORD_START, Pieces


def test_folded_pieces_meet_without_case_accents_and_punctuation():
    vocabulary = [
        ("▁Café", -3.0),
        ("▁cafe", -2.0),
        ("fé", -4.0),
        ("(", -1.0),
        ("▁", -1.0),
        ("▁a,b", -5.0),
        ("x" * 16, -9.0),
    ]

    assert folded_pieces(vocabulary) == {f"{WORD_START}cafe": -2.0, "fe": -4.0}


def test_used_pieces_leave_out_long_parts_of_words_that_hardly_any_text_has():
    likely = dict.fromkeys([f"{WORD_START}new", "ness", "ful", "ly", "東京"], -5.0)

    assert set(used_pieces(likely, ["newness", "madness", "joyful"])) == set(likely) - {"ful"}


def test_all_principal_components_keep_the_angles_between_vectors_less_their_mean():
    vectors = np.random.default_rng(0).normal(size=(60, 6)).astype(np.float32) + 3
    centred = vectors - vectors.mean(axis=0)
    unit = centred / np.linalg.norm(centred, axis=1, keepdims=True)

    found = principal(vectors, 6)

    assert np.allclose(found @ found.T, unit @ unit.T, atol=1e-4)


def test_first_rows_point_where_the_teacher_does_and_are_shorter_for_frequent_pieces():
    pieces = Pieces(marisa_trie.Trie([f"{WORD_START}the", f"{WORD_START}zebra"]), 8)
    likely = {f"{WORD_START}the": -2.0, f"{WORD_START}zebra": -12.0}
    targets = np.eye(2, dtype=np.float32)

    rows = first_rows(pieces, likely, {"the": 0, "zebra": 1}, targets)

    the, zebra = (rows[pieces.trie[f"{WORD_START}{word}"]] for word in ("the", "zebra"))
    assert the[1] == zebra[0] == 0
    assert 0 < the[0] < 0.02
    assert 0.9 < zebra[1] <= 1


def test_a_lesson_has_each_text_and_those_that_learn_the_vector_of_another():
    pieces = Pieces(marisa_trie.Trie([]), 50)
    targets = np.eye(3, dtype=np.float32)

    lesson = lesson_of(
        pieces, ["rome", "!", "bern"], [("рим", "rome"), ("oslo", "unknown")], {"rome": 0, "!": 1, "bern": 2}, targets
    )

    assert lesson.target.tolist() == [0, 2, 0]
    assert lesson.pieces == [pieces.numbers(text) for text in ("rome", "bern", "рим")]


def test_combined_texts_have_words_of_one_script():
    pieces = {f"{WORD_START}{word}": -5.0 for word in ("new", "york", "москва", "рим", "서울", "مكة")} | {
        "東京": -5.0,
        "ทะเล": -5.0,
    }

    texts = combined(pieces)

    assert {"new york", "москва рим", "東京東京", "ทะเลทะเล"} <= set(texts)
    assert not any("new" in text and "рим" in text for text in texts)
