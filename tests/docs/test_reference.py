"""The reference is complete: every command, option, setting, error code and name has its place."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click
import pytest

from blockwright.adapters.project.block_entries import KNOWN, RESERVED
from blockwright.cli.main import COMMANDS, root
from blockwright.codecs import choosing
from blockwright.core.blocks import BlockType, TriggerRule
from blockwright.mage.names import MODULES
from tests.docs.pages import DOCS, ROOT, headings

REFERENCE = DOCS / "reference"
SOURCE = ROOT / "src" / "blockwright"


def section(page: Path, heading: str) -> str:
    """The text below a heading, up to the next of any level."""
    text = page.read_text(encoding="utf-8").replace("`", "")
    found = re.search(rf"^#+ {re.escape(heading)}$(.*?)(?=^#+ |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found is not None, f"{page.name} has no heading {heading!r}"
    return found[1]


def commands() -> Iterator[tuple[str, click.Command]]:
    context = click.Context(root)
    for name in COMMANDS:
        command = root.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            for inner, part in command.commands.items():
                yield f"{name} {inner}", part
        else:
            yield name, command


@pytest.mark.parametrize(
    ("name", "command"), list(commands()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_every_command_stands_in_the_reference_with_its_options(name: str, command: click.Command) -> None:
    text = section(REFERENCE / "cli.md", f"blockwright {name}")
    options = [option for each in command.params for option in (*each.opts, *each.secondary_opts) if option[0] == "-"]
    assert not [option for option in options if option not in text and option not in ("--project", "-p", "--json")]


def test_every_setting_has_its_heading() -> None:
    names = re.findall(r'environ\.get\("([A-Z_]+)"|\(environ, "([A-Z_]+)"\)', (SOURCE / "settings.py").read_text())
    variables = {first or second for first, second in names}
    assert len(variables) >= 9
    assert not variables - set(headings(REFERENCE / "settings.md"))


def test_every_error_code_has_its_heading() -> None:
    found = codes()
    assert {"input_missing", "memory_limit", "unknown_upstream", "database_full"} <= found
    assert not found - set(headings(REFERENCE / "errors.md"))


def test_no_error_code_is_told_of_that_does_not_exist() -> None:
    page = REFERENCE / "errors.md"
    told = {heading for heading in headings(page) if re.fullmatch(r"[a-z]+(_[a-z]+)*", heading)}
    assert not told - codes()


@cache
def codes() -> frozenset[str]:
    """Every word that the source gives to an error as its code."""
    files = [file for file in SOURCE.rglob("*.py") if "cleaning" not in file.parts]  # column codes, not errors
    return frozenset(code for file in files for code in codes_of(ast.parse(file.read_text(encoding="utf-8"))))


def codes_of(tree: ast.Module) -> Iterator[str]:
    """The words that one file gives: as an argument or attribute ``code``, or as the fourth of a finding's."""
    for node in ast.walk(tree):
        match node:
            case ast.keyword(arg="code", value=ast.Constant(value=str(word))):
                yield word
            case ast.Assign(targets=[ast.Name(id="code" | "error_code")], value=ast.Constant(value=str(word))):
                yield word
            case ast.AnnAssign(target=ast.Name(id="code"), value=ast.Constant(value=str(word))):
                yield word
            case ast.Call(
                func=ast.Attribute(attr="error" | "warn" | "_fail"), args=[_, _, _, ast.Constant(value=str(word))]
            ):
                yield word
            case ast.arguments(args=[*_, ast.arg(arg="code")], defaults=[*_, ast.Constant(value=str(word))]):
                yield word
            case ast.Constant(value=str(word)) if word in SPELLED_OUT:
                yield word


SPELLED_OUT = {
    *("database_full", "database_corrupt", "database_read_only", "database_unavailable"),
    *("store", "unstorable_value"),
}
"""Codes that stand in tables of the source, where nothing says that they are codes."""


def test_every_key_of_a_block_is_explained() -> None:
    text = (REFERENCE / "block-language.md").read_text(encoding="utf-8")
    ours = {"cache", "trigger_rule", "priority", "resources", "poll_interval", *RESERVED}
    assert ours <= KNOWN
    assert not [key for key in KNOWN if f"`{key}`" not in text]


def test_every_block_type_and_trigger_rule_is_explained() -> None:
    text = (REFERENCE / "block-language.md").read_text(encoding="utf-8")
    words = [kind.value for kind in BlockType] + [rule.value for rule in TriggerRule]
    assert not [word for word in words if f"`{word}`" not in text]


def test_every_codec_is_told_of() -> None:
    names = re.findall(r"``([a-z]+(?::[a-z]+)?)``", str(choosing.__doc__))
    assert "arrow:pandas" in names
    text = (REFERENCE / "outputs.md").read_text(encoding="utf-8")
    assert not [name for name in names if f"`{name}`" not in text]


def test_every_mage_name_that_works_is_listed() -> None:
    page = REFERENCE / "mage-names.md"
    missing = [
        f"{module}.{name}"
        for module, names in MODULES.items()
        for name in names
        if f" {name} " not in f" {section(page, module).replace(',', ' ')} ".replace("\n", " ")
    ]
    assert not missing
