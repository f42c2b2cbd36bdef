"""What tests of several layers share: an index over the packaged sample."""

import signal
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import settings

# Machines differ and are shared: an example may take its time, a law may not fail.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

# A run in the background of a shell ignores interrupts, and so would every program that a test starts and interrupts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def sample_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Index directory with one generation made from the sample; tests must not write to it."""
    from suggest.pipelines.build import build

    sample = Path(str(files("suggest.data")))
    out = tmp_path_factory.mktemp("sample") / "index"
    build(
        out,
        events=[sample / "events.jsonl.gz"],
        queries=[sample / "queries.tsv.gz"],
        items=[sample / "items.jsonl.gz"],
        comments=[sample / "comments.jsonl.gz"],
        lexicon=[sample / "lexicon.tsv.gz"],
        blocklist=sample / "blocklist.txt",
    )
    return out
