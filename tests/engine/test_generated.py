"""Who may see what: no suggestion shows a word, or a pair of words, that too few other people used.

Small worlds with planted secrets, asked everything by everybody. What is known of the words comes from the
log by plain counting.
"""

from __future__ import annotations

import random
from collections import defaultdict
from itertools import pairwise
from typing import NamedTuple

import pytest

from suggest import Engine
from suggest.pipelines.build import build
from suggest.rank import Policy
from suggest.text import normalise
from tests.engine.small import search, texts

NOW = "2026-03-01T12:00:00Z"
COMMON = ["paper", "lamp", "part", "red", "river", "ramen", "lantern", "pan", "tea", "table", "tall", "pear"]
PEOPLE = [f"u{n}" for n in range(12)]
SECRETS = {user: f"{start}x{chr(97 + n)}q" for n, (user, start) in enumerate(zip(PEOPLE, "plrtplrtplrt", strict=True))}
REFUSED = "porcelain"
STRANGER = "nobody yet"


class World(NamedTuple):
    """A log and what was built from it.

    Attributes:
        folder: the index directory.
        searches: (user, query, whether a suggestion was tapped), a minute apart.
        min_users: of the build.
    """

    folder: object
    searches: list[tuple[str, str, bool]]
    min_users: int


@pytest.fixture(scope="module", params=[(1, 2), (2, 3)], ids=["two users", "three users"])
def world(request, tmp_path_factory):
    """Everybody's words in many orders, everybody's own secret among them, and one word that is blocklisted."""
    seed, min_users = request.param
    draw = random.Random(seed)
    searches = []
    for _ in range(360):
        user = draw.choice(PEOPLE)
        vocabulary = [*COMMON, SECRETS[user], REFUSED]
        weights = [*[1] * len(COMMON), 2, 1]
        searches.append((user, " ".join(draw.choices(vocabulary, weights, k=draw.randrange(1, 5))), False))
    # Whoever taps a suggestion vouches for nothing: these leave the secrets of one person alone.
    searches += [(PEOPLE[0], f"{SECRETS[PEOPLE[1]]} {word}", True) for word in COMMON]
    folder = tmp_path_factory.mktemp("world")
    events = folder / "events.tsv"
    rows = [
        f"search\t2026-02-01T{n // 60:02d}:{n % 60:02d}:00Z\t{user}\t{query}\t{'typeahead' if is_tapped else 'typed'}"
        for n, (user, query, is_tapped) in enumerate(searches)
    ]
    events.write_text("\n".join(["type\tts\tuser\tquery\tsource", *rows]) + "\n", encoding="utf-8")
    build(folder / "index", events=[events], policy=Policy(min_users=min_users, blocklist=(REFUSED,)))
    return World(folder / "index", searches, min_users)


def inputs(world):
    """Beginnings of what was searched, and of secrets and frequent words behind words that may not precede them."""
    draw = random.Random(7)
    found = set()
    for _, query, _ in draw.sample(world.searches, 40):
        found.add(query[: draw.randrange(1, len(query) + 1)])
        found.add(f"{query} ")
        found.add(f"{query} {draw.choice('plrt')}")
    return sorted(found | {secret[:length] for secret in SECRETS.values() for length in (1, 2, 4)})


def parts_of(query):
    """The words of a query, and the pairs of neighbours."""
    words = query.split(" ")
    return {*words, *pairwise(words)}


def users_of_parts(world, without=()):
    """Who vouches for each word and for each pair of neighbours."""
    users = defaultdict(set)
    for user, query, is_tapped in world.searches:
        # No profile holds what the blocklist refuses: of it, nobody can be taken out before the next build.
        if not is_tapped and (user not in without or REFUSED in query):
            for part in parts_of(query):
                users[part].add(user)
    return users


def unlawful(shown, prefix, own_words, users, min_users):
    """The words and pairs of a suggestion that the person asking must not learn from it."""
    words = normalise(shown).split(" ")
    n_typed = prefix.count(" ") if normalise(shown).startswith(prefix) else 0
    is_own = [at < n_typed or word in own_words for at, word in enumerate(words)]
    alone = [word for word, own in zip(words, is_own, strict=True) if not own and len(users[word]) < min_users]
    pairs = zip(pairwise(words), pairwise(is_own), strict=True)
    return alone + [pair for pair, own in pairs if not all(own) and len(users[pair]) < min_users]


def words_by_user(world):
    """The words that each person brought, the tapped ones too."""
    own = defaultdict(set)
    for user, query, _ in world.searches:
        own[user].update(query.split(" "))
    return own


