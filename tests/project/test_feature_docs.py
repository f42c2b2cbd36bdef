"""docs/ranking.md lists the features as they are."""

from pathlib import Path

from suggest.features import FEATURES, VERSION, Feature

DOCS = (Path(__file__).parents[2] / "docs" / "ranking.md").read_text(encoding="utf-8")
HEADER = "| feature | meaning | unit | default | trained score |"


def test_documented_features_are_the_registered_ones():
    _, _, rows = DOCS.partition(HEADER)[2].partition("\n|---|---|---|--:|---|\n")

    assert rows.partition("\n\n")[0].split("\n") == [as_row(feature) for feature in FEATURES]


def test_documented_version_of_the_features_is_theirs():
    assert f"Version {VERSION}:" in DOCS


def as_row(feature: Feature) -> str:
    """A row of the table."""
    change = {1: "up", -1: "down", 0: ""}[feature.monotone]
    return f"| `{feature.name}` | {feature.meaning} | {feature.unit} | {feature.default:g} | {change} |"
