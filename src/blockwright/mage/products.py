"""Data products, for block code that asks for one itself instead of having a block of that type before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from blockwright.mage.asking import ask
from blockwright.mage.triggers import TriggeredRun, run_of
from blockwright.sdk import context
from blockwright.wire.messages import Ask


@dataclass(frozen=True)
class GlobalDataProduct:
    """A data product of the project's registry, or of another project of the platform; ``get`` finds it."""

    uuid: str
    object_uuid: str = ""
    object_type: str = "pipeline"
    project: str = ""

    @classmethod
    def get(cls, uuid: str, *_: Any, project: str = "", **__: Any) -> GlobalDataProduct:
        """The product of this name; raises RuntimeError when neither the registry nor another project has it.
        ``project`` says whose, if several share one of that name."""
        answer = ask(Ask.PRODUCT, product=uuid, project=project, compute=False)
        return cls(uuid, str(answer["pipeline"]), project=project)

    def is_outdated(self, *_: Any, **__: Any) -> bool:
        """Whether its latest value is out of date, or there is none."""
        return not self._ask()["fresh"]

    def get_outputs(self, *_: Any, **__: Any) -> dict[str, list[Any]]:
        """The latest value as it is, fresh or not: for each block the list of its outputs. Empty when there is none."""
        parts = self._ask()["parts"]
        read = context.current().read_output
        return {block: read(documents) for block, documents in parts.items()}

    def pipeline_runs(self, *_: Any, **__: Any) -> list[TriggeredRun]:
        """The run that made its latest value; older ones are not listed."""
        answer = self._ask()
        return [run_of(answer["pipeline"], answer["run"], {})] if answer["run"] else []

    def _ask(self) -> Any:
        return ask(Ask.PRODUCT, product=self.uuid, project=self.project, compute=False)


def trigger_and_check_status(global_data_product: Any, *_: Any, check_status: bool = True, **__: Any) -> TriggeredRun:
    """Have the product computed if it is out of date, and wait for that; the run that made its value.

    Whoever asks meanwhile shares the computation. It always waits, without holding a slot: ``poll_interval`` and
    ``check_status`` have no effect. Raises RuntimeError when it cannot be computed.
    """
    uuid = str(getattr(global_data_product, "uuid", global_data_product))
    project = str(getattr(global_data_product, "project", ""))
    answer = ask(Ask.PRODUCT, product=uuid, project=project, compute=True)
    return run_of(answer["pipeline"], answer["run"], {})
