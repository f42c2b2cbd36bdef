"""Small generations written directly, without reading any file: fast enough for property tests."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from suggest.artifacts import building
from suggest.index import AttributeRows, ProfileRows, QueryColumns, save_indexes, save_profiles
from suggest.rank import Policy
from suggest.types import parse_ts


def write_generation(
    index_dir,
    weights,
    *,
    locales=None,
    histories=None,
    users=None,
    watermark=None,
    policy=None,
    attributes=None,
    aliases=None,
    displays=None,
):
    """Publishes a generation over {key: weight}.

    Args:
        index_dir: the index directory.
        weights: popularity by key.
        locales: {locale: {key: weight}}.
        histories: {user: [(time, query), ...]}, ascending in time.
        users: distinct users by key; default as many as the weight.
        watermark: RFC 3339.
        policy: default `Policy()`.
        attributes: {key: [(field, value), ...]}.
        aliases: {key: [other name, ...]}.
        displays: the form to show by key, where it differs.
    """
    keys = sorted(weights)
    weight = np.array([weights[key] for key in keys], dtype=np.float64)
    columns = QueryColumns(
        keys=pa.array(keys, pa.string()),
        displays=pa.array([(displays or {}).get(key, key) for key in keys], pa.string()),
        weight=weight,
        count=weight.astype(np.int64),
        users=np.array([(users or weights)[key] for key in keys], dtype=np.int64),
        decayed=weight,
        last_seen_us=np.zeros(len(keys), np.int64),
    )
    by_locale = {
        name: (
            np.array([row for row, key in enumerate(keys) if key in local], dtype=np.int64),
            np.array([local[key] for key in keys if key in local], dtype=np.float64),
        )
        for name, local in (locales or {}).items()
    }
    past = [(user, *search) for user, searches in sorted((histories or {}).items()) for search in searches]
    with building(index_dir) as writer:
        save_indexes(writer, columns, by_locale, _attributes(keys, attributes or {}), _aliases(keys, aliases or {}))
        texts = sorted({query for _, _, query in past})
        rows = ProfileRows(
            user=pa.array([user for user, _, _ in past], pa.string()),
            ts_us=np.array([parse_ts(time) for _, time, _ in past], dtype=np.int64),
            query=np.array([texts.index(query) for _, _, query in past], dtype=np.uint32),
            session=np.zeros(len(past), np.uint32),
            typed=np.ones(len(past), np.bool_),
        )
        # In two batches that may cut a user's rows apart.
        halves = (ProfileRows(*(column[part] for column in rows)) for part in (slice(0, 1), slice(1, None)))
        save_profiles(writer, pa.array(texts, pa.string()), pa.array([""]), len(past), halves)
        writer.parameters |= {"n_queries": len(keys), "watermark_us": parse_ts(watermark) if watermark else None}
        writer.save_json("tombstones", {})
        writer.save_json("policy", (policy or Policy()).to_json())
    return writer.name


def _attributes(keys, attributes):
    pairs = [(keys.index(key), attribute) for key, found in attributes.items() for attribute in found]
    distinct = sorted({attribute for _, attribute in pairs})
    return AttributeRows(
        row=np.array([row for row, _ in pairs], dtype=np.int64),
        code=np.array([distinct.index(attribute) for _, attribute in pairs], dtype=np.int64),
        attributes=distinct,
    )


def _aliases(keys, aliases):
    return [(keys.index(key), other) for key, others in aliases.items() for other in others]


def search(user, query, ts, **more):
    """A search event record."""
    return {"type": "search", "user": user, "query": query, "ts": ts, **more}


def texts(suggestions):
    """What is shown."""
    return [suggestion.query for suggestion in suggestions]
