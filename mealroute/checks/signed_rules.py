"""The check of signed persons who are not there: a site is paid by their number."""

from collections import Counter
from collections.abc import Iterator

from mealroute.checks.facts import World
from mealroute.checks.records import Found, Limits
from mealroute.checks.tally import Tally

NAMED_IN_EVIDENCE = 40


def signed_not_there(_tally: Tally, world: World, limits: Limits) -> Iterator[Found]:
    """30. A site claims for signed persons of whom several died, moved away or went to live in an institution long ago, or are signed elsewhere too.

    One or two whose paper has not been ended yet are a slow desk.
    """
    for site in world.signed:
        if len(site.wrong) < limits["persons"] or len(site.wrong) * 1000 < site.counted * limits["share_permille"]:
            continue
        of = Counter(site.wrong.values())
        people = sorted(site.wrong)[:NAMED_IN_EVIDENCE]
        yield Found(
            subject=f"site/{site.station}/{site.rule}/signed", vendor=site.vendor, street=site.street,
            evidence=(("station", site.station), *(("resident", str(number)) for number in people)),
            params={
                "who": site.station, "count": site.counted, "n": len(site.wrong), "gone": of["deceased"] + of["moved"], "inside": of["institution"],
                "twice": of["twice"],
            },
        )  # fmt: skip
