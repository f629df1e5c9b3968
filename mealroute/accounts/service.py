"""Use-cases of the accounts: signing in, creating and changing them. Sessions are the web's business."""

import secrets
from datetime import timedelta
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy import select
from sqlalchemy.orm import Session

from mealroute.accounts.models import Account
from mealroute.accounts.queries import account_record
from mealroute.accounts.records import AccountRecord
from mealroute.accounts.rules import (
    LOCK_MINUTES,
    MAX_FAILURES,
    MAX_PASSWORD,
    MIN_PASSWORD,
    NEEDS_CODE,
    actor_of,
    password_fault,
)
from mealroute.areas.queries import street_names
from mealroute.core import audit
from mealroute.core.actor import SYSTEM, Actor, Role
from mealroute.core.clock import Clock
from mealroute.core.errors import Conflict, Forbidden, MealrouteError, NotFound
from mealroute.core.i18n import LANGUAGES, _
from mealroute.core.text import half_width

_HASHER = PasswordHasher()  # argon2id with the library's current parameters (RFC 9106, low memory)
_ALPHABET = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # nothing that looks like something else


def authenticate(db: Session, login: str, password: str, *, clock: Clock) -> Actor:
    """The actor behind a login and a password.

    An unknown login, a wrong password, a switched-off and a locked account all end in the same sentence and take the same
    time, so that nobody learns which logins exist. Five failures in a row lock the account for 15 minutes. The
    caller must commit even when this raises, or the failure is not counted.

    Raises
    ------
    Forbidden
        ``sign-in-failed``.
    """
    row = db.scalar(select(Account).where(Account.login == _login(login)).with_for_update())
    right = _verify(row.password_hash if row is not None else _nobodys_hash(), password)
    now = clock.now()
    if row is None:
        audit.record(db, by=SYSTEM, clock=clock, action="accounts.sign-in-failed", subject="account/unknown")
        raise _refused()
    locked = row.locked_until is not None and row.locked_until > now
    if not right or locked or not row.active:
        _count_failure(db, row, clock=clock, locked=locked)
        raise _refused()
    if _HASHER.check_needs_rehash(row.password_hash):
        row.password_hash = _HASHER.hash(password)
    row.failed_attempts, row.locked_until, row.last_login_at = 0, None, now
    actor = actor_of(account_record(row))
    audit.record(db, by=actor, clock=clock, action="accounts.signed-in", subject=f"account/{row.id}")
    return actor


def create_account(
    db: Session,
    *,
    login: str,
    display_name: str,
    role: Role,
    password: str | None = None,
    street_code: str | None = None,
    vendor_code: str | None = None,
    kitchen_code: str | None = None,
    driver_code: str | None = None,
    station_code: str | None = None,
    by: Actor,
    clock: Clock,
) -> tuple[AccountRecord, str]:
    """A new account and its password; without one given, a password is made up and returned this once."""
    name = _login(login)
    if not name or not display_name.strip():
        raise MealrouteError("account-incomplete", _("An account needs a sign-in name and a person's name."))
    if db.scalar(select(Account.id).where(Account.login == name)) is not None:
        raise Conflict("login-taken", _("The sign-in name %(login)s is taken.", login=name), _("Choose another one."))
    if street_code and street_code not in street_names(db):
        raise MealrouteError(
            "street-unknown", _("No street has the code %(code)s.", code=street_code), _("Choose one from the list.")
        )
    row = Account(
        login=name, display_name=display_name.strip(), role=str(role), street_code=street_code or None,
        vendor_code=vendor_code or None, kitchen_code=kitchen_code or None, driver_code=driver_code or None,
        station_code=station_code or None, active=True, failed_attempts=0, language="zh", created_at=clock.now(),
    )  # fmt: skip
    if role is Role.SYSTEM or (role in NEEDS_CODE and not getattr(row, NEEDS_CODE[role])):
        raise MealrouteError(
            "account-without-code",
            _("This role needs the code of its vendor, kitchen, driver or station."),
            _("Fill in the code that its rows carry."),
        )
    chosen = password if password is not None else fresh_password()
    _check_password(chosen, name)
    row.password_hash = _HASHER.hash(chosen)
    db.add(row)
    db.flush()
    audit.record(
        db, by=by, clock=clock, action="accounts.created", subject=f"account/{row.id}", detail={"role": str(role)}
    )  # fmt: skip
    return account_record(row), chosen


