"""Admitted queries, their aliases and the given lexicon become what names in comments are found with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from suggest.index.lexicon import Lexicon
from suggest.index.lexicon_build import NameRow, save_lexicon
from suggest.index.lexicon_clicks import save_span_clicks
from suggest.pipelines.admitted import Admitted
from suggest.pipelines.read_lexicon import read_lexicon
from suggest.pipelines.span_clicks import span_clicks
from suggest.text import display, normalise
from suggest.text.spans_common import CommonWords


def write_lexicon(made: Admitted) -> None:
    """Writes everything that `CommentEntities` reads.

    A given name is taken although nobody searched it: who runs the service vouches for it. What it searches for must
    pass the policy, and must not have been deleted.

    Args:
        made: the queries of the generation being built.

    Raises:
        InputError: a file of the lexicon cannot be used, or names more kinds than there may be.
    """
    refused: Counter[str] = Counter()
    save_lexicon(made.writer, made.columns.keys, made.ids, [*_aliases(made), *_given(made, refused)])
    for reason, n_rows in sorted(refused.items()):
        made.report.drop(f"lexicon_{reason}", n_rows)
    clicks = span_clicks(made.connection, made.tables, made.row_of)
    save_span_clicks(made.writer, made.ids, clicks)
    lexicon = Lexicon(made.writer.written(), made.indexes.prefixes.queries)
    common = CommonWords.default()
    made.writer.save_json(
        "lexicon_noise",
        {
            "given": common.share_of_ordinary(_names(lexicon, is_given=True)),
            "queries": common.share_of_ordinary(_names(lexicon, is_given=False)),
        },
    )


def _names(lexicon: Lexicon, *, is_given: bool) -> Callable[[str], bool]:
    def is_name(fold: str) -> bool:
        found = lexicon.lookup(fold)
        return found is not None and any(meaning.is_given == is_given for meaning in lexicon.meanings(found))

    return is_name


def _aliases(made: Admitted) -> Iterator[NameRow]:
    rows = made.connection.to_pyarrow(made.tables.aliases.join(made.row_of, "key").order_by("alias", "key"))
    for alias, row in zip(rows["alias"].to_pylist(), rows["row"].to_pylist(), strict=True):
        if made.policy.refusal(alias) is None:
            yield NameRow(alias, None, int(made.ids[row]), "")


def _given(made: Admitted, refused: Counter[str]) -> Iterator[NameRow]:
    """The rows of the lexicon, a row for each alias, without those whose query must not be shown."""
    queries = made.indexes.prefixes.queries
    gone = made.blocked | set(made.connection.to_pyarrow(made.tables.tombstones.select("key"))["key"].to_pylist())
    for entry in read_lexicon(made.lexicon, strict=made.strict, report=made.report):
        query = display(entry.query or entry.name)
        key = normalise(query)
        reason = "empty" if not key else "deleted" if key in gone else made.policy.refusal(key, query)
        if reason:
            refused[reason] += 1
            continue
        for name in dict.fromkeys((entry.name, *entry.aliases)):
            yield NameRow(name, entry.kind or "", queries.find(key), query)
