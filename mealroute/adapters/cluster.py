"""The connection to dask: a local cluster by default, or the scheduler that the settings name; both may go and come back."""

import logging
import os
import time
from typing import Any

from mealroute.core.config import Settings

log = logging.getLogger(__name__)

PATIENCE_S = 3
"""How long a scheduler may take to answer before it counts as away."""
RENEW_S = 30.0
SCHEDULER_AWAY = "scheduler-away"
NO_WORKERS = "no-workers"


def cores() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def quiet_dask() -> None:
    """Dask logs addresses and each lost connection with its traceback; what matters is logged by us."""
    for name in (
        "distributed",
        *(f"distributed.{part}" for part in ("client", "core", "worker", "nanny", "scheduler")),
    ):
        logging.getLogger(name).setLevel(logging.CRITICAL)


class Cluster:
    """Where attempts run. ``reason`` says why nothing can be submitted now: a code, empty when all is well.

    ``connections`` counts how often it was connected: what was submitted before the last time is not known any more.
    """

    def __init__(self, settings: Settings) -> None:
        self.reason = ""
        self.connections = 0
        self._threads = 0
        self._empty_since: float | None = None
        self._settings = settings
        self._client: Any = None
        self._local: Any = None

    @property
    def outside(self) -> bool:
        """Whether the workers outlive this process."""
        return bool(self._settings.scheduler)

    def slots(self) -> int:
        """How many attempts fit at once, in all: the threads of all workers. Connects first where needed; 0 with a ``reason``."""
        before, self.reason = self.reason, self._look()
        if self.reason and self.reason != before:
            log.warning("jobs wait: %s", self.reason)
        return 0 if self.reason else self._threads

    def submit(self, target: str, *args: object, key: str) -> Any:
        """Begin a call of ``module:function`` on a worker; the future's status is ``error`` if that worker died.

        What travels is a function that is pickled whole: a scheduler looks into what it passes on, and has no mealroute.
        """

        def call(target: str, args: tuple[object, ...]) -> object:
            import importlib

            module, function = target.split(":")
            return getattr(importlib.import_module(module), function)(*args)

        return self._client.submit(call, target, args, key=key, retries=0, pure=False)

    def close(self) -> None:
        """End the connection, and the local cluster with its workers."""
        self._drop()
        if self._local is not None:
            self._local.close(timeout=5)
            self._local = None

    def _look(self) -> str:
        try:
            client = self._connected()
            found: dict[str, int] = client.sync(client.scheduler.ncores, workers=None, callback_timeout=PATIENCE_S)
        except Exception as error:  # noqa: BLE001 -- dask has no one class for what a network can do
            log.debug("scheduler does not answer: %s", type(error).__name__)
            self._drop()
            return SCHEDULER_AWAY
        self._threads = sum(found.values())
        if self._threads:
            self._empty_since = None
            return ""
        self._renew_if_empty_for_long()
        return NO_WORKERS

    def _renew_if_empty_for_long(self) -> None:
        """A local cluster starts a killed worker again by itself; one that cannot is replaced."""
        now = time.monotonic()
        self._empty_since = self._empty_since or now
        if not self.outside and now - self._empty_since > RENEW_S:
            self.close()
            self._empty_since = None

    def _connected(self) -> Any:
        if self._client is not None and self._client.status == "running":
            return self._client
        self._drop()
        import dask
        from distributed import Client

        dask.config.set({"distributed.scheduler.allowed-failures": 0})
        quiet_dask()
        if not self.outside and self._local is None:
            self._local = _local_cluster(self._settings)
        where = self._settings.scheduler if self.outside else self._local
        self.connections += 1
        self._client = Client(where, timeout=f"{PATIENCE_S}s", set_as_default=False)
        return self._client

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            try:
                client.close(timeout=1)
            except Exception:
                log.debug("connection could not be closed", exc_info=True)


def _local_cluster(settings: Settings) -> Any:
    from distributed import LocalCluster

    return LocalCluster(
        n_workers=1,
        threads_per_worker=cores(),
        processes=True,
        host="127.0.0.1",
        dashboard_address=None,
        memory_limit=None,
        silence_logs=logging.CRITICAL,
        env=worker_environment(settings),
    )


def worker_environment(settings: Settings) -> dict[str, str]:
    """The settings that a worker needs, as the variables it reads them from."""
    return {
        "MEALROUTE_DATABASE_URL": settings.database_url,
        "MEALROUTE_FIELD_KEYS": ",".join(settings.field_keys),
        "MEALROUTE_INSTANCE_DIR": str(settings.instance_dir),
        "MEALROUTE_OSRM_URL": settings.osrm_url,
        "MEALROUTE_TIMEZONE": settings.timezone,
    }
