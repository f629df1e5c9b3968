"""The budget's arithmetic: how fast a fund is used, where its year ends, when to say so. Pure; whole fen, exact fractions."""

from collections.abc import Sequence
from fractions import Fraction

from mealroute.settlement.budget_records import Alert, BudgetPolicy, Forecast, MonthUse


def forecast(months: Sequence[MonthUse], days_left: int, policy: BudgetPolicy) -> Forecast | None:
    """Used so far + service days left × a rate: the mean of the complete months (by days), and their lowest and highest.

    Months that are not over count as used, not as a rate. None before any month is complete.
    """
    complete = [month for month in months if month.complete and month.service_days]
    if not complete:
        return None
    used = sum(month.used_fen for month in months)
    days = sum(month.service_days for month in complete)
    mean = Fraction(sum(month.used_fen for month in complete), days)
    rates = [rate for month in complete if (rate := month.rate) is not None]
    spread = len(complete) >= policy.least_months
    return Forecast(
        middle_fen=used + _whole(mean * days_left), low_fen=used + _whole(min(rates) * days_left) if spread else None,
        high_fen=used + _whole(max(rates) * days_left) if spread else None, months=len(complete), days_left=days_left,
    )  # fmt: skip


def _whole(amount: Fraction) -> int:
    """Rounded half up."""
    return int(amount + Fraction(1, 2)) if amount >= 0 else -int(-amount + Fraction(1, 2))


def alert(decided_fen: int, used_fen: int, ahead: Forecast | None, policy: BudgetPolicy) -> Alert:
    """Act: nearly used up, or even the cheapest course ends above the decision. Watch: much used, or the middle course does."""
    if decided_fen == 0:
        return Alert.NONE
    if decided_fen < 0:
        return Alert.ACT
    share = Fraction(used_fen * 1000, decided_fen)
    least = (ahead.low_fen if ahead.low_fen is not None else ahead.middle_fen) if ahead else 0
    if share >= policy.act_permille or least > decided_fen:
        return Alert.ACT
    if share >= policy.watch_permille or (ahead is not None and ahead.middle_fen > decided_fen):
        return Alert.WATCH
    return Alert.OK
