"""docs/cli.md and the parser tell the same story."""

import argparse
import re
from pathlib import Path

import pytest

from suggest.cli.main import make_parser

ROOT = Path(__file__).parents[2]
DOCS = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## suggest (\w+)\n(.*?)(?=^## |\Z)", DOCS, flags=re.MULTILINE | re.DOTALL))


def commands() -> dict[str, argparse.ArgumentParser]:
    subparsers = next(action for action in make_parser()._actions if isinstance(action, argparse._SubParsersAction))
    return dict(subparsers.choices)


COMMANDS = commands()


def test_commands_and_documented_sections_are_the_same():
    assert list(SECTIONS) == list(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_command_options_and_documented_options_are_the_same(name):
    options = {option for action in COMMANDS[name]._actions for option in action.option_strings} - {"-h", "--help"}
    documented = set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", " ".join(re.findall(r"`([^`]+)`", SECTIONS[name]))))

    assert documented == options


@pytest.mark.parametrize("name", COMMANDS)
def test_command_example_is_documented_and_parses(name):
    example = COMMANDS[name].epilog.removeprefix("example:\n").strip()

    assert example in SECTIONS[name]
    assert parses(example)


@pytest.mark.parametrize("name", COMMANDS)
def test_command_help_shows_the_example_and_json(name, capsys):
    with pytest.raises(SystemExit) as stop:
        make_parser().parse_args([name, "--help"])

    shown = capsys.readouterr().out
    assert stop.value.code == 0
    assert "example:\n  suggest " in shown
    assert "--json" in shown


def parses(command_line: str) -> bool:
    import shlex

    return make_parser().parse_args(shlex.split(command_line)[1:]).command == shlex.split(command_line)[1]
