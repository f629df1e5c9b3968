"""What a view may ask about the request it serves: settings, clock, who is asking."""

from typing import TYPE_CHECKING, cast

from flask import Flask, current_app
from flask_login import current_user

from mealroute.adapters.executor import Executor
from mealroute.core.actor import Actor
from mealroute.core.clock import Clock
from mealroute.core.config import Settings
from mealroute.delivery.doorway import Doorway

if TYPE_CHECKING:
    from web.factory import Context


def context_of(app: Flask) -> "Context":
    """The same for whoever holds the application itself."""
    return cast("Context", app.extensions["mealroute"])


def _context() -> "Context":
    return context_of(current_app)


def settings() -> Settings:
    """The settings that the application was made with."""
    return _context().settings


def clock() -> Clock:
    """The clock of the application; a fixed one in tests."""
    return _context().clock


def doorway() -> Doorway:
    """Where the records of phones go in."""
    return _context().doorway


def executor() -> Executor:
    """What carries out queued jobs."""
    return _context().executor


def actor() -> Actor:
    """Who is signed in. Only for views behind ``requires``."""
    return cast("Actor", current_user.actor)
