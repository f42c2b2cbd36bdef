"""Two spellings of one query: are they the same? What are its words, in any script, and how is it shown?"""

from suggest.text.folding import unaccented
from suggest.text.highlighting import Spans, highlight, highlight_all
from suggest.text.keys import MAX_QUERY_CHARS, normalise, normalise_prefix
from suggest.text.segmentation import word_spans, words
from suggest.text.surface import display

__all__ = [
    "MAX_QUERY_CHARS",
    "Spans",
    "display",
    "highlight",
    "highlight_all",
    "normalise",
    "normalise_prefix",
    "unaccented",
    "word_spans",
    "words",
]
