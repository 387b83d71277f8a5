"""Case 12: the processes that serve never load a project's code, unpickle, or evaluate what came from outside."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

from tests.docs.pages import ROOT

SOURCE = ROOT / "src" / "blockwright"
APART = {"runner", "codecs", "io", "mage"}
"""What runs in block processes alone."""

PROGRAM = """
import sys
from pathlib import Path
from tests.security.sites import open_city

city = open_city(Path(sys.argv[1]))
for address in city.addresses():
    if address.method == "GET" and not address.template.endswith(("events", "follow")):
        city.call("GET", address.filled(project="shop", pipeline="sales"), by="owner")
city.call("POST", "/api/v1/projects/shop/runs", by="owner", json={"pipeline": "sales"})
names = ("pandas", "numpy", "pyarrow", "duckdb", "polars", "cloudpickle", "blockwright.codecs", "blockwright.runner",
         "blockwright.io", "blockwright.mage", "sqlalchemy.orm", "alembic")
print(sorted(name for name in names if name in sys.modules))
files = {name: str(getattr(module, "__file__", "")) for name, module in sys.modules.items()}
print(sorted(name for name, file in files.items() if file.startswith(sys.argv[1])))
city.platform.close()
"""


def test_every_route_is_served_without_the_modules_that_could(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert done.stdout.splitlines() == ["[]", "[]"], done.stderr[-2000:]


def test_nothing_outside_of_block_processes_evaluates_or_unpickles() -> None:
    found = [
        f"{file.relative_to(SOURCE)}:{node.lineno} {name}"
        for file in SOURCE.rglob("*.py")
        if file.relative_to(SOURCE).parts[0] not in APART
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if (name := _dangerous(node))
    ]
    assert found == []


def _dangerous(node: ast.AST) -> str:
    match node:
        case ast.Call(func=ast.Name(id="eval" | "exec" | "__import__" as name)):
            return name
        case ast.Call(func=ast.Attribute(value=ast.Name(id="yaml"), attr="load" | "unsafe_load" | "full_load" as name)):
            return f"yaml.{name}"
        case ast.Attribute(value=ast.Name(id="pickle" | "cloudpickle" | "marshal" as module), attr=name) if (
            name != "dumps"
        ):
            return f"{module}.{name}"
        case ast.ImportFrom(module="pickle" | "cloudpickle" | "dill" | "shelve" | "marshal" as module):
            return module
        case ast.keyword(arg="shell", value=ast.Constant(value=True)):
            return "shell=True"
        case _:
            return ""
