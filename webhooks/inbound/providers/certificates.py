"""PayPal's signing certificates: fetched from PayPal alone, their chain checked for the moment at hand, kept for a day."""

import base64
import logging
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from datetime import datetime
from http.client import HTTPException
from threading import Lock
from typing import Any, Final
from urllib.parse import urlsplit

import certifi
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import AuthorityInformationAccessOID
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from webhooks.inbound.providers.base import NotConfigured
from webhooks.inbound.signatures import SignatureRefused

log = logging.getLogger(__name__)

LIVE_HOSTS: Final = ("api.paypal.com", "api-m.paypal.com")
SANDBOX_HOSTS: Final = ("api.sandbox.paypal.com", "api-m.sandbox.paypal.com")
PATH: Final = re.compile(r"/v1/notifications/(?:certs/)?[A-Za-z0-9_-]{1,100}")
ISSUER_HOSTS: Final = ("cacerts.digicert.com",)  # where a certificate says that its issuer's stands, if it comes alone
NAMES: Final = {False: ("messageverificationcerts.paypal.com",), True: ("messageverificationcerts.sandbox.paypal.com",)}
SECONDS_TO_ANSWER, MOST_BYTES, KEPT_SECONDS, MOST_KEPT = 5, 100_000, 24 * 3600, 20
# A forger may name many addresses: we do not ask PayPal for all of them. What has proven itself before has so many of its own.
FETCHES_PER_MINUTE: Final = 10
DEEPEST_CHAIN: Final = 3
Fetch = Callable[[str], bytes]


class CannotFetch(NotConfigured):
    """PayPal's certificate cannot be had just now (503): PayPal sends the event again."""

    code = "certificate_unavailable"


def fetch(url: str) -> bytes:
    """Over TLS that is checked, no redirects, so many bytes at most. Raises OSError."""
    opener = urllib.request.build_opener(NoRedirects)
    try:
        with opener.open(url, timeout=SECONDS_TO_ANSWER) as answer:  # the hosts were checked
            found: bytes = answer.read(MOST_BYTES + 1)
    except HTTPException as error:
        raise OSError(str(error)) from error
    if len(found) > MOST_BYTES:
        raise OSError("this is larger than any certificate")
    return found


class NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *answer: Any) -> None:
        raise OSError(f"redirected to {answer[-1]}")


class Certificates:
    """Those of one mode. `ask` and `roots` (PEM) are given by tests alone."""

    def __init__(self, *, sandbox: bool, ask: Fetch = fetch, roots: bytes = b"", clock: Callable[[], float] = time.monotonic) -> None:
        self.sandbox, self.ask, self.clock = sandbox, ask, clock
        self.roots = roots
        self._kept: dict[str, tuple[float, list[x509.Certificate]]] = {}
        self._asked: dict[bool, list[float]] = {True: [], False: []}  # whether it had proven itself before → when
        self._lock = Lock()

    def verify(self, url: str, signature: str, signed: bytes, at: Iterable[datetime]) -> None:
        """RSA with SHA-256 by the key of the certificate at `url`. Raises SignatureRefused, CannotFetch."""
        self.check_address(url)
        chain = self._chain(url)
        self._check_chain(chain, at)
        self._keep(url, chain)
        key = chain[0].public_key()
        try:
            if not isinstance(key, RSAPublicKey):
                raise SignatureRefused("PayPal signs by RSA keys.")
            key.verify(base64.b64decode(signature, validate=True), signed, PKCS1v15(), SHA256())
        except (ValueError, InvalidSignature) as error:
            raise SignatureRefused("The signature does not fit this body and our webhook id.") from error

    def check_address(self, url: str) -> None:
        """Before anything is fetched. Raises SignatureRefused."""
        hosts = LIVE_HOSTS + (SANDBOX_HOSTS if self.sandbox else ())
        try:
            parts = urlsplit(url)
            fine = (parts.scheme, parts.hostname in hosts, parts.port in (None, 443), parts.username, parts.password)
        except ValueError:
            fine = None
        plain = url.isascii() and url.isprintable() and " " not in url and "\\" not in url
        if not plain or fine != ("https", True, True, None, None) or not PATH.fullmatch(parts.path) or parts.query or parts.fragment:
            raise SignatureRefused("PayPal's certificates stand at PayPal's own addresses alone.", code="certificate_address")

    def _chain(self, url: str) -> list[x509.Certificate]:
        """The certificate, and those that come with it or that it names."""
        with self._lock:
            kept = self._kept.get(url)
            if kept and self.clock() - kept[0] < KEPT_SECONDS:
                return kept[1]
            self._check_not_too_often(proven=url in self._kept)
        try:
            chain = x509.load_pem_x509_certificates(self.ask(url))
            if len(chain) == 1 and (issuer := _issuer_address(chain[0])):
                chain.append(_any_form(self.ask(issuer)))
        except (OSError, urllib.error.URLError) as error:
            log.warning("PayPal's certificate at %s could not be fetched: %s", url, error)
            raise CannotFetch("PayPal's certificate could not be fetched now.") from error
        except ValueError as error:
            raise SignatureRefused("What stands at that address is no certificate.", code="certificate_invalid") from error
        return chain

    def _keep(self, url: str, chain: list[x509.Certificate]) -> None:
        """Only what was proven: an answer that was wrong once is asked for again."""
        with self._lock:
            if url not in self._kept or self.clock() - self._kept[url][0] >= KEPT_SECONDS:
                while len(self._kept) >= MOST_KEPT:
                    self._kept.pop(next(iter(self._kept)))
                self._kept[url] = (self.clock(), chain)

    def _check_not_too_often(self, *, proven: bool) -> None:
        now = self.clock()
        asked = self._asked[proven] = [moment for moment in self._asked[proven] if now - moment < 60]
        if len(asked) >= FETCHES_PER_MINUTE:
            raise CannotFetch("Too many certificates were asked for within a minute.")
        asked.append(now)

    def _check_chain(self, chain: list[x509.Certificate], at: Iterable[datetime]) -> None:
        """Each name with each time that it may be: the chain ends at a root that we trust, and every part of it is valid then."""
        names = NAMES[False] + (NAMES[True] if self.sandbox else ())
        store, said = Store(x509.load_pem_x509_certificates(self.roots or _trusted())), ""
        for moment in at:
            for name in names:
                policy = PolicyBuilder().store(store).time(moment.replace(tzinfo=None)).max_chain_depth(DEEPEST_CHAIN)
                try:
                    policy.build_server_verifier(x509.DNSName(name)).verify(chain[0], chain[1:])
                except VerificationError as error:
                    said = str(error)
                else:
                    return
        raise SignatureRefused(f"PayPal's certificate is not valid: {said[:200]}", code="certificate_invalid")


def _trusted() -> bytes:
    with open(certifi.where(), "rb") as file:
        return file.read()


def _issuer_address(certificate: x509.Certificate) -> str:
    """Where its issuer's certificate stands, if that is a host that we ask. What comes from there is judged by its signature."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except x509.ExtensionNotFound:
        return ""
    for one in found:
        address = one.access_location.value if isinstance(one.access_location, x509.UniformResourceIdentifier) else ""
        if one.access_method == AuthorityInformationAccessOID.CA_ISSUERS and _is_issuers(address):
            return address
    return ""


def _is_issuers(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme in ("http", "https") and parts.hostname in ISSUER_HOSTS and parts.port is None


def _any_form(raw: bytes) -> x509.Certificate:
    return x509.load_pem_x509_certificate(raw) if raw.lstrip().startswith(b"-----") else x509.load_der_x509_certificate(raw)
