"""Here is a request: which queries might answer it, and from which source?"""

from suggest.candidates.own import OwnHistory, OwnQuery
from suggest.candidates.request import Request
from suggest.candidates.sources import Candidate, gather

__all__ = ["Candidate", "OwnHistory", "OwnQuery", "Request", "gather"]
