"""How does a generation come to disk, and which one is served?"""

from suggest.artifacts.directory import current, generations, held, sha256_of, switch_current
from suggest.artifacts.generation import FORMAT_VERSION, Generation
from suggest.artifacts.mapped import mapped_array
from suggest.artifacts.writer import KEPT, GenerationWriter, building

__all__ = [
    "FORMAT_VERSION",
    "KEPT",
    "Generation",
    "GenerationWriter",
    "building",
    "current",
    "generations",
    "held",
    "mapped_array",
    "sha256_of",
    "switch_current",
]
