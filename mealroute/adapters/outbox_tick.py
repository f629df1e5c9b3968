"""The tick of the outbox: what is due goes to its gateway. Restarts, kills and two processes at once send nothing twice."""

import logging

from mealroute.adapters.notify import Message, gateway_for
from mealroute.adapters.notify_file import FileGateway
from mealroute.core import outbox
from mealroute.core.clock import Clock
from mealroute.core.config import Settings
from mealroute.core.db import unit_of_work
from mealroute.core.outbox import Claimed

log = logging.getLogger(__name__)

BATCH = 20
"""So many a tick: a slow gateway delays other ticks by no more than their timeouts."""


def tick(*, clock: Clock, settings: Settings | None = None) -> None:
    """Hand over what is due. Each message is claimed, sent and answered in transactions of its own."""
    with unit_of_work(read_only=True) as db:
        if not outbox.anything_due(db, clock.now()):
            return
    found = settings or Settings.from_env()
    FileGateway(found.instance_dir / "outbox").sweep(clock.now().timestamp())
    for _turn in range(BATCH):
        with unit_of_work() as db:
            claimed = outbox.claim(db, now=clock.now(), limit=1)
        if not claimed:
            return
        _deliver(claimed[0], clock=clock, settings=found)


def _deliver(message: Claimed, *, clock: Clock, settings: Settings) -> None:
    gateway = gateway_for(message.channel, settings)
    if message.again and not gateway.once:
        result = "uncertain"
    else:
        try:
            result = gateway.send(
                Message(message.natural_key, message.channel, message.to_name, message.phone, message.text)
            )
        except TimeoutError:
            result = "timeout" if gateway.once else "uncertain"
        except Exception as error:  # noqa: BLE001 -- a gateway is somebody else's program: its faults must not stop the others
            log.warning("gateway failed", extra={"gateway": gateway.name, "error": type(error).__name__})
            result = "failed"
    with unit_of_work() as db:
        outbox.answered(db, message.id, by_name=gateway.name, result=result, now=clock.now())
