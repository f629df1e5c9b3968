from pathlib import Path

import pytest

from mealroute.adapters import networks
from mealroute.core.config import Settings
from mealroute.core.errors import MealrouteError
from tests.unit.adapters.conftest import WriteTown, north_of

STREET = {"highway": "residential", "name": "史家胡同"}
ENDS = [north_of(0), north_of(500)]


def settings(tmp_path: Path) -> Settings:
    return Settings.from_env({"MEALROUTE_INSTANCE_DIR": str(tmp_path / "instance")})


def test_a_network_brought_in_is_used_and_can_be_drawn(tmp_path: Path, write_town: WriteTown) -> None:
    here = settings(tmp_path)
    assert networks.current(here) is None
    assert networks.travel_of(here).matrix(ENDS, "van").estimated_pairs == 2
    record = networks.install(write_town({1: ENDS[0], 2: ENDS[1]}, [((1, 2), STREET)]), here)
    assert networks.current(here) == record
    assert record.usable_km == {"ebike": 0.5, "van": 0.5, "foot": 0.5}
    assert networks.travel_of(here).matrix(ENDS, "van").estimated_pairs == 0
    assert [line.name for line in networks.road_lines(here)] == ["史家胡同"]


def test_bringing_it_in_twice_changes_nothing_and_a_new_one_takes_over(tmp_path: Path, write_town: WriteTown) -> None:
    here = settings(tmp_path)
    first = write_town({1: ENDS[0], 2: ENDS[1]}, [((1, 2), STREET)])
    assert networks.install(first, here) == networks.install(first, here)
    old = networks.travel_of(here).network_id("van")
    networks.install(write_town({1: ENDS[0], 2: north_of(800)}, [((1, 2), STREET)], name="new.osm.pbf"), here)
    assert networks.travel_of(here).network_id("van") != old


def test_a_bad_file_leaves_the_network_in_use_as_it_is(tmp_path: Path, write_town: WriteTown) -> None:
    here = settings(tmp_path)
    record = networks.install(write_town({1: ENDS[0], 2: ENDS[1]}, [((1, 2), STREET)]), here)
    text, broken = tmp_path / "roads.xlsx", tmp_path / "broken.osm.pbf"
    text.write_bytes(b"PK")
    broken.write_bytes(b"cut")
    for file, code in (
        (text, "roads-not-osm"),
        (broken, "roads-unreadable"),
        (tmp_path / "none.osm.pbf", "roads-not-osm"),
    ):
        with pytest.raises(MealrouteError) as refusal:
            networks.install(file, here)
        assert refusal.value.code == code
    assert networks.current(here) == record
