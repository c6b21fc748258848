"""A mail server of a test's own: it speaks SMTP on a port of this machine, keeps what it takes, and misbehaves as it is told."""

import asyncio
import email
import socket
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import SMTP as POLICY
from typing import Any

from aiosmtpd.controller import Controller
from django.test import override_settings


class Postbox:
    """What aiosmtpd asks. `refuses` and `drops` say what happens to a recipient, so many times (or always)."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.envelopes: list[tuple[str, list[str]]] = []
        self.tries: dict[str, int] = defaultdict(int)
        self.refuses: dict[str, list[str]] = defaultdict(list)  # address → answers to RCPT, one after the other
        self.loses: dict[str, int] = {}  # address → so many times the line breaks after the mail was taken, before the answer
        self.breaks = 0  # so many times the line breaks before the mail is taken
        self.slow_seconds = 0.0

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        self.tries[address] += 1
        if self.refuses[address]:
            return self.refuses[address].pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.slow_seconds:
            await asyncio.sleep(self.slow_seconds)
        if self.breaks:
            self.breaks -= 1
            server.transport.abort()
            return "421 gone"
        self.taken.append(email.message_from_bytes(envelope.content, policy=POLICY))
        self.envelopes.append((envelope.mail_from, list(envelope.rcpt_tos)))
        for address in envelope.rcpt_tos:
            if self.loses.get(address):
                self.loses[address] -= 1
                server.transport.abort()
        return "250 Taken"

    # --- what a test reads ---

    def to(self, address: str) -> list[EmailMessage]:
        return [mail for mail, (_, tos) in zip(self.taken, self.envelopes, strict=True) if address in tos]

    def subjects(self, address: str) -> list[str]:
        return [str(mail["Subject"]) for mail in self.to(address)]


def text_of(mail: EmailMessage) -> str:
    return mail.get_body(("plain",)).get_content()


def html_of(mail: EmailMessage) -> str:
    return mail.get_body(("html",)).get_content()


def attached(mail: EmailMessage) -> dict[str, bytes]:
    return {part.get_filename(): part.get_payload(decode=True) for part in mail.iter_attachments()}


@contextmanager
def running(asks: dict[str, Any] | None = None, **more: Any) -> Iterator[Postbox]:
    """A server that listens (and asks for what aiosmtpd can ask for), and settings that send to it."""
    box = Postbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port, ready_timeout=10, **(asks or {}))
    controller.start()
    named = {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": port, "EMAIL_TIMEOUT": 2, **more}
    try:
        with override_settings(EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", **named):
            yield box
    finally:
        controller.stop()
