"""Putting the application together; the order is: settings, safety, words, pages."""

from dataclasses import dataclass

from flask import Flask

from mealroute.adapters.executor import Executor
from mealroute.core.clock import Clock, SystemClock
from mealroute.core.config import Settings
from mealroute.delivery.doorway import Doorway
from web import auth, blueprints, errors, formatters, nav, paths, security, words


class Idle:
    """No work outside: what is queued waits for another process."""

    def wake(self) -> None:
        """Nothing to wake."""

    def close(self) -> None:
        """Nothing to close."""


@dataclass(frozen=True, slots=True)
class Context:
    """What every view may ask for; tests bring their own clock."""

    settings: Settings
    clock: Clock
    executor: Executor
    doorway: Doorway


def create_app(
    settings: Settings | None = None,
    *,
    clock: Clock | None = None,
    executor: Executor | None = None,
    testing: bool = False,
) -> Flask:
    """The application over an already configured database (`core.db.configure`).

    ``testing`` lets exceptions through and switches off what depends on wall time: the limiter of sign-ins.
    """
    settings = settings or Settings.from_env()
    app = Flask(__name__, static_url_path="/static")
    app.config.update(
        SECRET_KEY=settings.secret_key,
        TESTING=testing,
        MAX_CONTENT_LENGTH=32 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        RATELIMIT_ENABLED=not testing,
        SEND_FILE_MAX_AGE_DEFAULT=3600,
    )
    told = clock or SystemClock()
    app.extensions["mealroute"] = Context(settings, told, executor or Idle(), Doorway(told, settings.instance_dir))
    paths.register(app)
    security.register(app, https_only=settings.https_only)
    auth.register(app)
    words.register(app)
    formatters.register(app)
    nav.register(app)
    errors.register(app)
    blueprints.register(app)
    return app
