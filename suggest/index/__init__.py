"""Here is a prefix, a set of words, a misspelling: which query ids? Static, memory-mapped."""

from suggest.index.attributes import Allowed, AttributeRows
from suggest.index.budget import Budget
from suggest.index.filtered import filtered_top, filtered_top_ids
from suggest.index.indexes import Indexes, save_indexes
from suggest.index.prefix import ALL, Completions, PrefixIndex, save_prefixes
from suggest.index.profiles import ProfileRows, ProfileTable, save_profiles
from suggest.index.table import QueryColumns, QueryTable, ranks, save_queries
from suggest.types.locales import canonical_locale, is_locale, language

__all__ = [
    "ALL",
    "Allowed",
    "AttributeRows",
    "Budget",
    "Completions",
    "Indexes",
    "PrefixIndex",
    "ProfileRows",
    "ProfileTable",
    "QueryColumns",
    "QueryTable",
    "canonical_locale",
    "filtered_top",
    "filtered_top_ids",
    "is_locale",
    "language",
    "ranks",
    "save_indexes",
    "save_prefixes",
    "save_profiles",
    "save_queries",
]
