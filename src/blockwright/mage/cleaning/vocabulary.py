"""The words of transformer actions, as existing blocks write them."""

from __future__ import annotations

from enum import StrEnum


class ActionType(StrEnum):
    ADD = "add"
    AVERAGE = "average"
    CLEAN_COLUMN_NAME = "clean_column_name"
    COUNT = "count"
    COUNT_DISTINCT = "count_distinct"
    CUSTOM = "custom"
    DIFF = "diff"
    DROP_DUPLICATE = "drop_duplicate"
    FILTER = "filter"
    FIRST = "first"
    FIX_SYNTAX_ERRORS = "fix_syntax_errors"
    IMPUTE = "impute"
    LAST = "last"
    MAX = "max"
    MEDIAN = "median"
    MIN = "min"
    NORMALIZE = "normalize"
    REFORMAT = "reformat"
    REMOVE = "remove"
    REMOVE_OUTLIERS = "remove_outliers"
    SELECT = "select"
    SHIFT_DOWN = "shift_down"
    SHIFT_UP = "shift_up"
    SORT = "sort"
    STANDARDIZE = "standardize"
    SUM = "sum"


class Axis(StrEnum):
    COLUMN = "column"
    ROW = "row"


class ImputationStrategy(StrEnum):
    AVERAGE = "average"
    COLUMN = "column"
    CONSTANT = "constant"
    MEDIAN = "median"
    MODE = "mode"
    NOOP = "no_action"
    RANDOM = "random"
    REMOVE_ROWS = "remove_rows"
    SEQ = "sequential"


class Operator(StrEnum):
    """What a filter may compare by."""

    CONTAINS = "contains"
    NOT_CONTAINS = "not contains"
    EQUALS = "=="
    NOT_EQUALS = "!="
    GREATER_THAN = ">"
    GREATER_THAN_OR_EQUALS = ">="
    LESS_THAN = "<"
    LESS_THAN_OR_EQUALS = "<="


class OutlierMethod(StrEnum):
    AUTO = "auto"
    ISOLATION_FOREST = "isolation_forest"
    LOF = "lof"
    TRIM = "trim"


class Reformat(StrEnum):
    CAPITALIZATION = "caps_standardization"
    CURRENCY = "currency_to_num"
    DATE = "date_format_conversion"
    TRIM = "trim"
