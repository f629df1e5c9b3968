"""Reads of the accounts. A password's hash never leaves the service."""

import hashlib

from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.accounts.models import Account
from mealroute.accounts.records import AccountId, AccountRecord
from mealroute.accounts.rules import actor_of
from mealroute.core.actor import Actor, Role
from mealroute.core.errors import NotFound
from mealroute.core.i18n import _


def accounts(db: Session) -> tuple[AccountRecord, ...]:
    """Everyone who may or might sign in, by login."""
    return tuple(sorted((account_record(row) for row in db.scalars(select(Account))), key=lambda found: found.login))


def account(db: Session, account_id: int) -> AccountRecord:
    """One account. Raises NotFound."""
    row = db.get(Account, account_id)
    if row is None:
        raise NotFound("account-not-found", _("There is no such account."))
    return account_record(row)


def actor(db: Session, account_id: int) -> Actor | None:
    """The account as it may act now; None where it does not exist or has been switched off."""
    row = db.get(Account, account_id)
    return actor_of(account_record(row)) if row is not None and row.active else None


def stamp(db: Session, account_id: int) -> str:
    """A fingerprint of the present password: a session that was opened under another one is over."""
    stored = db.scalar(select(Account.password_hash).where(Account.id == account_id)) or ""
    return hashlib.sha256(stored.encode()).hexdigest()[:32]


def account_record(row: Account) -> AccountRecord:
    return AccountRecord(
        id=AccountId(row.id), login=row.login, display_name=row.display_name, role=Role(row.role), street_code=row.street_code,
        vendor_code=row.vendor_code, kitchen_code=row.kitchen_code, driver_code=row.driver_code,
        station_code=row.station_code, active=row.active, language=row.language, locked_until=row.locked_until,
        last_login_at=row.last_login_at, created_at=row.created_at,
    )  # fmt: skip
