"""A short-video world whose truth is known: who likes what, what was examined, what is relevant."""

from suggest.simulation.parameters import Parameters
from suggest.simulation.world import SimulationReport, simulate

__all__ = ["Parameters", "SimulationReport", "simulate"]
