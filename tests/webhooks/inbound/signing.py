"""Senders of the tests: they sign as Stripe, PayPal and the Standard Webhooks specification do, from their own reading of it."""

import base64
import hashlib
import hmac
import json
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

SECRET = "whsec_test_secret"
WEBHOOK_ID = "96605875FF6516633"
CERT_URL = "https://api.sandbox.paypal.com/v1/notifications/certs/CERT-360caa42-fca2a594-1d93a270"


def stripe_event(
    event_id: str, kind: str = "payment_intent.succeeded", about: Mapping[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    said = {"id": event_id, "object": "event", "created": 1_793_000_000, "livemode": False, "type": kind, "pending_webhooks": 1}
    return {**said, "data": {"object": {"id": "pi_1", "object": "payment_intent", **(about or {})}}, **more}


def stripe_header(body: bytes, at: datetime, *secrets: str, seconds: int | None = None) -> str:
    moment = int(at.timestamp()) if seconds is None else seconds
    signs = [hmac.new(s.encode(), b"%d." % moment + body, hashlib.sha256).hexdigest() for s in secrets or (SECRET,)]
    return ",".join([f"t={moment}", *(f"v1={one}" for one in signs)])


def standard_headers(body: bytes, at: datetime, key: bytes, identity: str = "msg_1") -> dict[str, str]:
    signed = f"{identity}.{int(at.timestamp())}.".encode() + body
    signature = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return {"webhook-id": identity, "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": f"v1,{signature}"}


def as_bytes(said: Any) -> bytes:
    return json.dumps(said).encode()


class FakePayPal:
    """An authority, a certificate of it for PayPal's name, and what stands at PayPal's addresses."""

    def __init__(
        self, at: datetime, *, host: str = "messageverificationcerts.sandbox.paypal.com", valid: timedelta = timedelta(days=365)
    ) -> None:
        self.root_key, self.key = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
        self.root = self._certificate("Test Root", self.root_key, None, at, valid * 2)
        self.leaf = self._certificate(host, self.key, self.root, at, valid)
        self.asked: list[str] = []
        self.fails = False

    @property
    def roots(self) -> bytes:
        return self.root.public_bytes(Encoding.PEM)

    def ask(self, url: str) -> bytes:
        self.asked.append(url)
        if self.fails:
            raise OSError("no route to host")
        return self.leaf.public_bytes(Encoding.PEM) + self.roots

    def headers(self, body: bytes, at: datetime, **changes: str) -> dict[str, str]:
        moment = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        signed = f"tx-1|{moment}|{WEBHOOK_ID}|{zlib.crc32(body)}".encode()
        signature = self.key.sign(signed, padding.PKCS1v15(), hashes.SHA256())
        found = {
            "paypal-transmission-id": "tx-1",
            "paypal-transmission-time": moment,
            "paypal-transmission-sig": base64.b64encode(signature).decode(),
            "paypal-cert-url": CERT_URL,
            "paypal-auth-algo": "SHA256withRSA",
        }
        return {**found, **changes}

    def _certificate(
        self, name: str, key: rsa.RSAPrivateKey, issuer: x509.Certificate | None, at: datetime, valid: timedelta
    ) -> x509.Certificate:
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer.subject if issuer else subject)
        builder = builder.public_key(key.public_key()).serial_number(x509.random_serial_number())
        builder = builder.not_valid_before(at - timedelta(days=1)).not_valid_after(at + valid)
        builder = builder.add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        builder = builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.root_key.public_key()), critical=False)
        builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        usage = dict.fromkeys(
            ("content_commitment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only", "key_encipherment"), False
        )
        signs = x509.KeyUsage(digital_signature=True, key_cert_sign=issuer is None, crl_sign=issuer is None, **usage)
        builder = builder.add_extension(signs, critical=True)
        if issuer is not None:
            builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
            builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        return builder.sign(self.root_key, hashes.SHA256())
