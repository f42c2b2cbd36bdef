"""Here is a prefix: which query ids? Static, memory-mapped, exact."""

from suggest.index.budget import Budget
from suggest.index.prefix import ALL, Completions, PrefixIndex, save_prefixes
from suggest.index.profiles import ProfileRows, ProfileTable, save_profiles
from suggest.index.table import QueryColumns, QueryTable, ranks, save_queries
from suggest.types.locales import canonical_locale, is_locale, language

__all__ = [
    "ALL",
    "Budget",
    "Completions",
    "PrefixIndex",
    "ProfileRows",
    "ProfileTable",
    "QueryColumns",
    "QueryTable",
    "canonical_locale",
    "is_locale",
    "language",
    "ranks",
    "save_prefixes",
    "save_profiles",
    "save_queries",
]
