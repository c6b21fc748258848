"""What is running: the version of the API, the revision of the code, the Python."""

import platform
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.conf import settings

from directpay.ops.metrics import Gauge

GIT_SECONDS = 2.0
UNKNOWN = "unknown"


def collect() -> Iterator[Gauge]:
    labels: dict[str, str] = {
        "version": str(settings.SPECTACULAR_SETTINGS["VERSION"]),
        "revision": revision(),
        "python": platform.python_version(),
    }
    yield Gauge("directpay_build_info", "What this installation runs; always 1.", [(labels, 1)])


@cache
def revision() -> str:
    """DIRECTPAY_REVISION, or what git says of the directory of the code."""
    if settings.REVISION:
        return str(settings.REVISION)
    command = ["git", "-C", str(Path(settings.BASE_DIR)), "rev-parse", "--short=12", "HEAD"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=GIT_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return UNKNOWN
    return done.stdout.strip() or UNKNOWN