def fresh_password() -> str:
    """Fourteen letters and figures that are easy to tell apart; about 79 bits."""
    return "".join(secrets.choice(_ALPHABET) for _position in range(14))


def set_password(db: Session, account_id: int, password: str, *, by: Actor, clock: Clock) -> None:
    """Replace the password and lift a lock."""
    row = _row(db, account_id)
    _check_password(password, row.login)
    row.password_hash, row.failed_attempts, row.locked_until = _HASHER.hash(password), 0, None
    audit.record(db, by=by, clock=clock, action="accounts.password-set", subject=f"account/{account_id}")


def set_active(db: Session, account_id: int, active: bool, *, by: Actor, clock: Clock) -> AccountRecord:
    """Switch an account off or on again; nobody switches off their own."""
    row = _row(db, account_id)
    if not active and by.account_id == account_id:
        raise Conflict("own-account", _("You cannot switch off your own account."), _("Ask another administrator."))
    if row.active != active:
        row.active, row.failed_attempts, row.locked_until = active, 0, None
        action = "accounts.switched-on" if active else "accounts.switched-off"
        audit.record(db, by=by, clock=clock, action=action, subject=f"account/{account_id}")
    return account_record(row)


def set_language(db: Session, account_id: int, language: str, *, by: Actor, clock: Clock) -> None:
    """The language in which the account's pages open."""
    if language not in LANGUAGES:
        raise ValueError(f"language must be one of {LANGUAGES}, got {language!r}")
    row = _row(db, account_id)
    if row.language != language:
        row.language = language
        audit.record(db, by=by, clock=clock, action="accounts.language-set", subject=f"account/{account_id}")


def _row(db: Session, account_id: int) -> Account:
    row = db.get(Account, account_id)
    if row is None:
        raise NotFound("account-not-found", _("There is no such account."))
    return row


def _login(login: str) -> str:
    return half_width(login).lower()


def _verify(stored: str, password: str) -> bool:
    try:
        return len(password) <= MAX_PASSWORD and _HASHER.verify(stored, password)
    except (Argon2Error, InvalidHashError):
        return False


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    return _HASHER.hash(secrets.token_urlsafe())


def _count_failure(db: Session, row: Account, *, clock: Clock, locked: bool) -> None:
    """While an account is locked further failures do not prolong the lock: nobody can be kept out for good."""
    subject = f"account/{row.id}"
    audit.record(db, by=SYSTEM, clock=clock, action="accounts.sign-in-failed", subject=subject)
    if locked:
        return
    row.failed_attempts += 1
    if row.failed_attempts >= MAX_FAILURES:
        row.failed_attempts, row.locked_until = 0, clock.now() + timedelta(minutes=LOCK_MINUTES)
        audit.record(db, by=SYSTEM, clock=clock, action="accounts.locked", subject=subject)


def _refused() -> Forbidden:
    return Forbidden(
        "sign-in-failed",
        _("The sign-in name or the password is not right, or the account is locked."),
        _("After five failures an account rests for %(n)d minutes.", n=LOCK_MINUTES),
    )


def _check_password(password: str, login: str) -> None:
    fault = password_fault(password, login)
    if fault is None:
        return
    sentences = {
        "short": _("A password has at least %(n)d characters.", n=MIN_PASSWORD),
        "long": _("A password has at most %(n)d characters.", n=MAX_PASSWORD),
        "login": _("A password must not contain the sign-in name."),
        "plain": _("This password is too easy to guess."),
    }
    raise MealrouteError(f"password-{fault}", sentences[fault], _("Choose a longer sentence or mix words and digits."))
