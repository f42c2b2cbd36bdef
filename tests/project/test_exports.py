"""What packages promise to export is there."""

import importlib
from pathlib import Path

import pytest

import suggest

ROOT = Path(__file__).parents[2]
PACKAGES = sorted(
    ".".join(path.parent.relative_to(ROOT).parts)
    for path in (ROOT / "suggest").rglob("__init__.py")
    if "__all__" in path.read_text(encoding="utf-8")
)


@pytest.mark.parametrize("package", PACKAGES)
def test_exported_names_are_importable_and_in_order(package):
    module = importlib.import_module(package)

    assert [name for name in module.__all__ if not hasattr(module, name)] == []
    assert sorted(set(module.__all__), key=constants_then_classes_then_functions) == module.__all__


def test_root_exports_the_whole_error_tree():
    errors = importlib.import_module("suggest.errors")
    tree = {name for name, value in vars(errors).items() if isinstance(value, type)}

    assert tree <= set(suggest.__all__)


def test_root_names_nothing_else():
    with pytest.raises(AttributeError, match="no attribute 'Index'"):
        _ = suggest.Index


def constants_then_classes_then_functions(name: str) -> tuple[bool, bool, str]:
    return (not name.isupper(), not name[0].isupper(), name)
