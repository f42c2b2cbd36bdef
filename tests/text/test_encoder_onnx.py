"""Exported networks: a tiny one made here, where the extra is installed; and what is said where it is not."""

import json
import sys

import numpy as np
import pytest

from suggest.artifacts import Generation, building
from suggest.errors import NotBuiltError
from suggest.pipelines.vectors import chosen_encoder
from suggest.text.encoder import load_encoder, open_encoder, save_encoder

WORDS = {"[UNK]": 0, "new": 1, "york": 2, "query:": 3}
ROWS = np.array([[0, 0, 0, 1], [3, 0, 0, 0], [0, 4, 0, 0], [0, 0, 1, 0]], dtype=np.float32)


@pytest.fixture
def exported(tmp_path):
    """A directory with a network that sums one row a word, and its tokenizer."""
    onnx = pytest.importorskip("onnx", reason="needs the extra encoder")
    tokenizers = pytest.importorskip("tokenizers", reason="needs the extra onnx")
    pytest.importorskip("onnxruntime", reason="needs the extra onnx")
    ids = onnx.helper.make_tensor_value_info("input_ids", onnx.TensorProto.INT64, ["texts", "tokens"])
    vector = onnx.helper.make_tensor_value_info("vector", onnx.TensorProto.FLOAT, ["texts", 4])
    held = [onnx.numpy_helper.from_array(ROWS, "rows"), onnx.numpy_helper.from_array(np.array([1]), "tokens_axis")]
    nodes = [
        onnx.helper.make_node("Gather", ["rows", "input_ids"], ["found"]),
        onnx.helper.make_node("ReduceSum", ["found", "tokens_axis"], ["vector"], keepdims=0),
    ]
    graph = onnx.helper.make_graph(nodes, "sum", [ids], [vector], held)
    opset = onnx.helper.make_opsetid("", 17)
    onnx.save(onnx.helper.make_model(graph, opset_imports=[opset], ir_version=8), tmp_path / "encoder_model.onnx")
    tokenizer = tokenizers.Tokenizer(tokenizers.models.WordLevel(WORDS, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.WhitespaceSplit()
    tokenizer.save(str(tmp_path / "encoder_tokenizer.json"))
    about = {"kind": "onnx", "name": "tiny", "dimensions": 4, "prompt": "query: ", "lower": True, "max_tokens": 8}
    (tmp_path / "encoder.json").write_text(json.dumps(about), encoding="utf-8")
    return tmp_path


def test_exported_network_gives_unit_vectors_with_its_prompt_and_in_lower_case(exported):
    found = load_encoder(exported).encode(["New York", "new"])

    assert np.allclose(found[0], np.array([3, 4, 1, 0]) / np.sqrt(26))
    assert np.allclose(found[1], np.array([3, 0, 1, 0]) / np.sqrt(10))


def test_exported_network_gives_a_text_the_same_bits_in_any_batch(exported):
    encoder = load_encoder(exported)
    texts = [f"new {'york ' * number}" for number in range(40)]

    assert np.array_equal(encoder.encode(texts), np.concatenate([encoder.encode([text]) for text in texts]))


def test_exported_network_takes_any_text(exported):
    found = load_encoder(exported).encode(["", " \n", "\ud800", "\udfff new", "x" * 100_000])

    assert np.array_equal(found.any(axis=1), [False, False, False, True, True])


def test_exported_network_of_a_generation_is_what_was_saved(exported, tmp_path):
    with building(tmp_path / "index") as writer:
        save_encoder(writer, load_encoder(exported))

    opened = open_encoder(Generation.open(tmp_path / "index"))

    assert opened.name == "tiny"
    assert np.array_equal(opened.encode(["new york"]), load_encoder(exported).encode(["new york"]))


@pytest.mark.parametrize("package", ["onnxruntime", "tokenizers"])
def test_serving_an_export_without_its_packages_names_the_extra(tmp_path, monkeypatch, package):
    monkeypatch.setitem(sys.modules, package, None)
    if package == "onnxruntime":
        pytest.importorskip("tokenizers", reason="needs the extra onnx")
        (tmp_path / "encoder_tokenizer.json").write_text(
            '{"model": {"type": "WordLevel", "vocab": {}, "unk_token": ""}}'
        )
    about = {"kind": "onnx", "name": "tiny", "dimensions": 4, "prompt": "", "lower": False, "max_tokens": 8}
    (tmp_path / "encoder.json").write_text(json.dumps(about), encoding="utf-8")

    with pytest.raises(NotBuiltError, match=rf"needs the package {package}.*shorttext-suggest\[onnx\]"):
        load_encoder(tmp_path)


def test_building_with_a_model_without_its_packages_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)

    with pytest.raises(NotBuiltError, match=r"--encoder some/model needs .*shorttext-suggest\[encoder\]"):
        chosen_encoder("some/model")
