"""HTTP: requests become calls of the engine, errors become problem documents, generations change in between."""

from suggest.service.server import serve

__all__ = ["serve"]
