"""Secrets made on the first start and kept under DIRECTPAY_HOME, readable by their owner alone."""

import base64
import binascii
import hmac
import os
import secrets
from collections.abc import Mapping, MutableMapping
from pathlib import Path

PASSWORDS = "passwords.env"
# What may stand in a file of its own, as container engines mount secrets: NAME_FILE says where.
IN_FILES = (
    *("SECRET_KEY", "DIRECTPAY_VAULT_KEYS", "DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_SUPERUSER_URL", "REDIS_URL", "MAIL_URL"),
    *("STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "PAYPAL_CLIENT_SECRET", "DIRECTPAY_BROKER_URL"),
)
GENERATED = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(48),
    "DIRECTPAY_VAULT_KEYS": lambda: "v1:" + base64.b64encode(secrets.token_bytes(32)).decode(),
}
EMBEDDED = {name: lambda: secrets.token_hex(24) for name in ("POSTGRES_PASSWORD", "OWNER_PASSWORD", "RUNTIME_PASSWORD", "VALKEY_PASSWORD")}


class SecretFileError(Exception):
    """A file that should hold a secret does not; the message names the variable."""


def read_secret_files(environment: MutableMapping[str, str]) -> None:
    """Put the contents of the files that NAME_FILE names in their NAME's place. Raises SecretFileError."""
    for name in IN_FILES:
        path = environment.pop(f"{name}_FILE", "")
        if not path:
            continue
        if environment.get(name):
            raise SecretFileError(f"{name} and {name}_FILE are both set: which one is meant?")
        try:
            environment[name] = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SecretFileError(f"{name}_FILE names a file that cannot be read: {error}") from error
        if not environment[name]:
            raise SecretFileError(f"{name}_FILE names an empty file: {path}")


def application_secrets(home: Path) -> dict[str, str]:
    """SECRET_KEY and the vault's keys, in the file that settings read when the environment does not name them."""
    return _kept(home / "secrets.env", GENERATED)


def service_passwords(home: Path) -> dict[str, str]:
    """Passwords of the embedded services and of both database roles, which the application itself never reads."""
    return _kept(home / PASSWORDS, EMBEDDED)


def derived(secret_key: str, purpose: str) -> str:
    """A webhook's secret for the sandbox, as the Standard Webhooks specification writes them; another for each purpose."""
    return "whsec_" + base64.b64encode(hmac.new(secret_key.encode(), f"webhooks:{purpose}".encode(), "sha256").digest()).decode()


def key_of(secret: str) -> bytes:
    """The bytes of such a secret, with or without `whsec_`. Raises ValueError."""
    try:
        found = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error as error:
        raise ValueError("a secret of a webhook is base64") from error
    if not found:
        raise ValueError("a secret of a webhook is not empty")
    return found


def write_private(path: Path, text: str) -> None:
    """Replace a file at once, never half, mode 600 from its first byte."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def write_environment(path: Path, values: Mapping[str, str]) -> None:
    write_private(path, "".join(f"{name}={value}\n" for name, value in values.items()))


def read_environment(path: Path) -> dict[str, str]:
    """The lines NAME=value that `write_environment` wrote; empty if there is no file."""
    if not path.exists():
        return {}
    return dict(line.split("=", 1) for line in path.read_text().splitlines() if "=" in line)


def _kept(path: Path, makers: Mapping) -> dict[str, str]:
    known = read_environment(path)
    missing = {name: make() for name, make in makers.items() if name not in known}
    if missing:
        known |= missing
        write_environment(path, known)
    return known
