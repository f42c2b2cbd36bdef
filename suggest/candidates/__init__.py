"""Here is a request: which queries might answer it, and from which source?"""

from suggest.candidates.own import MAX_HISTORY, OwnHistory, OwnQuery
from suggest.candidates.request import Request
from suggest.candidates.sources import Candidate, gather

__all__ = ["MAX_HISTORY", "Candidate", "OwnHistory", "OwnQuery", "Request", "gather"]
