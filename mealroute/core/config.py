"""Settings, read once from the environment. Every variable is listed in docs/operations.md."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mealroute.core.clock import DEFAULT_ZONE

CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an installation may set; paths are absolute."""

    database_url: str
    secret_key: str
    field_keys: tuple[str, ...]
    scheduler: str
    osrm_url: str
    timezone: str
    instance_dir: Path
    out_dir: Path
    pack_dir: Path
    data_dir: Path
    https_only: bool
    sms_url: str = ""
    phone_url: str = ""
    notify_token: str = ""
    tls: str = ""
    """``self-signed``, or certificate and key as two PEM files with a comma between; empty: plain http."""

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None, *, root: Path | None = None) -> "Settings":
        """Read the environment; what is not set falls back to files in ``instance/`` made by `make demo`.

        Keys that are missing are created once in ``instance/`` with mode 600, so that an installation never
        runs with a default secret.
        """
        env = os.environ if environ is None else environ
        base = root or CHECKOUT
        instance = Path(env.get("MEALROUTE_INSTANCE_DIR", base / "instance")).absolute()
        return cls(
            database_url=env.get("MEALROUTE_DATABASE_URL") or f"sqlite:///{instance / 'mealroute.sqlite'}",
            secret_key=env.get("MEALROUTE_SECRET_KEY") or _kept_key(instance / "secret.key"),
            field_keys=tuple(
                key.strip()
                for key in (env.get("MEALROUTE_FIELD_KEYS") or _kept_key(instance / "field.key")).split(",")
                if key.strip()
            ),
            scheduler=env.get("MEALROUTE_SCHEDULER", ""),
            osrm_url=env.get("MEALROUTE_OSRM_URL", ""),
            timezone=env.get("MEALROUTE_TIMEZONE") or DEFAULT_ZONE,
            instance_dir=instance,
            out_dir=Path(env.get("MEALROUTE_OUT_DIR", base / "out")).absolute(),
            pack_dir=Path(env.get("MEALROUTE_PACK_DIR") or instance / "paper-packs").absolute(),
            data_dir=CHECKOUT / "data",
            sms_url=env.get("MEALROUTE_SMS_URL", ""),
            phone_url=env.get("MEALROUTE_PHONE_URL", ""),
            notify_token=env.get("MEALROUTE_NOTIFY_TOKEN", ""),
            https_only=env.get("MEALROUTE_HTTPS", "") == "1" or bool(env.get("MEALROUTE_TLS", "")),
            tls=env.get("MEALROUTE_TLS", ""),
        )


def _kept_key(path: Path) -> str:
    from cryptography.fernet import Fernet

    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(Fernet.generate_key().decode())
    except FileExistsError:
        pass
    return path.read_text().strip()
