"""The encoder of an index, trained on the log that the index was built from."""

import json
import random
from contextlib import contextmanager

import numpy as np
import pytest

from suggest.artifacts import Generation, building
from suggest.errors import NotBuiltError, NotEnoughExamples
from suggest.pipelines import train_encoder
from suggest.pipelines.build import build
from suggest.pipelines.encoder_training import learned_texts, log_pairs, train_index_encoder
from suggest.pipelines.training import Training
from suggest.pipelines.training_folder import training_folder
from suggest.pipelines.training_log import LogFiles, cut_log
from suggest.text.encoder import open_encoder, save_encoder
from suggest.text.encoder_table import default_encoder


def write_log(path, n_sessions):
    """People look for a thing by one name, then by another that shares no letter with it."""
    draw = random.Random(2)
    things = [("".join(draw.choices("bcdfg", k=5)), "".join(draw.choices("lmnpr", k=5))) for _ in range(15)]
    with path.open("w", encoding="utf-8") as lines:
        for number in range(n_sessions):
            first, second = draw.choice(things)
            for minute, query in enumerate((f"{first} {draw.choice('aeiou') * 3}{number}", f"{second} {number % 40}")):
                at = 1_767_225_600 + 3_600 * number + 60 * minute
                event = {"type": "search", "ts": at, "user": f"u{number % 50}", "query": query}
                lines.write(json.dumps(event) + "\n")
    return path


@contextmanager
def training_of(index, events):
    """What the trainers of an index are given."""
    log = LogFiles(events)
    with training_folder(index) as folder:
        yield Training(
            served=Generation.open(index),
            folder=folder,
            log=log,
            cut=cut_log(log),
            items=(),
            comments=(),
            lexicon=(),
            annotations=(),
            seed=0,
            n_threads=1,
            processes=1,
            told=lambda *_: None,
        )


def trained(index, events):
    """What training the encoder of an index gives."""
    with training_of(index, events) as training:
        return train_index_encoder(training, index)


def test_trained_encoder_is_served_and_finds_more_of_later_pairs(tmp_path, monkeypatch):
    monkeypatch.setattr(train_encoder, "LEAST_PAIRS", 100)
    log = write_log(tmp_path / "log.jsonl", 250)
    index = tmp_path / "index"
    build(index, events=[log], min_users=1)
    before = Generation.open(index)

    with training_of(index, [log]) as training:
        assert not learned_texts(training)

    made = trained(index, events=[log])

    after = Generation.open(index)
    assert after.name > before.name
    assert made.figures["trained MRR@10"] > made.figures["untrained MRR@10"]
    assert open_encoder(after).name == made.encoder.name != open_encoder(before).name
    assert after.json("encoder")["trained_from"] == "default"
    assert np.array_equal(open_encoder(after).encode(["abc"]), made.encoder.encode(["abc"]))
    with training_of(index, [log]) as training:
        learned = learned_texts(training)
        assert learned == set(train_encoder.parts(log_pairs(training))[1].left)
    assert len(learned) == made.figures["pairs"]


def test_an_index_without_an_encoder_has_none_to_train(tmp_path):
    with building(tmp_path / "index"):
        pass

    with pytest.raises(NotBuiltError, match=r"no encoder to train; build it with --encoder default"):
        trained(tmp_path / "index", events=[write_log(tmp_path / "log.jsonl", 20)])


def test_a_short_log_leaves_what_was_served(tmp_path):
    with building(tmp_path / "index") as writer:
        save_encoder(writer, default_encoder())
        writer.parameters["encoder"] = "default"

    with pytest.raises(NotEnoughExamples, match="brings 20 pairs"):
        trained(tmp_path / "index", events=[write_log(tmp_path / "log.jsonl", 20)])
    assert Generation.open(tmp_path / "index").name == writer.name
