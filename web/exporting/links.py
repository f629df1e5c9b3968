"""Links that open one file for one person for some minutes."""

from datetime import timedelta

from itsdangerous import BadSignature, URLSafeSerializer

from mealroute.core.errors import NotFound
from mealroute.core.i18n import _
from mealroute.exporting.rulebook import policy_on
from web import here

PARTS = ("file", "note", "zip")


def link(export_id: int, part: str) -> str:
    """The token of a link; ``part`` is the file itself, its note, or both in a ZIP."""
    clock = here.clock()
    over = clock.now() + timedelta(minutes=policy_on(clock.today()).link_minutes)
    return _signer().dumps(
        [export_id, part if part in PARTS else "file", here.actor().account_id, int(over.timestamp())]
    )


def opened(token: str) -> tuple[int, str]:
    """Export and part of a link that still holds and belongs to this person. Raises NotFound ``export-link-over``."""
    try:
        export_id, part, account, over = _signer().loads(token)
    except (BadSignature, ValueError):
        raise _over() from None
    if account != here.actor().account_id or here.clock().now().timestamp() > over:
        raise _over()
    return int(export_id), str(part)


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(here.settings().secret_key, salt="export-file")


def _over() -> NotFound:
    return NotFound("export-link-over", _("This link is over."), _("Take a new one on the export's page."))
