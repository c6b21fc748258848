"""Secrets made once, kept, and read by nobody else."""

from pathlib import Path

from directpay.ops import secrets_file


def test_makes_them_once(tmp_path: Path) -> None:
    first = secrets_file.application_secrets(tmp_path)
    assert secrets_file.application_secrets(tmp_path) == first
    assert first["DIRECTPAY_VAULT_KEYS"].startswith("v1:")
    assert len(first["SECRET_KEY"]) >= 50


def test_only_the_owner_may_read_them(tmp_path: Path) -> None:
    secrets_file.service_passwords(tmp_path)
    assert (tmp_path / "passwords.env").stat().st_mode & 0o777 == 0o600


def test_adds_what_an_older_version_did_not_know(tmp_path: Path) -> None:
    secrets_file.write_environment(tmp_path / "secrets.env", {"SECRET_KEY": "kept"})
    assert secrets_file.application_secrets(tmp_path)["SECRET_KEY"] == "kept"
    assert "DIRECTPAY_VAULT_KEYS" in secrets_file.read_environment(tmp_path / "secrets.env")


def test_a_half_written_file_is_never_seen(tmp_path: Path) -> None:
    (tmp_path / "secrets.env.new").write_text("SECRET")
    assert secrets_file.application_secrets(tmp_path)["SECRET_KEY"]
    assert not (tmp_path / "secrets.env.new").exists()
