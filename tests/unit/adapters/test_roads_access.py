import pytest

from mealroute.adapters.roads_access import speeds
from mealroute.adapters.roads_profiles import load_profiles, profile_named

EBIKE, VAN, FOOT = (profile_named(name) for name in ("ebike", "van", "foot"))


def test_a_plain_street_is_open_both_ways_at_its_class_speed() -> None:
    assert speeds({"highway": "residential"}, VAN) == (13.0, 13.0)


def test_a_one_way_street_is_closed_backwards_to_wheels_and_open_to_feet() -> None:
    tags = {"highway": "residential", "oneway": "yes"}
    assert speeds(tags, VAN) == (13.0, 0.0)
    assert speeds(tags, EBIKE) == (13.0, 0.0)
    assert speeds(tags, FOOT) == (4.2, 4.2)


def test_minus_one_turns_the_direction_round() -> None:
    assert speeds({"highway": "primary", "oneway": "-1"}, VAN) == (0.0, 26.0)


@pytest.mark.parametrize(
    "extra", [{"oneway:bicycle": "no"}, {"cycleway": "opposite_lane"}, {"cycleway:left:oneway": "no"}]
)
def test_e_bikes_may_go_against_the_one_way_where_bicycles_may(extra: dict[str, str]) -> None:
    tags = {"highway": "residential", "oneway": "yes"} | extra
    assert speeds(tags, EBIKE) == (13.0, 13.0)
    assert speeds(tags, VAN) == (13.0, 0.0)


@pytest.mark.parametrize("tags", [{"junction": "roundabout", "highway": "primary"}, {"highway": "motorway"}])
def test_roundabouts_and_motorways_are_one_way_without_saying_so(tags: dict[str, str]) -> None:
    forward, backward = speeds(tags, VAN)
    assert forward > 0
    assert backward == 0


def test_motorways_are_closed_to_e_bikes_and_footways_to_vans() -> None:
    assert speeds({"highway": "motorway"}, EBIKE) == (0.0, 0.0)
    assert speeds({"highway": "footway"}, VAN) == (0.0, 0.0)


def test_the_most_specific_access_tag_decides() -> None:
    tags = {"highway": "service", "access": "private", "bicycle": "yes"}
    assert speeds(tags, VAN) == (0.0, 0.0)
    assert speeds(tags, EBIKE) == (10.0, 10.0)
    assert speeds({"highway": "residential", "motor_vehicle": "no"}, VAN) == (0.0, 0.0)


def test_a_footway_opened_to_bicycles_is_ridden_slowly_and_dismounting_is_walking() -> None:
    assert speeds({"highway": "footway", "bicycle": "designated"}, EBIKE) == (8.0, 8.0)
    assert speeds({"highway": "footway", "bicycle": "dismount"}, EBIKE) == (4.0, 4.0)


def test_general_access_opens_no_footpath_to_a_van() -> None:
    assert speeds({"highway": "footway", "access": "yes"}, VAN) == (0.0, 0.0)


def test_a_lower_speed_limit_is_kept_and_nonsense_is_ignored() -> None:
    assert speeds({"highway": "primary", "maxspeed": "20"}, VAN) == (20.0, 20.0)
    assert speeds({"highway": "primary", "maxspeed": "10 mph"}, VAN) == pytest.approx((16.09344, 16.09344))
    assert speeds({"highway": "primary", "maxspeed": "walk"}, VAN) == (26.0, 26.0)


def test_every_profile_has_a_digest_of_its_own() -> None:
    assert len({profile.digest for profile in load_profiles().values()}) == 3


def test_an_unknown_profile_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="there are ebike, van, foot"):
        profile_named("tram")
