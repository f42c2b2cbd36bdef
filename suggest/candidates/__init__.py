"""Here is a request: which queries might answer it, and from which source?"""

from suggest.candidates.candidate import PREFIX, Candidate, Match
from suggest.candidates.gather import gather
from suggest.candidates.own import OwnHistory, OwnQuery
from suggest.candidates.request import Request
from suggest.candidates.typed import Typed, typed_words

__all__ = ["PREFIX", "Candidate", "Match", "OwnHistory", "OwnQuery", "Request", "Typed", "gather", "typed_words"]
