"""What an attempt finds when it begins to work: its spec, its channel, its logger, the values of others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from blockwright import codecs
from blockwright.runner.arguments import Call
from blockwright.runner.block_logger import BlockLogger
from blockwright.runner.channel import BlockChannel
from blockwright.runner.display import Frames
from blockwright.runner.values_at_hand import ValuesAtHand
from blockwright.sdk.context import BlockContext
from blockwright.wire import values
from blockwright.wire.documents import load
from blockwright.wire.messages import Ask
from blockwright.wire.outputs import Output
from blockwright.wire.specs import AttemptSpec


def plain_call(function: Callable[..., Any], call: Call) -> Any:
    return call.of(function)


@lru_cache(maxsize=8)
def folder(path: str) -> Path:
    """The same for each attempt of a session: taking a path apart costs more than a look-up."""
    return Path(path)


@dataclass
class Workplace:
    """``context`` is what block code gets as ``kwargs['context']``: a dict that the blocks of one process share.

    ``invoke`` calls the block's function, ``on_error`` is told of its exception while its frames are there: the two
    places where a debugger steps in.
    """

    spec: AttemptSpec
    channel: BlockChannel
    logger: BlockLogger
    frames: Frames
    values: ValuesAtHand
    context: dict[str, Any] = field(default_factory=dict)
    invoke: Callable[[Callable[..., Any], Call], Any] = plain_call
    on_error: Callable[[BaseException], None] | None = None

    @cached_property
    def store(self) -> Path:
        return folder(self.spec.store)

    def variables(self) -> dict[str, Any]:
        """The user's variables as they were written."""
        return {name: values.decode(value) for name, value in self.spec.variables.items()}

    def block_context(self) -> BlockContext:
        """What the ``mage_ai`` names and connectors may ask."""
        spec = self.spec
        return BlockContext(
            project=spec.project.name,
            root=spec.project.root,
            platform_root=spec.project.platform_root,
            pipeline=spec.pipeline,
            block=spec.block,
            run=spec.run,
            variables=self.variables(),
            channel=self.channel,
            block_run=spec.block_run,
            data=str(self.store.parent),
            read_output=self.read_documents,
            hand_in_model=self.hand_in_model,
        )

    def read_documents(self, documents: list[dict[str, Any]]) -> list[Any]:
        """The values of outputs as an answer of the engine describes them."""
        return codecs.read_outputs([load(Output, document) for document in documents], store=self.store)

    def hand_in_model(self, name: str, model: Any, facts: dict[str, Any], data: tuple[Any, Any]) -> Any:
        """Store a model and have the engine register it; see ``sdk.models.register_model``."""
        from blockwright.runner.model_files import handed_in  # few blocks make a model

        told = handed_in(name, model, facts, data, self.store, self.spec.durable)
        return self.channel.ask(Ask.REGISTER_MODEL, **told)
