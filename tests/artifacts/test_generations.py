"""Generations: what is read back, what is refused, what is kept."""

from __future__ import annotations

import errno
import json
import os
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from suggest import artifacts
from suggest.artifacts import FORMAT_VERSION, KEPT, Generation, building, current, generations, held, switch_current
from suggest.errors import ArtifactError, BuildLocked, GenerationBroken, GenerationTooNew, InputError


def publish(index_dir, value=1):
    with building(index_dir) as writer:
        writer.save_array("values", np.array([value]))
        writer.save_json("about", {"value": value})
        writer.parameters["value"] = value
    return writer.name


def n_open_files():
    return len(list(Path("/dev/fd").iterdir()))


def test_a_generation_holds_what_was_written(tmp_path):
    name = publish(tmp_path / "index", 7)
    generation = Generation.open(tmp_path / "index")
    assert (generation.name, generation.parameters["value"]) == (name, 7)
    assert generation.array("values").tolist() == [7]
    assert generation.json("about") == {"value": 7}
    assert generation.holds("values.npy")
    assert not generation.holds("other.npy")
    assert set(generation.bytes_by_file()) == {"about.json", "values.npy"}
    assert generation.manifest["format_version"] == FORMAT_VERSION


@pytest.mark.parametrize("has_links", [True, False])
def test_files_of_the_same_content_are_stored_once_where_they_can_be(tmp_path, monkeypatch, has_links):
    def refused(*_):
        raise OSError("no hard links here")

    if not has_links:
        monkeypatch.setattr(os, "link", refused)
    with building(tmp_path) as writer:
        for name, values in (("weight", [1.0, 2.0]), ("decayed", [1.0, 2.0]), ("other", [1.0, 3.0])):
            writer.save_array(name, np.array(values))

    generation = Generation.open(tmp_path)
    files = {name: generation.path(f"{name}.npy").stat().st_ino for name in ("weight", "decayed", "other")}
    assert len(set(files.values())) == (2 if has_links else 3)
    assert generation.array("decayed").tolist() == [1.0, 2.0]
    assert generation.bytes_by_file().keys() == {"weight.npy", "decayed.npy", "other.npy"}
    assert not list(tmp_path.rglob("*.same"))


def test_an_empty_array_can_be_mapped(tmp_path):
    with building(tmp_path) as writer:
        writer.save_array("nothing", np.empty(0, np.uint32))
    assert len(Generation.open(tmp_path).array("nothing")) == 0


def test_arrays_are_read_only(tmp_path):
    publish(tmp_path)
    with pytest.raises(ValueError, match="read-only"):
        Generation.open(tmp_path).array("values")[0] = 2


def test_held_generations_are_kept_until_they_are_let_go(tmp_path):
    """By any process that reads them; one that is not there is passed over."""
    oldest, second, *_ = (publish(tmp_path, number) for number in range(KEPT))
    with held(tmp_path, [oldest, "000099-20260131T120000"]), held(tmp_path, [oldest]):
        for number in range(KEPT):
            publish(tmp_path, number)
        assert oldest in generations(tmp_path)
        assert second not in generations(tmp_path)
        Generation.open(tmp_path, oldest)
    publish(tmp_path, 0)
    assert oldest not in generations(tmp_path)
    assert not (tmp_path / oldest).exists()


def test_three_generations_are_kept_and_always_the_served_one(tmp_path):
    names = [publish(tmp_path, number) for number in range(KEPT)]
    switch_current(tmp_path, names[0])
    assert current(tmp_path) == names[0]
    newest = publish(tmp_path, 9)
    assert current(tmp_path) == newest
    assert generations(tmp_path) == [newest, *names[:0:-1]]
    switch_current(tmp_path, names[1])
    publish(tmp_path, 10)
    assert len(generations(tmp_path)) == KEPT


def test_a_failed_build_leaves_nothing_and_serves_the_old(tmp_path):
    name = publish(tmp_path)
    with pytest.raises(InputError), _failing_build(tmp_path):
        pass
    assert current(tmp_path) == name
    assert {entry.name for entry in tmp_path.iterdir()} == {name, "CURRENT", ".lock"}


@contextmanager
def _failing_build(index_dir):
    with building(index_dir) as writer:
        writer.save_array("values", np.array([2]))
        yield
        raise InputError("a file went away")


def test_two_builds_at_once_are_refused(tmp_path):
    with building(tmp_path), pytest.raises(BuildLocked, match="another build"), building(tmp_path):
        pass


@pytest.mark.parametrize(
    ("file", "damage"),
    [
        ("values.npy", lambda content: content[:-1] + bytes([content[-1] ^ 1])),
        ("values.npy", lambda content: content[:-1]),
        ("manifest.json", lambda content: content[:-9]),
        ("manifest.json", lambda content: content.replace(b'"value": 1', b'"value": 2')),
        ("manifest.json", lambda _content: b"[]"),
    ],
)
def test_a_damaged_file_is_found(tmp_path, file, damage):
    name = publish(tmp_path)
    path = tmp_path / name / file
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(GenerationBroken, match=file):
        Generation.open(tmp_path)


