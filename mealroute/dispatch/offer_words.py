"""Sentences about offers: why a vendor stands where it does, why another is not asked, and what happened to a run."""

from collections.abc import Mapping

from mealroute.core.i18n import _
from mealroute.dispatch.offer_records import DISTRICT, EventKind, Excluded, RunEventRecord, Why


def vendor_name(code: str, names: Mapping[str, str]) -> str:
    """The vendor as people call it; the district where a volunteer drives."""
    return _("Volunteers of the district") if code == DISTRICT else names.get(code, code)


def why_text(why: Why) -> str:
    """One reason for a place in the order."""
    match why.code:
        case "held-before":
            return _("had this run before the change")
        case "in-plan":
            return _("its driver and vehicle are in the plan")
        case "contract":
            return _("contract with %(n)d of %(of)d streets", n=why.n, of=why.of)
        case "area":
            return _("%(n)d of %(of)d streets in its area", n=why.n, of=why.of)
        case "supply":
            return _("supply mode %(n)d in the order of preference", n=why.n)
        case "free":
            return _("%(n)d of %(of)d portions free", n=why.n, of=why.of)
        case "score":
            return _("last score %(n)d", n=why.n)
        case "crew":
            return _("%(n)d drivers free at that time", n=why.n)
        case _:
            return why.code


def excluded_text(out: Excluded) -> str:
    """Why a vendor is not asked."""
    match out.code:
        case "blocked":
            return out.sentence
        case "asked-before":
            return _("had this run and did not take it")
        case "diet":
            return _("may not carry a diet that is on the run")
        case "capacity":
            return _("has not enough portions free")
        case "no-crew":
            return _("no driver of its own is free at that time")
        case "no-halal-vehicle":
            return _("has no vehicle marked for halal meals")
        case _:
            return out.code


def event_text(event: RunEventRecord, names: Mapping[str, str]) -> str:
    """One event as a sentence; who and when stand beside it."""
    vendor = vendor_name(event.vendor_code, names)
    match event.kind:
        case EventKind.OFFERED:
            return _("Offered to %(vendor)s", vendor=vendor)
        case EventKind.ACCEPTED:
            return _("%(vendor)s took it", vendor=vendor)
        case EventKind.DECLINED:
            return _("%(vendor)s declined", vendor=vendor)
        case EventKind.LAPSED:
            return _("%(vendor)s did not answer in time", vendor=vendor)
        case EventKind.TAKEN_BACK:
            return _("Taken back from %(vendor)s", vendor=vendor)
        case EventKind.ENDED:
            return _("Ended with the plan")
        case EventKind.NOBODY:
            near = event.detail.get("why") == "too-near"
            return _("Loading is too near to wait for an answer") if near else _("Nobody is left to be asked")
        case EventKind.CARRIED_OVER:
            return _("%(vendor)s keeps it: nothing material has changed", vendor=vendor)
        case EventKind.VENDOR_BLOCKED:
            return _("%(vendor)s may not work any more", vendor=vendor)
        case EventKind.STAYS:
            return _("Stays with its driver")
        case EventKind.CREW:
            driver, vehicle = event.detail.get("driver", ""), event.detail.get("vehicle", "")
            return _("Driver %(driver)s, vehicle %(vehicle)s", driver=driver, vehicle=vehicle or "–")
