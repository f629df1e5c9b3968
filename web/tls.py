"""https by the program itself: a certificate of one's own, or one made on the spot for a trial.

The porch ends TLS (web/porch); a district may put nginx or Caddy before it instead (docs/operations.md).
"""

from __future__ import annotations

import ipaddress
import os
import socket
import ssl
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from mealroute.core.clock import Clock
from mealroute.core.errors import MealrouteError
from mealroute.core.i18n import _

SELF_SIGNED = "self-signed"
VALID = timedelta(days=397)
"""Browsers refuse certificates that live longer."""


def context_of(setting: str, instance: Path, *, host: str, clock: Clock) -> ssl.SSLContext:
    """What ``MEALROUTE_TLS`` names: ``self-signed``, or ``certificate.pem,key.pem``.

    Raises
    ------
    MealrouteError
        ``tls-unreadable``.
    """
    if setting == SELF_SIGNED:
        certificate, key = _made(instance / "tls", host, clock)
    else:
        names = [Path(part.strip()) for part in setting.split(",")]
        certificate, key = names[0], names[-1]
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        made.load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        raise MealrouteError(
            "tls-unreadable", _("The certificate or its key cannot be read: %(why)s", why=str(error)),
            _("MEALROUTE_TLS is self-signed, or the certificate and the key as two PEM files separated by a comma."),
        ) from None  # fmt: skip
    return made


def _made(folder: Path, host: str, clock: Clock) -> tuple[Path, Path]:
    """A certificate for this machine's names, made once and again when it has run out."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    if certificate.exists() and key.exists():
        known = x509.load_pem_x509_certificate(certificate.read_bytes())
        if known.not_valid_after_utc > clock.now() + timedelta(days=1):
            return certificate, key
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    secret = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mealroute (self-signed)")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(secret.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(clock.now() - timedelta(hours=1))
        .not_valid_after(clock.now() + VALID)
        .add_extension(x509.SubjectAlternativeName(_names(host)), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(secret, hashes.SHA256())
    )
    with os.fdopen(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(
            secret.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return certificate, key


def _names(host: str) -> list[x509.GeneralName]:
    """localhost, this machine's name and the addresses under which a phone in the same network finds it."""
    found: dict[str, x509.GeneralName] = {}
    for text in ("localhost", socket.gethostname(), "127.0.0.1", "::1", host, *_addresses()):
        with suppress(ValueError):
            found[text] = x509.IPAddress(ipaddress.ip_address(text))
            continue
        if text.isascii():
            found[text] = x509.DNSName(text)
    return list(found.values())


def _addresses() -> list[str]:
    with suppress(OSError):
        return [str(info[4][0]).partition("%")[0] for info in socket.getaddrinfo(socket.gethostname(), None)]
    return []
