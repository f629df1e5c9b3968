"""Where a month stands and who may take its next step, as pure functions over its history."""

from collections.abc import Iterable, Mapping, Sequence

from mealroute.settlement.records import Act, Due, Stage, Standing, Step, StepRecord, StreetPart


def standing(
    history: Iterable[StepRecord], parts: Mapping[str, StreetPart], *, closed: bool, dues: Sequence[Due] = ()
) -> Standing:
    """The month's standing. ``parts`` are the streets' parts as they are now, ``dues`` of a closed month its payees.

    A signature holds for exactly what was signed: where the part has changed since, the street is ``stale``.
    """
    prepared = approved = sent_back = None
    signed: dict[str, StepRecord] = {}
    for entry in sorted(history, key=lambda each: each.number):
        match entry.act:
            case Act.PREPARED:
                prepared, sent_back, signed = entry, None, {}
            case Act.SIGNED:
                signed[entry.street] = entry
            case Act.APPROVED:
                approved = entry
            case Act.SENT_BACK:
                sent_back = entry
                if entry.back_to is Step.PREPARE:
                    prepared, signed = None, {}
                elif entry.street:
                    signed.pop(entry.street, None)
                else:
                    signed = {}
            case Act.EXPLAINED | Act.PAID | Act.OBJECTED:
                pass
    if closed:
        stage = Stage.DONE if all(due.left_fen == 0 for due in dues) else Stage.TO_PAY
        return Standing(stage=stage, prepared=prepared, signed=signed, approved=approved)
    stale = tuple(street for street in parts if street in signed and signed[street].digest != parts[street].digest)
    unsigned = tuple(street for street in parts if street not in signed)
    stage = Stage.TO_PREPARE
    if prepared is not None:
        stage = Stage.TO_CHECK if stale or unsigned else Stage.TO_APPROVE
    if stage is Stage.TO_APPROVE:
        sent_back = None
    return Standing(
        stage=stage, prepared=prepared, signed=signed, unsigned=unsigned, stale=stale, approved=approved, sent_back=sent_back
    )  # fmt: skip


def other_step_of(history: Iterable[StepRecord], account_id: int, step: Step) -> StepRecord | None:
    """What this account has already done in another step of the month: whoever did it can't do ``step`` as well."""
    return next((entry for entry in history if entry.account_id == account_id and entry.step is not step), None)


def may_go_back(acting: Step, to: Step) -> bool:
    """Sending back goes to an earlier step only."""
    order = list(Step)
    return order.index(to) < order.index(acting)


def dues_of(due: Mapping[str, Mapping[str, int]], names: Mapping[str, str], paid: Mapping[tuple[str, str], int]) -> tuple[Due, ...]:  # fmt: skip
    """Payee × fund in the order of their codes; what is neither due nor paid is left out."""
    keys = {(payee, fund) for payee, funds in due.items() for fund, amount in funds.items() if amount} | set(paid)
    return tuple(
        Due(
            payee=payee, payee_name=names.get(payee, payee), fund=fund, due_fen=due.get(payee, {}).get(fund, 0),
            paid_fen=paid.get((payee, fund), 0),
        )
        for payee, fund in sorted(keys)
    )  # fmt: skip
