"""Secrets made on the first start and kept under DIRECTPAY_HOME, readable by their owner alone."""

import base64
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

PASSWORDS = "passwords.env"
GENERATED = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(48),
    "DIRECTPAY_VAULT_KEYS": lambda: "v1:" + base64.b64encode(secrets.token_bytes(32)).decode(),
}
EMBEDDED = {name: lambda: secrets.token_hex(24) for name in ("POSTGRES_PASSWORD", "OWNER_PASSWORD", "RUNTIME_PASSWORD", "VALKEY_PASSWORD")}


def application_secrets(home: Path) -> dict[str, str]:
    """SECRET_KEY and the vault's keys, in the file that settings read when the environment does not name them."""
    return _kept(home / "secrets.env", GENERATED)


def service_passwords(home: Path) -> dict[str, str]:
    """Passwords of the embedded services and of both database roles, which the application itself never reads."""
    return _kept(home / PASSWORDS, EMBEDDED)


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
