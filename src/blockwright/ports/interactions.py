"""The forms of a project's files, as far as they can be read, and drafts of changes to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from blockwright.core.access import Role
from blockwright.core.interactions import Form
from blockwright.core.problems import Problem, Severity
from blockwright.ports.editing import Draft


@dataclass(frozen=True, slots=True)
class FoundForm:
    """A form with what is wrong with it. One with errors is shown to whoever can mend it, and does not run."""

    form: Form
    problems: tuple[Problem, ...] = ()

    @property
    def sound(self) -> bool:
        return not any(problem.severity is Severity.ERROR for problem in self.problems)


class FormFiles(Protocol):
    """``interactions/`` and the ``interactions.yaml`` of each pipeline. Drafts are written by ``services.editing``."""

    def all(self) -> Iterator[FoundForm]:
        """Every form that a pipeline offers, by pipeline and in the order of its file."""
        ...

    def of(self, pipeline: str, *, drafts: Mapping[str, str] | None = None) -> Sequence[FoundForm]:
        """The forms of a pipeline, as they would be with ``drafts`` (texts by path) in place of the files. Texts are
        filled in with the pipeline's variables and nothing else: no environment, no secret."""
        ...

    def new(self, pipeline: str, block: str, name: str, title: str) -> Draft:
        """A form with an input for each variable of the pipeline; raises Conflict, Invalid, NotFound."""
        ...

    def set(self, form: Form, values: Mapping[str, Any], roles: Sequence[Role] | None) -> Draft:
        """``values``: ``title`` and ``description``, empty to take one out; ``roles`` None: as they are, empty: nobody
        is named, so that whoever may run the pipeline may run the form."""
        ...

    def remove(self, form: Form) -> Draft:
        """Take the form from its pipeline; the file that asks stays."""
        ...
