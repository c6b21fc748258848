"""Where a story is told: the server that is running here, or a temporary one."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from directpay.ops.http import ServerError, running_demo
from directpay.ops.secrets_file import read_environment
from directpay.ops.temporary import temporary_stack
from directpay.ops.up import why_not_ready


@dataclass(frozen=True, slots=True)
class Stage:
    """`demo`: keys, ids and log-ins; `home`: its DIRECTPAY_HOME; `temporary`: it has no settings but its own."""

    demo: dict[str, Any]
    home: Path
    temporary: bool

    @property
    def secret_key(self) -> str:
        """Django's own, from which the sandbox derives others."""
        return read_environment(self.home / "secrets.env")["SECRET_KEY"] if self.temporary else settings.SECRET_KEY


@contextmanager
def a_stage(say: Callable[[str], None]) -> Iterator[Stage]:
    try:
        demo = running_demo(Path(settings.DIRECTPAY_HOME))
    except ServerError:
        demo = {}
    if demo and not why_not_ready(demo["base_url"]):
        say(f"On the server that is running at {demo['base_url']}.")
        yield Stage(demo, Path(settings.DIRECTPAY_HOME), temporary=False)
        return
    say("No server is running here: starting a temporary one …")
    home = Path(tempfile.mkdtemp(prefix="directpay-demo-"))
    try:
        with temporary_stack(home) as stack:
            yield Stage(stack.demo, home, temporary=True)
    finally:
        shutil.rmtree(home, ignore_errors=True)
