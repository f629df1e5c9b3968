"""A gateway that speaks HTTP: the district's own SMS or voice service, or a small bridge in front of it."""

import json
import urllib.error
import urllib.request

from mealroute.adapters.notify import Message

TIMEOUT_S = 15
FOR_GOOD = frozenset({400, 403, 404, 410, 422})
"""Answers that will be the same tomorrow: the number or the text is wrong. 401 is not among them: a key can be mended."""


class HttpGateway:
    """POST ``{"key", "channel", "to", "name", "text"}`` as JSON, with ``Idempotency-Key``; any 2xx means taken.

    The service must treat a key that it has seen as taken; a bridge for one that cannot keeps the keys itself.
    """

    name = "http"
    once = True

    def __init__(self, url: str, token: str = "") -> None:
        self.url = url
        self.token = token

    def send(self, message: Message) -> str:
        """``sent``, ``refused``, or ``http-NNN`` / ``unreachable`` for another time. Raises TimeoutError after 15 s."""
        body = {
            "key": message.key, "channel": str(message.channel), "to": message.phone, "name": message.to_name, "text": message.text,
        }  # fmt: skip
        headers = {"Content-Type": "application/json; charset=utf-8", "Idempotency-Key": message.key}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        request = urllib.request.Request(self.url, json.dumps(body).encode(), headers, method="POST")  # noqa: S310 -- the operator's own address
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S):  # noqa: S310
                return "sent"
        except urllib.error.HTTPError as error:
            return "refused" if error.code in FOR_GOOD else f"http-{error.code}"
        except TimeoutError:
            raise
        except urllib.error.URLError as error:
            if isinstance(error.reason, TimeoutError):
                raise TimeoutError from None
            return "unreachable"
        except OSError:
            return "unreachable"
