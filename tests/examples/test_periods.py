from pathlib import Path

import pandas as pd
import pytest
from mlops_demo.utils.flights import TARGET
from mlops_demo.utils.history import HISTORY_DAYS
from mlops_demo.utils.periods import flights_as_known, period
from mlops_demo.utils.predictions import predict_period

from tests.examples.tables import features_of, raw_flight, raw_flights, raw_weather


@pytest.mark.parametrize(
    ("month", "day", "first", "last", "name"),
    [
        (12, 24, "2013-12-24", "2013-12-24", "2013-12-24"),
        ("12", "24", "2013-12-24", "2013-12-24", "2013-12-24"),
        (2, None, "2013-02-01", "2013-02-28", "2013-02"),
        (2, "", "2013-02-01", "2013-02-28", "2013-02"),
        (2, 0, "2013-02-01", "2013-02-28", "2013-02"),
    ],
)
def test_a_day_or_a_month(month: object, day: object, first: str, last: str, name: str) -> None:
    wanted = period(month, day)
    assert (wanted.first, wanted.last, wanted.name) == (pd.Timestamp(first), pd.Timestamp(last), name)


@pytest.mark.parametrize(("month", "day"), [(2, 30), (13, 1), (0, None), ("May", 1), (None, None), (5, "1st")])
def test_what_is_no_day_is_refused_by_name(month: object, day: object) -> None:
    with pytest.raises(ValueError, match=r"is no day of 2013; give month 1 to 12"):
        period(month, day)


@pytest.fixture
def source(tmp_path: Path) -> str:
    """A folder with one flight on each day from January to March."""
    days = pd.date_range("2013-01-01", "2013-03-31")
    raw_flights(*(raw_flight(f"{day:%Y-%m-%d}") for day in days)).to_csv(tmp_path / "flights.csv", index=False)
    return str(tmp_path)


def test_only_the_needed_days_and_only_known_outcomes_are_loaded(source: str) -> None:
    flights = flights_as_known(period(3, 15), source)
    assert flights["service_day"].min() == pd.Timestamp("2013-03-15") - pd.Timedelta(days=HISTORY_DAYS)
    assert flights["service_day"].max() == pd.Timestamp("2013-03-15")
    assert flights.loc[flights[TARGET].notna(), "service_day"].max() == pd.Timestamp("2013-03-13")


def test_the_beginning_of_the_year_has_what_history_there_is(source: str) -> None:
    flights = flights_as_known(period(1, 2), source)
    assert flights["service_day"].tolist() == [pd.Timestamp("2013-01-01"), pd.Timestamp("2013-01-02")]
    assert flights[TARGET].isna().all()


def test_a_folder_that_does_not_exist_is_named() -> None:
    with pytest.raises(FileNotFoundError, match="nowhere/at/all, does not exist"):
        flights_as_known(period(1, 2), "nowhere/at/all")


def test_a_folder_without_flights_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"holds neither flights\.csv nor flights\.csv\.zip"):
        flights_as_known(period(1, 2), str(tmp_path))


class Constant:
    """A model that always says the same."""

    def predict(self, rows: pd.DataFrame) -> list[float]:
        return [7.0] * len(rows)


def test_only_the_period_is_predicted_and_each_row_says_by_which_model() -> None:
    features = features_of(raw_flights(raw_flight("2013-03-14"), raw_flight("2013-03-15")), raw_weather())
    published = {"version": "v1", "features": ["distance"], "model": Constant()}
    predictions = predict_period(published, features, period(3, 15))
    assert predictions[["predicted_delay", "model_version"]].to_numpy().tolist() == [[7.0, "v1"]]
    assert predictions["departure_minute"].dtype == "int64"
    assert TARGET not in predictions


def test_a_period_without_flights_is_named() -> None:
    features = features_of(raw_flights(raw_flight("2013-03-14")), raw_weather())
    with pytest.raises(ValueError, match="There is no flight in 2013-05"):
        predict_period({"version": "v1", "features": [], "model": Constant()}, features, period(5))
