"""Debian's chromium, driven by playwright. Without it these tests are skipped, and say so."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install -r requirements-dev.txt")

CHROMIUM = shutil.which("chromium")
ABSENT = "no chromium on this machine: apt-get install chromium"
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker("browser")
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason=ABSENT))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    # playwright's loop runs in this thread; what tests ask of the database here is not asynchronous for it
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()
    os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)


@pytest.fixture
def open_page(chromium: Any, live_server: object) -> Iterator[Callable[..., Any]]:
    """`open_page(**options of a context)` → a page whose console must stay silent: a refused script or style is an error there."""
    contexts, complaints = [], []

    def opened(**options: object) -> Any:
        context = chromium.new_context(base_url=str(live_server), **{"viewport": DESK, **options})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [text for text in complaints if "422" not in text and "409" not in text and "404" not in text] == []
