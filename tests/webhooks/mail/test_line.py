"""The line to the server as MAIL_URL names it: encrypted, proven, signed in; and files where none is named."""

import email
import ipaddress
import os
import ssl
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.mail import EmailMessage

from directpay.kernel import clock
from directpay.ops.mail_files import KEPT, MailFiles
from tests.webhooks.mail.server import running
from webhooks.mail.transport import Line, Verdict

USER, PASSWORD = "directpay", "a word for tests"
MAIL = EmailMessage("Subject", "Text", "no-reply@example.com", ["bob@example.com"])


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Of this machine, by itself: who trusts it must be told to."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now = clock.system_now()
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    signed = made.add_extension(names, critical=True).add_extension(x509.BasicConstraints(True, None), critical=True)
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = tmp_path / "server.pem"
    path.write_bytes(private + signed.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    return path


def guarded(certificate: Path) -> dict[str, Any]:
    """What the server asks for: STARTTLS, then a name and a password."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)

    def known(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        fits = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=fits)

    return {"tls_context": context, "require_starttls": True, "authenticator": known, "auth_required": True}


def sent() -> tuple[Verdict, str]:
    line = Line()
    answer = line.send(MAIL)
    line.close()
    return answer.verdict, answer.reason


class TestAGuardedServer:
    def test_takes_mail_over_tls_from_who_is_signed_in(self, certificate: Path, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        with running(guarded(certificate), EMAIL_USE_TLS=True, EMAIL_HOST_USER=USER, EMAIL_HOST_PASSWORD=PASSWORD) as box:
            assert sent() == (Verdict.TAKEN, "")
        assert len(box.to("bob@example.com")) == 1

    def test_is_not_told_the_password_if_it_is_another(self, certificate: Path):
        with running(guarded(certificate), EMAIL_USE_TLS=True, EMAIL_HOST_USER=USER, EMAIL_HOST_PASSWORD=PASSWORD) as box:
            assert sent() == (Verdict.DOWN, "SSLCertVerificationError")
        assert box.taken == []

    def test_that_refuses_the_password_is_no_fault_of_the_mail(self, certificate: Path, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        with running(guarded(certificate), EMAIL_USE_TLS=True, EMAIL_HOST_USER=USER, EMAIL_HOST_PASSWORD="another") as box:
            verdict, _ = sent()
        assert (verdict, box.taken) == (Verdict.DOWN, [])

    def test_without_tls_gets_nothing(self):
        with running(EMAIL_USE_TLS=True, EMAIL_HOST_USER=USER, EMAIL_HOST_PASSWORD=PASSWORD) as box:
            assert sent()[0] == Verdict.DOWN
        assert box.taken == []


class TestSettings:
    def named(self, tmp_path: Path, **environment: str) -> list[str]:
        asked = (
            "from django.conf import settings as s; print(s.EMAIL_BACKEND, s.EMAIL_HOST, s.EMAIL_PORT, s.EMAIL_USE_TLS, s.EMAIL_HOST_USER)"
        )
        env = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "directpay.settings",
            "DIRECTPAY_HOME": str(tmp_path),
            "DIRECTPAY_ENV_FILE": os.devnull,
        }
        done = subprocess.run([sys.executable, "-c", asked], env={**env, **environment}, capture_output=True, text=True, check=True)
        return done.stdout.split()

    def test_name_a_server(self, tmp_path: Path):
        (tmp_path / "url").write_text("smtp+tls://directpay:word@mail.example.com:587\n")
        backend, *rest = self.named(tmp_path, MAIL_URL_FILE=str(tmp_path / "url"))
        assert backend == "django.core.mail.backends.smtp.EmailBackend"
        assert rest == ["mail.example.com", "587", "True", "directpay"]

    def test_name_files_without_one(self, tmp_path: Path):
        assert self.named(tmp_path, MAIL_URL="")[0] == "directpay.ops.mail_files.MailFiles"


class TestFiles:
    def test_hold_a_mail_each_for_their_owner_alone(self, tmp_path: Path, settings: Any):
        settings.EMAIL_FILE_PATH = tmp_path / "mail"
        assert MailFiles().send_messages([MAIL, MAIL]) == 2
        files = sorted((tmp_path / "mail").glob("*.eml"))
        assert len(files) == 2
        assert [oct(path.stat().st_mode & 0o777) for path in (tmp_path / "mail", *files)] == ["0o700", "0o600", "0o600"]
        assert email.message_from_string(files[0].read_text())["To"] == "bob@example.com"

    def test_are_not_kept_for_ever(self, tmp_path: Path, settings: Any):
        settings.EMAIL_FILE_PATH = tmp_path
        for number in range(KEPT):
            (tmp_path / f"20200101-000000-{number:06}-x.eml").touch()
        MailFiles().send_messages([MAIL])
        kept = sorted(path.name for path in tmp_path.glob("*.eml"))
        assert len(kept) == KEPT
        assert kept[0].startswith("20200101-000000-000001")
