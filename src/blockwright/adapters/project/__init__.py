"""The project on disk."""

from __future__ import annotations

from blockwright.adapters.project.disk import DiskProject
from blockwright.adapters.project.roots import find_root, platform_root_of, projects_of
from blockwright.adapters.project.scaffolds import init_project

__all__ = ["DiskProject", "find_root", "init_project", "platform_root_of", "projects_of"]