def test_nobody_is_shown_a_word_or_a_pair_that_too_few_others_used(world):
    users, own = users_of_parts(world), words_by_user(world)
    n_generated = 0
    with Engine.open(world.folder) as engine:
        for asking in [*PEOPLE[:2], STRANGER, None]:
            for prefix in inputs(world):
                for found in engine.complete(prefix, k=20, user=asking, now=NOW):
                    n_generated += found.source == "generated"
                    assert unlawful(found.query, prefix, own[asking], users, world.min_users) == []
    assert n_generated > 400


def test_a_pair_of_frequent_words_that_too_few_people_used_is_not_put_together(world):
    users = users_of_parts(world)
    rare = [pair for pair, by in users.items() if isinstance(pair, tuple) and {*pair} <= {*COMMON} and len(by) == 1]
    assert rare
    with Engine.open(world.folder) as engine:
        for first, second in rare:
            shown = texts(engine.complete(f"{first} {second[:1]}", k=100, user=STRANGER, now=NOW))
            assert [query for query in shown if f"{first} {second}" in query] == []


def test_what_the_policy_refuses_is_never_put_together(world):
    with Engine.open(world.folder) as engine:
        for asking in (PEOPLE[0], STRANGER):
            for prefix in [*inputs(world), REFUSED[:3], f"{REFUSED} ", f"tea {REFUSED} ", f"{REFUSED} t"]:
                shown = texts(engine.complete(prefix, k=20, user=asking, now=NOW))
                assert [query for query in shown if REFUSED in query] == []


def test_what_is_blocked_from_now_on_is_not_put_together_again(world):
    with Engine.open(world.folder) as engine:
        before = {prefix: generated(engine, prefix) for prefix in inputs(world)}
        blocked = {query for shown in before.values() for query in shown[::2]}
        assert blocked
        engine.block(sorted(query.upper() for query in blocked))
        for prefix in before:
            assert blocked.isdisjoint(texts(engine.complete(prefix, k=20, user=STRANGER)))


def generated(engine, prefix):
    """What is put together of words for somebody without a past."""
    found = engine.complete(prefix, k=20, user=STRANGER, now=NOW)
    return [suggested.query for suggested in found if suggested.source == "generated"]


def test_words_and_pairs_of_forgotten_people_are_not_put_together(world):
    """Until the next build takes them out of its counts."""
    forgotten = PEOPLE[:3]
    users = users_of_parts(world, without=forgotten)
    n_generated = 0
    with Engine.open(world.folder) as engine:
        for user in forgotten:
            engine.forget(user)
        for asking in (*forgotten, STRANGER):
            for prefix in inputs(world):
                for found in engine.complete(prefix, k=20, user=asking, now=NOW):
                    n_generated += found.source == "generated"
                    assert unlawful(found.query, prefix, (), users, world.min_users) == []
    assert n_generated > 100


def test_what_a_person_searched_a_moment_ago_ends_their_own_queries_alone(world):
    secret = "lighthousekeeper"
    with Engine.open(world.folder) as engine:
        engine.observe([search(PEOPLE[0], f"tea {secret}", "2026-02-28T12:00:00Z")])
        assert f"red {secret}" in texts(engine.complete("red li", user=PEOPLE[0], now=NOW))
        for asking in (PEOPLE[1], STRANGER, None):
            for prefix in ("red li", "li", "tea ", secret[:-1]):
                shown = texts(engine.complete(prefix, k=20, user=asking, now=NOW))
                assert [query for query in shown if secret in query] == []


def test_words_of_a_script_without_spaces_need_as_many_people(tmp_path):
    """Pairs stand without a space between them: whoever types the first is not told the second."""
    rows = [(user, query) for user in ("a", "b") for query in ("大阪駅", "大阪城", "京都駅", "天気")]
    rows += [("a", "大阪山口"), ("a", "京都城")]
    lines = [f"search\t2026-02-01T{n:02d}:00:00Z\t{user}\t{query}" for n, (user, query) in enumerate(rows)]
    events = tmp_path / "events.tsv"
    events.write_text("\n".join(["type\tts\tuser\tquery", *lines]) + "\n", encoding="utf-8")
    build(tmp_path / "index", events=[events])
    with Engine.open(tmp_path / "index") as engine:
        for prefix in ("大", "大阪", "京都", "京", "山", "天"):
            shown = texts(engine.complete(prefix, k=20, user="c", now=NOW))
            assert [query for query in shown if "山口" in query or "京都城" in query] == []
