"""The estimator that a candidate stands for: preparation and regression in one object that takes a frame.

Only classes of scikit-learn and XGBoost are in it, so a pickled model can be loaded where this project is not.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from mlops_demo.utils.candidates import Candidate
from mlops_demo.utils.features import CATEGORICAL, NUMERIC

SEED = 20130101


def make_estimator(candidate: Candidate) -> Pipeline:
    """The untrained estimator; ValueError for a family that does not exist."""
    parameters = candidate["parameters"]
    match candidate["family"]:
        case "ridge":
            return make_pipeline(_scaled(), Ridge(solver="lsqr", random_state=SEED, **parameters))
        case "hist_gradient_boosting":
            return make_pipeline(_coded(), _hist_gradient_boosting(parameters))
        case "xgboost":
            return make_pipeline(_coded(), _xgboost(parameters))
        case unknown:
            raise ValueError(f"Candidate {candidate['name']} has the unknown family {unknown!r}.")


def _hist_gradient_boosting(parameters: dict[str, Any]) -> RegressorMixin:
    columns = list(range(len(CATEGORICAL)))
    return HistGradientBoostingRegressor(categorical_features=columns, random_state=SEED, **parameters)


def _xgboost(parameters: dict[str, Any]) -> RegressorMixin:
    """One thread: the candidates train side by side, each in a process of its own."""
    from xgboost import XGBRegressor

    return XGBRegressor(n_jobs=1, tree_method="hist", random_state=SEED, **parameters)


def _coded() -> ColumnTransformer:
    """For trees: categories as numbers, those never seen in training as -1, which trees treat like any other."""
    codes = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, dtype=np.float64)
    return ColumnTransformer([("categories", codes, CATEGORICAL), ("numbers", "passthrough", NUMERIC)])


def _scaled() -> ColumnTransformer:
    """For linear models: categories as indicators, numbers with gaps filled and brought to one scale."""
    numbers = make_pipeline(SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler())
    indicators = OneHotEncoder(handle_unknown="ignore")
    return ColumnTransformer([("categories", indicators, CATEGORICAL), ("numbers", numbers, NUMERIC)])
