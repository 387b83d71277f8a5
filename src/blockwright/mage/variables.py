"""Outputs of blocks and variables of pipelines, as Mage's ``variable_manager`` gives them."""

from __future__ import annotations

from typing import Any, NoReturn

from blockwright.mage import pipeline_files
from blockwright.mage.asking import ask
from blockwright.sdk import context
from blockwright.wire.messages import Ask


class SerializationError(ValueError):
    """A variable's value cannot stand in a YAML file and come back the same."""


def get_variable(
    pipeline_uuid: str,
    block_uuid: str,
    variable_uuid: str | None = None,
    key: str | None = None,
    partition: str | int | None = None,
    raise_exception: bool = False,
    run: int | None = None,
    version: int | str | None = None,
    alias: str | None = None,
    **_: Any,
) -> Any:
    """An output of a block: ``output_0`` (or ``df``) is the first. By default of its latest completed run.

    ``run`` is the id of one run; as ``partition`` only this very run's own is known. ``version`` is one of the
    catalogue (its number, ``newest``, ``current``), ``alias`` the name that somebody gave to one. A missing output
    gives an empty frame and a printed line, or raises RuntimeError with ``raise_exception``.
    """
    name = variable_uuid or key or "output_0"
    place = _place(name)
    details: dict[str, Any] = {"pipeline": pipeline_uuid, "block": block_uuid, "name": f"output_{place}"}
    details |= _which(run if run is not None else _run_of(partition), version, alias)
    try:
        documents = ask(Ask.OUTPUT, **details)
        values = context.current().read_output(documents)
        return values[place] if documents[0].get("spread") else values[0]
    except (RuntimeError, IndexError) as error:
        if raise_exception or context.maybe() is None:
            raise
        print(f"There is no output `{name}` of block `{block_uuid}` in pipeline `{pipeline_uuid}`: {error}")
        import pandas as pd

        return pd.DataFrame()


def get_global_variable(pipeline_uuid: str, key: str) -> Any:
    """The value of a variable in the pipeline's ``metadata.yaml``, or None."""
    return get_global_variables(pipeline_uuid).get(key)


def get_global_variables(
    pipeline_uuid: str,
    pipeline: Any = None,
    context_data: Any = None,
    repo_path: str | None = None,
    variables_dir: str | None = None,
) -> dict[str, Any]:
    """All variables in the pipeline's ``metadata.yaml``; outside of a block the file is read directly."""
    current = context.maybe()
    if current is None or current.channel is None:
        return dict(pipeline_files.read(pipeline_uuid).get("variables") or {})
    return dict(ask(Ask.VARIABLES, pipeline=pipeline_uuid))


def set_global_variable(pipeline_uuid: str, key: str, value: Any, repo_path: str | None = None) -> None:
    """Write a variable into the pipeline's ``metadata.yaml``; runs that have started keep their own value.

    Raises SerializationError for a value that YAML does not give back the same (a tuple, a frame, an object).
    """
    _check_yaml(key, value)
    ask(Ask.SET_VARIABLE, pipeline=pipeline_uuid, name=key, value=value)


def delete_global_variable(pipeline_uuid: str, key: str, repo_path: str | None = None) -> NoReturn:
    """Refused: remove the line from the pipeline's file."""
    raise PermissionError(
        f"A block cannot remove the variable `{key}`. Delete it from pipelines/{pipeline_uuid}/metadata.yaml."
    )


class VariableManager:
    """Mage's object around the functions above; it reads, it does not write."""

    def __init__(self, repo_path: str | None = None, variables_dir: str | None = None, **_: Any) -> None:
        self.repo_path = repo_path
        self.variables_dir = variables_dir

    def get_variable(self, pipeline_uuid: str, block_uuid: str, variable_uuid: str, **options: Any) -> Any:
        """See ``get_variable``."""
        return get_variable(pipeline_uuid, block_uuid, variable_uuid, **options)

    def get_variables_by_block(self, pipeline_uuid: str, block_uuid: str, **_: Any) -> list[str]:
        """The names of the block's outputs in its latest completed run."""
        documents = ask(Ask.OUTPUT, pipeline=pipeline_uuid, block=block_uuid)
        return [str(document["name"]) for document in documents]

    def get_variables_by_pipeline(self, pipeline_uuid: str, **_: Any) -> dict[str, list[str]]:
        """The names of the outputs of every block of the pipeline that has any."""
        found: dict[str, list[str]] = {}
        for entry in pipeline_files.read(pipeline_uuid).get("blocks") or []:
            try:
                found[entry["uuid"]] = self.get_variables_by_block(pipeline_uuid, entry["uuid"])
            except RuntimeError:
                continue  # it has not run
        return found

    def add_variable(self, *_: Any, **__: Any) -> NoReturn:
        """Refused: what a block returns is its output, and nobody changes it afterwards."""
        raise PermissionError("Outputs cannot be written from outside. Return the value from the block.")

    def clean_variables(self, *_: Any, **__: Any) -> NoReturn:
        """Refused: old outputs are removed by the project's retention."""
        raise PermissionError("Old outputs are removed by the retention settings of the project.")


def _place(name: str) -> int:
    """The position of an output: ``output_3`` is 3; ``df`` and ``output`` are the first."""
    word, _, number = name.rpartition("_")
    if word == "output" and number.isdecimal():
        return int(number)
    if name in ("df", "output"):
        return 0
    raise ValueError(f"There is no output `{name}`; outputs are named output_0, output_1 …")


def _which(run: int | None, version: int | str | None, alias: str | None) -> dict[str, Any]:
    given = {"run": run, "version": version, "alias": alias}
    said = {name: value for name, value in given.items() if value is not None}
    if len(said) > 1:
        raise ValueError(f"Give only one of {', '.join(said)}: each says which result is meant.")
    if alias is not None and not str(alias).strip("0123456789"):
        raise ValueError(f"`{alias}` is no alias; the number of a version is given as `version`.")
    return {"version" if name == "alias" else name: value for name, value in said.items()}


def _run_of(partition: str | int | None) -> int | None:
    if partition is None or isinstance(partition, int):
        return partition
    current = context.current()
    if str(partition) == str(current.variables.get("execution_partition")) and current.run is not None:
        return current.run
    raise ValueError(
        f"The partition `{partition}` is not that of this run. Pass run=<the id of the run>, for example "
        "`trigger_pipeline(…).id`, or leave it out for the latest completed run."
    )


def _check_yaml(key: str, value: Any) -> None:
    import yaml

    try:
        same = bool(yaml.safe_load(yaml.safe_dump(value)) == value)
    except (yaml.YAMLError, ValueError, TypeError):
        same = False
    if not same:
        raise SerializationError(
            f"Variable `{key}`: a {type(value).__name__} cannot be kept in metadata.yaml. Use text, numbers, "
            "booleans, dates, lists and maps."
        )
