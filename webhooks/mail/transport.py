"""The line to the mail server, as settings name it, and what each of its answers means for the mail (RFC 5321, 4.2.1)."""

import re
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from django.core.mail import BadHeaderError, EmailMessage, get_connection

ENHANCED: Final = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")  # RFC 3463; the words beside it may repeat the address, and are not kept


class Verdict(StrEnum):
    TAKEN = "taken"
    LATER = "later"  # this mail, not now
    NEVER = "never"  # this mail
    DOWN = "down"  # the server: no use in trying the next


@dataclass(frozen=True, slots=True)
class Answer:
    verdict: Verdict
    reason: str = ""


class Line:
    """One connection for a set of mails, opened when the first is sent, and again after it broke."""

    def __init__(self) -> None:
        self._connection: Any = None

    def send(self, mail: EmailMessage) -> Answer:
        try:
            if self._connection is None:
                self._connection = get_connection()
                self._connection.open()
        except (smtplib.SMTPException, OSError) as error:
            self._connection = None
            return Answer(Verdict.DOWN, _told(error))
        try:
            self._connection.send_messages([mail])
            return Answer(Verdict.TAKEN)
        except smtplib.SMTPRecipientsRefused as refused:
            code, said = next(iter(refused.recipients.values()))
            return self._answered(code, said)
        except smtplib.SMTPSenderRefused as refused:  # not the mail's fault: all others would fare the same
            self.close()
            return Answer(Verdict.DOWN, _coded(refused.smtp_code, refused.smtp_error))
        except smtplib.SMTPResponseException as refused:
            return self._answered(refused.smtp_code, refused.smtp_error)
        except (smtplib.SMTPException, OSError) as error:  # broken off, or no answer in time: it may have been taken
            self.close()
            return Answer(Verdict.DOWN, _told(error))
        except (BadHeaderError, UnicodeError) as error:
            return Answer(Verdict.NEVER, _told(error))

    def _answered(self, code: int, said: bytes | str) -> Answer:
        if code == 421:  # it closes the line
            self.close()
            return Answer(Verdict.DOWN, _coded(code, said))
        return Answer(Verdict.NEVER if code >= 500 else Verdict.LATER, _coded(code, said))

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(smtplib.SMTPException, OSError):  # it is closed already
                connection.close()


@contextmanager
def line() -> Iterator[Line]:
    opened = Line()
    try:
        yield opened
    finally:
        opened.close()


def _coded(code: int, said: bytes | str) -> str:
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    found = ENHANCED.match(text)
    return f"{code} {found[0]}" if found else str(code)


def _told(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return _coded(error.smtp_code, error.smtp_error)
    return type(error).__name__
