# ruff: noqa: RUF001 - letters and digits of many scripts are what these tests are about
"""The policy: lists against a scan of every entry, personal data, files and JSON."""

import gzip
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suggest.errors import ArgumentError, InputError
from suggest.rank.policy import Policy
from suggest.text import normalise

ANYTHING = st.text(alphabet=st.characters(exclude_categories=()), max_size=20)
WORDS = st.lists(st.sampled_from(["ass", "class", "big", "ко́т", "हिन्दी"]), min_size=1, max_size=5)


def _occurs(phrase: list[str], words: list[str]) -> bool:
    return any(words[i : i + len(phrase)] == phrase for i in range(len(words)))


@given(st.lists(WORDS, max_size=4), WORDS)
def test_entries_match_as_whole_words_in_a_row(entries, words):
    """The same as trying every entry at every word."""
    policy = Policy(blocklist=tuple(map(" ".join, entries)))
    blocked = any(_occurs(entry, words) for entry in entries)
    assert (policy.refusal(normalise(" ".join(words))) == "blocklist") == blocked


@given(st.text("周杰伦演唱会", min_size=1, max_size=3), st.text("周杰伦演唱会a ", max_size=12))
def test_entries_of_scripts_without_spaces_match_anywhere(entry, text):
    key = normalise(text)
    is_refused = Policy(blocklist=(entry,)).refusal(key) == "blocklist"
    assert is_refused >= (entry in key)
    # Characters spaced out are a disguise.
    assert is_refused <= (entry in key.replace(" ", ""))


@given(ANYTHING, ANYTHING, ANYTHING)
def test_an_entry_refuses_itself_unless_it_is_empty(entry, before, after):
    policy = Policy(blocklist=(entry,), safety="off")
    if entry.startswith("re:"):
        return
    for text in (entry, f"{before} {entry} {after}"):
        if normalise(entry) and normalise(f" {entry} ") in normalise(text):
            assert policy.refusal(normalise(text)) == "blocklist"
    if not normalise(entry):
        assert policy.refusal(normalise(before)) is None


@pytest.mark.parametrize(
    ("entry", "query", "refused"),
    [
        ("ass", "class", False),
        ("ass", "big ass car", True),
        ("New York", "ＮＥＷ-york pizza", True),
        ("example", "example.com", True),
        ("new york", "york new", False),
        ("🍆", "hot 🍆 pics", True),
        ("re:^buy .* online$", "buy shoes online", True),
        ("re:Buy", "buy shoes", True),
        ("re:b[uo]y", "bay", False),
        ("# comment", "comment", True),
        ("หวย", "ตรวจหวยวันนี้", True),
    ],
)
def test_blocklist_entries(entry, query, refused):
    assert (Policy(blocklist=(entry,)).refusal(normalise(query)) == "blocklist") is refused


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("essex county", None),
        ("sex education show", None),
        ("sex", "blocklist"),
        ("sex education sex", "blocklist"),
    ],
)
def test_allowlist_excuses_only_what_it_covers(query, reason):
    policy = Policy(blocklist=("re:sex",), allowlist=("sex education", "re:\\bessex\\b"))
    assert policy.refusal(query) == reason


def test_allowlist_does_not_excuse_personal_data():
    assert Policy(allowlist=("bob@example.com",)).refusal("bob@example.com") == "mail"


def test_allowlist_covers_the_same_characters_beside_emoji():
    """Regular expressions count UTF-16 inside; what they cover is told in code points."""
    policy = Policy(blocklist=("sex",), allowlist=("re:sex education",))
    assert policy.refusal("🎂🎂🎂 sex education") is None
    assert policy.refusal("sex 🎂🎂🎂 sex education") == "blocklist"


def test_safety_off_leaves_the_blocklist_in_force():
    policy = Policy(safety="off", blocklist=("bad",))
    assert policy.refusal("bob@example.com") is None
    assert policy.refusal("bad bob@example.com") == "blocklist"


def test_ten_thousand_entries_are_not_tried_one_by_one():
    """A query meets only the entries that begin with one of its words."""
    policy = Policy(blocklist=tuple(f"word{i} second" for i in range(10_000)))
    assert policy.refusal("word9999 second place") == "blocklist"
    assert policy.refusal("word9999 third") is None
    phrases = Policy(blocklist=policy.blocklist, profanity=False)._refusing.phrases
    assert len(phrases) == 10_000
    assert max(map(len, phrases.values())) == 1


def test_a_regular_expression_that_runs_away_refuses_what_it_cannot_decide():
    """Steps are bounded, so the answer comes; a list that cannot be applied fails closed."""
    run_away = "re:(a|aa)+$"
    assert Policy(blocklist=(run_away,)).refusal("a" * 60 + "b") == "blocklist"
    assert Policy(blocklist=(run_away,)).refusal("b" * 60) is None
    assert Policy(blocklist=("re:b$",), allowlist=(run_away,)).refusal("a" * 60 + "b") == "blocklist"


@given(st.text("ab", max_size=8))
def test_a_regular_expression_that_matches_nothing_ends(text):
    assert Policy(blocklist=("re:x*",), safety="off").refusal(text) == "blocklist"


def test_files_hold_one_entry_a_line(tmp_path):
    plain = tmp_path / "block.txt"
    plain.write_bytes(b"\xef\xbb\xbfbad word\r\n\r\n# not a comment\nre:^x+$\n")
    zipped = tmp_path / "allow.txt.gz"
    zipped.write_bytes(gzip.compress("größe\n".encode()))
    policy = Policy.from_files(blocklist=plain, allowlist=zipped, min_users=3, safety="strict")
    assert policy == Policy(3, "strict", ("bad word", "# not a comment", "re:^x+$"), ("größe",))
    assert Policy.from_files() == Policy()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("list.txt", b"fine\nre:(\n", "list.txt:2: bad regular expression"),
        ("list.txt", b"\xff\xfe", "UTF-8"),
        ("list.gz", b"not gzip", "list.gz"),
        ("list.gz", gzip.compress(b"cut off", mtime=0)[:-4], "list.gz"),
    ],
)
def test_a_bad_file_is_named(tmp_path, name, content, said):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError, match=said):
        Policy.from_files(blocklist=path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match="absent"):
        Policy.from_files(allowlist=tmp_path / "absent.txt")


@pytest.mark.parametrize(("fields", "argument"), [({"min_users": 0}, "min_users"), ({"safety": "of"}, "safety")])
def test_arguments_out_of_range_are_named(fields, argument):
    with pytest.raises(ArgumentError) as error:
        Policy(**fields)
    assert error.value.argument == argument


@given(st.integers(1, 9), st.sampled_from(["strict", "standard", "off"]), st.lists(ANYTHING), st.lists(ANYTHING))
def test_json_keeps_the_policy(min_users, safety, blocklist, allowlist):
    no_regexes = [tuple(e for e in entries if not e.startswith("re:")) for entries in (blocklist, allowlist)]
    policy = Policy(min_users, safety, *no_regexes)
    assert Policy.from_json(policy.to_json()) == policy


def test_every_word_order_is_told_apart():
    for words in itertools.permutations(["a", "b", "c"]):
        assert (Policy(blocklist=("a b c",)).refusal(" ".join(words)) == "blocklist") == (words == ("a", "b", "c"))
