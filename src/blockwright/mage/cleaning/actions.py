"""Transformer actions: one description (a dict, as block files keep it), one frame in, one frame out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from blockwright.mage.cleaning import aggregations, columns, imputation, rows
from blockwright.mage.cleaning.column_types import ColumnType, infer_column_types
from blockwright.mage.cleaning.descriptions import Action
from blockwright.mage.cleaning.vocabulary import ActionType, Axis

if TYPE_CHECKING:
    from pandas import DataFrame


class BaseAction:
    """``BaseAction(build_transformer_action(…)).execute(frame)``."""

    def __init__(self, action_config: Mapping[str, Any]) -> None:
        self.action = dict(action_config)
        self._parsed = _parse(self.action)

    def execute(self, df: DataFrame, **_: Any) -> DataFrame:
        """The frame after the action; ``df`` itself is not changed. An empty frame is given back as it is.

        Raises ValueError naming columns that are not there, and FilterError for a condition that cannot be used.
        """
        if df.empty:
            return df
        _check_columns(self._parsed, df)
        return _ACTIONS[self._parsed.axis, self._parsed.type](df, self._parsed)


def build_transformer_action(
    df: DataFrame,
    action_type: ActionType | str,
    arguments: Iterable[str] | None = None,
    action_code: str = "",
    options: Mapping[str, Any] | None = None,
    axis: Axis | str = Axis.COLUMN,
    outputs: Sequence[Any] | None = None,
) -> dict[str, Any]:
    """The description of an action, with the detected types of the columns that it names as its variables."""
    names = [] if arguments is None else list(arguments)  # Mage's templates hand in `df.columns`, which has no truth
    types = infer_column_types(df[[name for name in names if name in df.columns]])
    return {
        "action_type": ActionType(str(action_type)),
        "axis": Axis(str(axis)),
        "action_code": action_code,
        "action_arguments": names,
        "action_options": dict(options or {}),
        "action_variables": {
            str(place): {"type": "feature", "feature": {"uuid": name, "column_type": types[name]}}
            for place, name in enumerate(names)
            if name in types
        },
        "outputs": list(outputs or []),
    }


def _parse(action: Mapping[str, Any]) -> Action:
    kind, axis = ActionType(str(action["action_type"])), Axis(str(action.get("axis") or Axis.COLUMN))
    if (axis, kind) not in _ACTIONS:
        raise ValueError(f"There is no action `{kind}` on the axis `{axis}`.")
    features = [entry.get("feature") or {} for entry in (action.get("action_variables") or {}).values()]
    return Action(
        type=kind,
        axis=axis,
        arguments=list(action.get("action_arguments") or []),
        options=action.get("action_options") or {},
        code=str(action.get("action_code") or ""),
        outputs=action.get("outputs") or (),
        column_types={entry["uuid"]: ColumnType(str(entry["column_type"])) for entry in features if entry},
    )


def _check_columns(action: Action, frame: DataFrame) -> None:
    groups = action.options.get("groupby_columns") or []
    constant = action.type is ActionType.ADD and not (action.options.get("operator") or action.options.get("udf"))
    missing = [name for name in [*([] if constant else action.arguments), *groups] if name not in frame.columns]
    if missing:
        raise ValueError(
            f"The action `{action.type}` names columns that are not there: {', '.join(map(str, missing))}. "
            f"There are {', '.join(map(str, frame.columns))}."
        )


def _custom(frame: DataFrame, action: Action) -> DataFrame:
    """Run the action's own program, in which the frame is called ``df``; what ``df`` is afterwards is the result."""
    names: dict[str, Any] = {"df": frame.copy()}
    # The project's own code, in the project's own block process: no other rights than the block around it has.
    exec(compile(action.code, "<action_code>", "exec"), names)
    result: DataFrame = names["df"]
    return result


_ACTIONS: Mapping[tuple[Axis, ActionType], Callable[[DataFrame, Action], DataFrame]] = {
    (Axis.COLUMN, ActionType.ADD): aggregations.add,
    (Axis.COLUMN, ActionType.AVERAGE): aggregations.aggregate,
    (Axis.COLUMN, ActionType.COUNT): aggregations.aggregate,
    (Axis.COLUMN, ActionType.COUNT_DISTINCT): aggregations.aggregate,
    (Axis.COLUMN, ActionType.FIRST): aggregations.aggregate,
    (Axis.COLUMN, ActionType.LAST): aggregations.aggregate,
    (Axis.COLUMN, ActionType.MAX): aggregations.aggregate,
    (Axis.COLUMN, ActionType.MEDIAN): aggregations.aggregate,
    (Axis.COLUMN, ActionType.MIN): aggregations.aggregate,
    (Axis.COLUMN, ActionType.SUM): aggregations.aggregate,
    (Axis.COLUMN, ActionType.DIFF): aggregations.difference,
    (Axis.COLUMN, ActionType.SHIFT_DOWN): aggregations.shift_down,
    (Axis.COLUMN, ActionType.SHIFT_UP): aggregations.shift_up,
    (Axis.COLUMN, ActionType.CLEAN_COLUMN_NAME): columns.clean_names,
    (Axis.COLUMN, ActionType.FIX_SYNTAX_ERRORS): columns.fix_syntax_errors,
    (Axis.COLUMN, ActionType.IMPUTE): imputation.impute,
    (Axis.COLUMN, ActionType.NORMALIZE): columns.normalize,
    (Axis.COLUMN, ActionType.STANDARDIZE): columns.standardize,
    (Axis.COLUMN, ActionType.REFORMAT): columns.reformat,
    (Axis.COLUMN, ActionType.REMOVE): columns.remove,
    (Axis.COLUMN, ActionType.SELECT): columns.select,
    (Axis.COLUMN, ActionType.REMOVE_OUTLIERS): columns.remove_outliers,
    (Axis.COLUMN, ActionType.CUSTOM): _custom,
    (Axis.ROW, ActionType.CUSTOM): _custom,
    (Axis.ROW, ActionType.DROP_DUPLICATE): rows.drop_duplicate,
    (Axis.ROW, ActionType.FILTER): rows.keep_matching,
    (Axis.ROW, ActionType.REMOVE): rows.remove,
    (Axis.ROW, ActionType.SORT): rows.sort,
}
"""Every action that there is, by axis and type."""