def test_no_verify_skips_hashing_but_not_sizes(tmp_path):
    path = tmp_path / publish(tmp_path) / "values.npy"
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    assert Generation.open(tmp_path, verify=False).array("values").tolist() != [1]
    path.write_bytes(content[:-1])
    with pytest.raises(GenerationBroken, match=r"values\.npy"):
        Generation.open(tmp_path, verify=False)


def test_a_missing_file_is_found(tmp_path):
    (tmp_path / publish(tmp_path) / "values.npy").unlink()
    with pytest.raises(GenerationBroken, match=r"values\.npy"):
        Generation.open(tmp_path, verify=False)


def test_a_newer_format_is_refused_with_its_number(tmp_path, monkeypatch):
    monkeypatch.setattr("suggest.artifacts.writer.FORMAT_VERSION", FORMAT_VERSION + 1)
    publish(tmp_path)
    monkeypatch.undo()
    with pytest.raises(GenerationTooNew, match=f"format {FORMAT_VERSION + 1}"):
        Generation.open(tmp_path)


def test_a_generation_of_an_older_format_says_to_build_again(tmp_path, monkeypatch):
    monkeypatch.setattr("suggest.artifacts.writer.FORMAT_VERSION", FORMAT_VERSION - 1)
    publish(tmp_path)
    monkeypatch.undo()
    with pytest.raises(GenerationBroken, match=f"format {FORMAT_VERSION - 1}.*build the index again"):
        Generation.open(tmp_path)


def test_an_empty_directory_says_what_to_build(tmp_path):
    with pytest.raises(GenerationBroken, match="suggest build --out"):
        Generation.open(tmp_path)


@pytest.mark.parametrize("content", ["../../etc\n", "", "no name", "\xff"])
def test_a_current_that_names_no_generation_is_refused(tmp_path, content):
    publish(tmp_path)
    (tmp_path / "CURRENT").write_text(content, encoding="latin-1")
    with pytest.raises(GenerationBroken, match="CURRENT"):
        current(tmp_path)


def test_switching_to_what_is_not_there_is_refused(tmp_path):
    publish(tmp_path)
    with pytest.raises(GenerationBroken, match="no complete generation"):
        switch_current(tmp_path, "000099-20260101T000000")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_no_write_permission_is_told(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(ArtifactError, match="cannot write the index"), building(tmp_path / "index"):
        pass


def test_a_full_disk_publishes_nothing_and_is_told(tmp_path, monkeypatch):
    name = publish(tmp_path)

    def full(_descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ArtifactError, match="No space left on device"):
        publish(tmp_path)
    assert generations(tmp_path) == [name]
    assert current(tmp_path) == name


def test_a_leftover_of_a_killed_switch_goes_in_time(tmp_path):
    publish(tmp_path)
    left, fresh = tmp_path / ".CURRENT-1", tmp_path / ".CURRENT-2"
    left.write_text("x", encoding="utf-8")
    fresh.write_text("x", encoding="utf-8")
    os.utime(left, (0, 0))
    publish(tmp_path)
    assert not left.exists()
    assert fresh.exists(), "another process may be switching right now"


def test_the_manifest_lists_size_and_checksum_of_every_file(tmp_path):
    name = publish(tmp_path)
    manifest = json.loads((tmp_path / name / "manifest.json").read_text(encoding="utf-8"))
    for file, entry in manifest["files"].items():
        path = tmp_path / name / file
        assert entry == {"bytes": path.stat().st_size, "sha256": artifacts.sha256_of(path)}


def test_what_is_mapped_keeps_no_file_open_and_no_file_is_changed_by_it(tmp_path):
    with building(tmp_path) as writer:
        for number in range(50):
            writer.save_array(f"values_{number}", np.arange(number, dtype=np.int32))
        writer.path("texts.utf8").write_bytes("Grüße".encode())
        writer.path("empty.utf8").write_bytes(b"")
    generation = Generation.open(tmp_path)
    before = n_open_files()
    arrays = [generation.array(f"values_{number}") for number in range(50)]
    content = generation.content("texts.utf8")
    assert n_open_files() == before
    assert [len(array) for array in arrays] == list(range(50))
    assert bytes(content).decode() == "Grüße"
    assert content.readonly
    assert len(generation.content("empty.utf8")) == 0


def test_a_file_that_is_no_array_of_numbers_is_refused(tmp_path):
    with building(tmp_path) as writer:
        np.save(writer.path("objects.npy"), np.array([{}], dtype=object))
        writer.path("other.npy").write_bytes(b"something else")
    generation = Generation.open(tmp_path)
    with pytest.raises(ValueError, match="Python objects"):
        generation.array("objects")
    with pytest.raises(ValueError, match="magic"):
        generation.array("other")
