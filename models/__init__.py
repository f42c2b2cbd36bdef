"""Trained models that ship with the package, found through importlib.resources."""
