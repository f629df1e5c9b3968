"""Who reaches what: the scope of rows that hang on a run."""

from __future__ import annotations

from mealroute.core.actor import Scope

NOBODY: frozenset[str] = frozenset()


def test_a_driver_reaches_people_by_the_run_and_not_by_the_street() -> None:
    driver = Scope(streets=NOBODY, driver="D11")
    assert not driver.sees_street("110101005")
    assert driver.through_runs() == Scope(driver="D11")


def test_a_street_stays_a_street_on_the_road_as_well() -> None:
    street = Scope(streets=frozenset({"110101005"}))
    assert street.through_runs() == street
    assert Scope(streets=NOBODY).through_runs() == Scope(streets=NOBODY)
