"""Where no mail server is named: each mail as a file that any mail program opens, so that the sandbox sends nothing to anybody."""

import re
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from directpay.kernel import clock
from directpay.ops.secrets_file import write_private

KEPT = 1_000  # files; the oldest go


class MailFiles(BaseEmailBackend):
    """``<moment>-<subject>.eml`` in ``settings.EMAIL_FILE_PATH``, whole or not at all, for the owner's eyes alone."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        directory = Path(settings.EMAIL_FILE_PATH)
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        for mail in email_messages:
            write_private(directory / _name(mail), mail.message().as_string())
        for old in sorted(directory.glob("*.eml"))[:-KEPT]:
            old.unlink(missing_ok=True)
        return len(email_messages)


def _name(mail: EmailMessage) -> str:
    about = re.sub(r"[^a-z0-9]+", "-", str(mail.subject).lower()).strip("-")[:60]
    return f"{clock.system_now():%Y%m%d-%H%M%S-%f}-{about}.eml"
