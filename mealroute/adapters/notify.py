"""One interface for whatever carries a message to somebody's phone; which one is used follows from the settings."""

from dataclasses import dataclass
from typing import Protocol

from mealroute.core.config import Settings
from mealroute.core.outbox import Channel


@dataclass(frozen=True, slots=True)
class Message:
    """What a gateway is handed. ``key`` is the same at every attempt."""

    key: str
    channel: Channel
    to_name: str
    phone: str
    text: str


class Gateway(Protocol):
    """Carries messages of one channel.

    ``send`` answers ``sent`` (the network has it), ``tray`` (lies ready for a person to read out), ``refused`` (will never
    go), or any other word for "not now". It raises TimeoutError where nobody knows whether it went out.
    """

    name: str
    once: bool
    """Whether a second ``send`` of the same key is harmless; else an attempt that ended in the dark is left to a person."""

    def send(self, message: Message) -> str: ...


def gateway_for(channel: Channel, settings: Settings) -> Gateway:
    """The gateway of a channel: the HTTP one where its address is set, else files that operators read out."""
    from mealroute.adapters.notify_file import FileGateway
    from mealroute.adapters.notify_http import HttpGateway

    url = settings.sms_url if channel is Channel.SMS else settings.phone_url
    if url:
        return HttpGateway(url, settings.notify_token)
    return FileGateway(settings.instance_dir / "outbox")
