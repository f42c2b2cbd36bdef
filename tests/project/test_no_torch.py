"""The base install builds with the default encoder and serves without torch, or anything that loads it."""

import json
import subprocess
import sys

FORBIDDEN = ("torch", "sentence_transformers", "transformers", "onnx", "onnxruntime", "tokenizers", "datasets")

CODE = """
import importlib, json, pkgutil, sys

class Asked:
    names = []
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {forbidden}:
            self.names.append(name)

sys.meta_path.insert(0, Asked())
import suggest
for found in pkgutil.walk_packages(suggest.__path__, "suggest."):
    importlib.import_module(found.name)

from suggest import Engine
from suggest.pipelines.build import build
build("{out}", queries=["{queries}"], items=["{items}"], encoder="default", min_users=1)
with Engine.open("{out}") as engine:
    found = [suggestion.query for suggestion in engine.complete("niv")]
    assert "nivea cream" in found, found
    engine.related("nivea creme")
    engine.item_queries(title="a cream for dry skin")
print(json.dumps(sorted(set(Asked.names))))
"""


def test_nothing_of_building_and_serving_with_the_default_encoder_asks_for_torch(tmp_path):
    queries, items = tmp_path / "queries.tsv", tmp_path / "items.jsonl"
    queries.write_text("query\tcount\nnivea cream\t9\nskin care\t5\nhand cream\t4\n", encoding="utf-8")
    items.write_text(json.dumps({"item": "v1", "title": "hand cream that works"}) + "\n", encoding="utf-8")
    code = CODE.format(forbidden=FORBIDDEN, out=tmp_path / "index", queries=queries, items=items)

    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout.splitlines()[-1]) == []
