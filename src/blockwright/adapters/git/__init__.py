"""The project's work tree in Git."""

from blockwright.adapters.git.repository import CommandLineGit

__all__ = ["CommandLineGit"]
