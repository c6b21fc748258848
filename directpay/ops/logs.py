"""How this installation logs: one JSON object a line for programs, or plain lines at a terminal; masked either way.

The request id goes from the caller through the web, events and tasks and back: `kernel.request_context` carries it.
"""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

from directpay.kernel.masking import mask, masked
from directpay.kernel.milestones import EACH
from directpay.kernel.request_context import request_id

# What logging itself puts on a record; anything else was given as `extra`.
OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "request", "server_time", "status_code", EACH}
TEXT = "{at} {level:<7} {logger}: {message}"


class Masked(logging.Formatter):
    """Plain lines, with the request id where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        found = _parts(record, self)
        return "\n".join(self._line(found | one) for one in _each(record))

    def _line(self, found: dict[str, Any]) -> str:
        line = TEXT.format(**found)
        named = {name: value for name, value in found.items() if name not in ("at", "level", "logger", "message", "exception")}
        if named:
            line += f" {named}"
        return f"{line}\n{found['exception']}" if "exception" in found else line


class MaskedJson(logging.Formatter):
    """One object a line: at, level, logger, message, request_id, then what was given beside the message, then the exception."""

    def format(self, record: logging.LogRecord) -> str:
        line = json.dumps(_parts(record, self), ensure_ascii=False, default=str)
        if EACH not in vars(record):
            return line
        # Hundreds at a time in the background: what they share is written once.
        return "\n".join(f"{line[:-1]}, {json.dumps(one, ensure_ascii=False)[1:]}" for one in _each(record))


def _parts(record: logging.LogRecord, formatter: logging.Formatter) -> dict[str, Any]:
    found: dict[str, Any] = {
        "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname,
        "logger": record.name,
        "message": mask(_message(record)),
    }
    if EACH in vars(record):  # each line names its own request
        return found | masked({key: value for key, value in vars(record).items() if key not in OWN})
    # Django says what it answered after the request has ended: then the request itself still knows its name.
    if name := request_id.get() or getattr(getattr(record, "request", None), "directpay_request_id", ""):
        found["request_id"] = mask(name)  # the caller's own words
    found |= masked({key: value for key, value in vars(record).items() if key not in OWN})
    if record.exc_info and record.exc_info[0]:
        found["exception"] = mask(formatter.formatException(record.exc_info))
    return found


def _each(record: logging.LogRecord) -> list[dict[str, str]]:
    """What differs between the lines of one record; most have a single line, and nothing more to say."""
    if EACH not in vars(record):
        return [{}]
    return [{"payment": mask(payment), **({"request_id": mask(request)} if request else {})} for payment, request in vars(record)[EACH]]


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception:  # a line with the wrong arguments is still worth having, and never breaks what logs it
        return f"{record.msg} {record.args}"


def configuration(style: str) -> dict[str, Any]:
    """For `logging.config.dictConfig`: `style` is json, text, or empty for whichever suits where the lines go."""
    chosen = style or ("text" if sys.stderr.isatty() else "json")
    if chosen not in ("json", "text"):
        raise ValueError(f"DIRECTPAY_LOG is json or text, not {style!r}")
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {"()": "directpay.ops.logs.MaskedJson"},
            "text": {"()": "directpay.ops.logs.Masked"},
        },
        "handlers": {"lines": {"class": "logging.StreamHandler", "formatter": chosen}},
        "root": {"handlers": ["lines"], "level": "WARNING"},
        "loggers": {
            **{app: {"level": "INFO"} for app in ("directpay", "payments", "ledger", "leases", "webhooks")},
            # Django's own handlers would write the same lines again, unmasked.
            "django": {"handlers": [], "level": "WARNING", "propagate": True},
            "django.server": {"handlers": [], "propagate": True},
        },
    }
