"""Online geocoders that geopy lacks: AMap (GCJ-02) and Tianditu (CGCS2000, equal to WGS-84 within a metre).

Nothing calls them unless an installation configures a key. Only the address is sent, never a name. Timeouts, proxies and tests go
through geopy's own ``timeout`` and ``adapter_factory``; errors come as geopy's, so that its RateLimiter works.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from geopy.exc import (
    GeocoderAuthenticationFailure,
    GeocoderQueryError,
    GeocoderQuotaExceeded,
    GeocoderRateLimited,
    GeocoderServiceError,
)
from geopy.geocoders.base import DEFAULT_SENTINEL, Geocoder
from geopy.location import Location

from mealroute.adapters.coordinates import Datum, to_wgs84
from mealroute.core.geo import LonLat

TIMEOUT_S = 5.0
"""geopy's default of one second is too short for batches."""

AMAP_QUOTA = frozenset({"10003", "10044", "10045", "40000", "40002"})
AMAP_RATE = frozenset({"10004", "10014", "10019", "10020", "10021", "10029"})
AMAP_KEY = frozenset({"10001", "10002", "10005", "10007", "10008", "10009", "10012", "10013"})


class AMap(Geocoder):  # type: ignore[misc]
    """https://lbs.amap.com/api/webservice/guide/api/georegeo; figures come in GCJ-02 and leave in WGS-84."""

    def __init__(self, key: str, *, city: str = "北京", timeout: float = TIMEOUT_S, **geopy_options: Any) -> None:
        super().__init__(scheme="https", timeout=timeout, **geopy_options)
        self._key, self._city = key, city

    def geocode(self, query: str, *, exactly_one: bool = True, timeout: Any = DEFAULT_SENTINEL) -> Any:
        """Geopy's Location, or a list of them; None where nothing is found."""
        asked = urlencode({"key": self._key, "address": query, "city": self._city, "output": "JSON"})
        return self._call_geocoder(
            f"{self.scheme}://restapi.amap.com/v3/geocode/geo?{asked}",
            _parser(_amap_places, exactly_one),
            timeout=timeout,
        )


class Tianditu(Geocoder):  # type: ignore[misc]
    """http://lbs.tianditu.gov.cn/server/geocodinginterface.html; figures come in CGCS2000."""

    def __init__(self, key: str, *, timeout: float = TIMEOUT_S, **geopy_options: Any) -> None:
        super().__init__(scheme="https", timeout=timeout, **geopy_options)
        self._key = key

    def geocode(self, query: str, *, exactly_one: bool = True, timeout: Any = DEFAULT_SENTINEL) -> Any:
        """Geopy's Location, or a list of them; None where nothing is found."""
        asked = urlencode({"ds": json.dumps({"keyWord": query}, ensure_ascii=False), "tk": self._key})
        return self._call_geocoder(
            f"{self.scheme}://api.tianditu.gov.cn/geocoder?{asked}",
            _parser(_tianditu_places, exactly_one),
            timeout=timeout,
        )


def lonlat(location: Location) -> LonLat:
    """Geopy writes latitude first."""
    return LonLat(location.longitude, location.latitude)


def _parser(
    places: Callable[[Mapping[str, Any]], list[Location]], exactly_one: bool
) -> Callable[[Mapping[str, Any]], Location | list[Location] | None]:
    def parse(answer: Mapping[str, Any]) -> Location | list[Location] | None:
        found = places(answer)
        if not found:
            return None
        return found[0] if exactly_one else found

    return parse


def _amap_places(answer: Mapping[str, Any]) -> list[Location]:
    if str(answer.get("status")) != "1":
        code, info = str(answer.get("infocode", "")), str(answer.get("info", ""))
        if code in AMAP_QUOTA:
            raise GeocoderQuotaExceeded(info)
        if code in AMAP_RATE:
            raise GeocoderRateLimited(info)
        if code in AMAP_KEY:
            raise GeocoderAuthenticationFailure(info)
        raise GeocoderQueryError(info) if code.startswith("2") else GeocoderServiceError(info)
    found = []
    for place in answer.get("geocodes") or []:
        lon, lat = (float(figure) for figure in place["location"].split(","))
        point = to_wgs84(lon, lat, Datum.GCJ02)
        found.append(Location(str(place.get("formatted_address", "")), (point.lat, point.lon), dict(place)))
    return found


def _tianditu_places(answer: Mapping[str, Any]) -> list[Location]:
    status = str(answer.get("status", ""))
    if status == "404" or (status in {"0", "101"} and not answer.get("location")):
        return []
    if status != "0":
        raise GeocoderServiceError(str(answer.get("msg", status)))
    place = answer["location"]
    return [Location(str(place.get("keyWord", "")), (float(place["lat"]), float(place["lon"])), dict(place))]
