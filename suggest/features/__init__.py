"""Here are candidates: what do we know about each, as one float32 row?"""

from suggest.features.compute import compute
from suggest.features.registry import FEATURES, VERSION, Feature, column

__all__ = ["FEATURES", "VERSION", "Feature", "column", "compute"]
