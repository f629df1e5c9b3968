"""Who has to be called or visited on a day so that nobody goes unseen for too long. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from mealroute.core.clock import at_seconds
from mealroute.welfare.records import CallMeans, Need, Person, Sight, SilenceRules, Way, Why

Meetings = Mapping[date, frozenset[int]]
"""Day → who is expected to be met that day with a meal."""


def until(person: Person, sight: Sight | None, rules: SilenceRules, zone: ZoneInfo) -> datetime:
    """When the longest time is over; for somebody whom nobody ever saw it runs from the day on which they came into service."""
    last = sight.at if sight is not None else at_seconds(person.since, 0, zone)
    return last + timedelta(hours=rules.longest_hours)


def call_by(deadline: datetime, rules: SilenceRules, zone: ZoneInfo) -> datetime:
    """The last decent moment before the deadline: within the hours of the day, in the evening before where it falls into the night."""
    local = deadline.astimezone(zone)
    begins, ends = at_seconds(local.date(), rules.from_s, zone), at_seconds(local.date(), rules.to_s, zone)
    if deadline < begins:
        return at_seconds(local.date() - timedelta(days=1), rules.to_s, zone)
    return min(deadline, ends)


def soonest(now: datetime, rules: SilenceRules, zone: ZoneInfo) -> datetime:
    """By when somebody can have rung who begins now: within an hour, by night an hour after the morning's first."""
    today = now.astimezone(zone).date()
    begins, ends = at_seconds(today, rules.from_s, zone), at_seconds(today, rules.to_s, zone)
    hour = timedelta(hours=1)
    if now < begins:
        return begins + hour
    if now + hour > ends:
        return begins + timedelta(days=1) + hour
    return now + hour


def means_of(person: Person, rules: SilenceRules) -> CallMeans:
    """Ring where that counts and there is a number; else knock."""
    return CallMeans.CALL if person.has_phone and Way.CALL in rules.counts else CallMeans.KNOCK


def needs(
    people: Iterable[Person],
    sights: Mapping[int, Sight],
    meetings: Meetings,
    rules_of: Mapping[str, SilenceRules],
    *,
    served: Collection[date],
    days: Sequence[date],
    now: datetime,
    zone: ZoneInfo,
) -> tuple[Need, ...]:
    """What is needed on these days, the first of which is today; each person once, on the day on which it is due.

    Nobody is called who will be met with a meal before the time is over: a meeting on the day on which it ends counts, for it may be that
    very hour. A meeting that then fails opens a case of its own.
    """
    found = []
    for person in people:
        rules = rules_of[person.street_code]
        if person.pause in rules.pauses_without_calls:
            continue
        deadline = until(person, sights.get(person.resident_id), rules, zone)
        due = max(call_by(deadline, rules, zone), soonest(now, rules, zone))
        day = max(due.astimezone(zone).date(), days[0])
        if day > days[-1]:
            continue
        before = [each for each in days if each <= max(day, deadline.astimezone(zone).date())]
        if any(person.resident_id in meetings.get(each, frozenset()) for each in before):
            continue
        found.append(
            Need(
                resident_id=person.resident_id, street_code=person.street_code, day=day, due_at=due, until=deadline,
                means=means_of(person, rules), why=_why(person, sights, served, day),
            )
        )  # fmt: skip
    return tuple(sorted(found, key=lambda need: (need.day, need.due_at, need.street_code, need.resident_id)))


def _why(person: Person, sights: Mapping[int, Sight], served: Collection[date], day: date) -> Why:
    if person.pause is not None:
        return Why.PAUSE
    if day not in served:
        return Why.NO_SERVICE
    return Why.NOT_SEEN if person.resident_id not in sights else Why.NO_ORDER
