"""Language tags in one spelling, so that two writings of one locale meet."""

from __future__ import annotations

import re

_TAG = re.compile(r"[a-z]{2,3}(-[a-z0-9]{1,8}){0,4}")


def canonical_locale(tag: str) -> str:
    """A BCP 47 tag in one spelling: lower case with hyphens, so that `en_US` and `en-us` meet."""
    return tag.replace("_", "-").casefold()


def is_locale(tag: str) -> bool:
    """Whether a canonical tag has the shape of BCP 47: a language and short subtags."""
    return _TAG.fullmatch(tag) is not None


def language(locale: str) -> str:
    """The language of a canonical tag: what stands before the first hyphen."""
    return locale.partition("-")[0]
