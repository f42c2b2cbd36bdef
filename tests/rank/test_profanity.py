"""The lists that ship: their form, what they refuse, and what they let pass."""

import re
from importlib import resources

import pytest

from suggest.rank.policy import Policy
from suggest.rank.profanity import profane_entries
from suggest.text import normalise

LANGUAGES = {"en", "de", "fr", "es", "pt", "it", "nl", "pl", "ru", "tr", "ar", "hi", "id", "ja", "ko", "zh"}
ON = Policy()


def _rows():
    lines = resources.files("suggest.models").joinpath("profanity.tsv").read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines[1:]]


def test_every_row_is_well_formed():
    rows = _rows()
    assert {language for language, _, _ in rows} == LANGUAGES
    for language, scope, word in rows:
        assert scope in {"all", "own"}, word
        assert normalise(word) == word, word
        assert re.fullmatch(r"[^*]{2,}\*?|[肏屄좆]\*?", word), word
        assert len({row[2] for row in rows if row == [language, scope, word]}) == 1


@pytest.mark.parametrize("entry", profane_entries(), ids=lambda entry: entry.where)
def test_every_entry_is_refused_in_its_language(entry):
    assert ON.refusal(entry.text, locale=entry.language or "en-GB") == "profanity"


def test_words_of_one_language_pass_elsewhere():
    """Swedish `slut` is an end, German `Pute` a turkey, English `fag` once a cigarette."""
    assert ON.refusal("slut", locale="sv-SE") is None
    assert ON.refusal("slut") is None
    assert ON.refusal("slut", locale="en_GB") == "profanity"
    assert ON.refusal("pute rezept", locale="de") is None
    assert ON.refusal("pute", locale="fr-CA") == "profanity"


def test_profanity_is_off_where_asked_and_for_own_searches():
    assert Policy(profanity=False).refusal("fuck this") is None
    assert ON.refusal("fuck this", own=True) is None
    assert Policy(blocklist=("fuck",)).refusal("fuck this", own=True) == "blocklist"
    assert ON.refusal("fuck bob@example.com", own=True) == "mail"


def test_the_allowlist_excuses_profanity():
    policy = Policy(allowlist=("pussy riot",))
    assert policy.refusal("pussy riot") is None
    assert policy.refusal("pussy") == "profanity"


def test_a_blocklist_entry_is_named_before_profanity():
    assert Policy(blocklist=("fuck",)).refused("fuck") == ("blocklist", "entry 1")
    refused = ON.refused("f.u.c.k")
    assert refused is not None
    assert refused.reason == "profanity"
    assert re.fullmatch(r"en line \d+", refused.matched)


@pytest.mark.parametrize(
    "query", ["fuuuck", "f*ck", "sh1t", "m0therfucker", "b i t c h", "пиздeц", "傻.逼", "f u c k i n g"]
)
def test_disguised_profanity_is_refused(query):
    assert ON.refusal(normalise(query)) == "profanity"


@pytest.mark.parametrize(
    "query",
    [
        "scunthorpe united", "class action", "cocktail recipes", "dick van dyke", "moby dick", "shitake mushrooms",
        "sussex county", "essex", "penistone", "therapist near me", "analysis", "assassin's creed", "cockpit",
        "breast cancer", "vagina", "prostate exam", "hoover dam", "maine coon", "virginia", "nigeria visa",
        "パチンコ", "フェラーリ", "ポルノグラフィティ", "エセックス大学", "外国人 ガイジン",
        "十字路口交通", "出口交易会", "维生素a片", "牛黄片", "男性奴隶", "我操作错了", "炸鸡吧台", "インド洋",
        "시발점", "니미츠 항공모함", "보지 못한", "자위대", "нигерия", "хачапури", "подъезд", "небо", "трахея",
        "am ende", "top gun", "pute rezept", "fick mich nicht", "boquete panama", "fdp wahlprogramm", "e. coli",
        "itil v4", "gandhi", "lund university", "niki lauda", "cum laude", "troja", "piranha", "veado", "pajero",
        "i18next", "kys sairaala", "paris", "match", "titanic", "analog", "canal", "rapeseed oil", "saxophone",
    ],
)  # fmt: skip
def test_ordinary_queries_pass(query):
    assert ON.refusal(normalise(query)) is None
