"""Secrets made once, kept, and read by nobody else."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from directpay.ops import secrets_file
from directpay.ops.secrets_file import SecretFileError, read_secret_files

ROOT = Path(__file__).resolve().parents[3]


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


class TestSecretsInFilesOfTheirOwn:
    def test_take_the_place_of_the_variable(self, tmp_path: Path) -> None:
        (tmp_path / "key").write_text("from a file\n")
        environment = {"SECRET_KEY_FILE": str(tmp_path / "key"), "REDIS_URL": "redis://there", "REDIS_URL_FILE": ""}
        read_secret_files(environment)
        assert environment == {"SECRET_KEY": "from a file", "REDIS_URL": "redis://there"}

    @pytest.mark.parametrize(
        ("environment", "said"),
        [
            ({"SECRET_KEY": "a", "SECRET_KEY_FILE": "b"}, "SECRET_KEY and SECRET_KEY_FILE are both set"),
            ({"DATABASE_URL_FILE": "nowhere/at/all"}, "DATABASE_URL_FILE names a file that cannot be read"),
            ({"REDIS_URL_FILE": os.devnull}, "REDIS_URL_FILE names an empty file"),
        ],
    )
    def test_are_refused_by_the_name_of_the_variable(self, environment: dict[str, str], said: str) -> None:
        with pytest.raises(SecretFileError, match=said):
            read_secret_files(environment)

    def test_reach_the_settings_of_every_process(self, tmp_path: Path) -> None:
        (tmp_path / "key").write_text("k" * 40)
        environment = {name: value for name, value in os.environ.items() if name != "SECRET_KEY"}
        environment |= {"SECRET_KEY_FILE": str(tmp_path / "key"), "DJANGO_SETTINGS_MODULE": "directpay.settings"}
        ask = "from django.conf import settings; print(settings.SECRET_KEY)"
        done = subprocess.run([sys.executable, "-c", ask], env=environment, capture_output=True, text=True, check=True, cwd=ROOT)
        assert done.stdout == "k" * 40 + "\n"


def test_commands_start_before_there_is_a_key():
    """`make demo` on a fresh machine: nothing that Django imports may ask for the key, and no secret is derived from none."""
    said = "import django; django.setup(); from django.conf import settings; print(settings.STRIPE_WEBHOOK_SECRETS)"
    own = {"DIRECTPAY_ENV_FILE": os.devnull, "DIRECTPAY_HOME": os.devnull, "DJANGO_SETTINGS_MODULE": "directpay.settings"}
    words = [sys.executable, "-c", f"{said}; import directpay.urls"]
    told = subprocess.run(words, env={**own, "PATH": os.environ["PATH"]}, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (told.returncode, told.stdout.strip()) == (0, "[]"), told.stderr
