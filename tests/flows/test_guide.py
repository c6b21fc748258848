"""docs/api.md is what happens: its examples are pasted, in order, into bash beside a live server, and what it promises is what is seen.

A line `command  # words` promises that the command prints these words; a new installation has nothing more than the guide says.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from directpay.api.reference.document import document
from directpay.people.models import User
from directpay.people.oauth.models import Application
from tests.architecture.tidiness import ROOT
from tests.directpay.api.reading import JSON, Reader
from tests.directpay.cast import key_of
from tests.directpay.people.oauth_app import App, answered, browser_of
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)
GUIDE = ROOT / "docs" / "api.md"
BLOCK = re.compile(r"^```(bash|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PROMISE = re.compile(r"^(.*?)  # (.+)$", re.DOTALL)
END = "--end-of-command--"


class Shell:
    """One bash in which commands follow each other, as when they are pasted."""

    def __init__(self, directory: Path, base_url: str) -> None:
        (directory / "var").mkdir()
        (directory / "var" / "demo.json").write_text(json.dumps({"base_url": base_url, "secret_key": key_of(None)}))
        binaries = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        self.process = subprocess.Popen(
            ["bash", "-u"], env={"PATH": binaries}, cwd=directory, stdin=-1, stdout=-1, stderr=subprocess.STDOUT, text=True
        )

    def run(self, command: str) -> str:
        """What it prints, errors included."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{command}\necho; echo {END}\n")
        self.process.stdin.flush()
        printed = []
        for line in self.process.stdout:
            if line.strip() == END:
                break
            printed.append(line.rstrip())
        return "\n".join(printed).strip()

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()


def blocks(text: str) -> list[tuple[str, str]]:
    """(language, source), in order."""
    return BLOCK.findall(text)


def commands(source: str) -> Iterator[str]:
    """Commands of a block, each with all of its lines."""
    pending = ""
    for line in source.splitlines():
        pending += f"{line}\n"
        whole = subprocess.run(["bash", "-n"], input=pending, capture_output=True, text=True, check=False)
        if whole.returncode == 0 and not whole.stderr and not line.endswith("\\"):
            yield pending.rstrip("\n")
            pending = ""
    assert not pending, f"never ends: {pending}"


def paste(shell: Shell, source: str) -> tuple[list[str], str]:
    """Promises that are broken, and what was printed without one."""
    wrong, besides = [], []
    for command in commands(source):
        promised = PROMISE.match(command)
        seen = shell.run(command)
        if promised is None:
            besides.append(seen)
        elif seen.lower() != promised[2].lower():
            wrong.append(f"{command}\n  was: {seen}")
    return wrong, "".join(besides)


def paste_python(shell: Shell, directory: Path, source: str) -> tuple[list[str], str]:
    """The same of a program: what it prints is what stands behind its lines."""
    (directory / "guide.py").write_text(source)
    seen = shell.run("python guide.py")
    promised = [found[2] for line in source.splitlines() if (found := PROMISE.match(line))]
    return ([] if seen == "\n".join(promised) else [f"{source}\n  was: {seen}"]), ""


@pytest.fixture
def shell(db: None, live_server, settings, tmp_path) -> Iterator[Shell]:
    World()
    rates = dict(re.findall(r"^DIRECTPAY_RATE_PER_(\w+)=(\S+)$", (ROOT / ".env.example").read_text(), re.MULTILINE))
    settings.RATES = {name.lower(): rate for name, rate in rates.items()}
    started = Shell(tmp_path, live_server.url)
    yield started
    started.end()


def registered(shell: Shell, grant: str) -> App:
    """Staff registered an app for Alice, and gave what it is called and its secret to whoever reads the guide."""
    app = App(User.objects.get(email__startswith="alice."), grant=grant)
    shell.run(f"CLIENT_ID={app.id} CLIENT_SECRET={app.secret}")
    return app


def let_in(app: App, person: User, address: str) -> str:
    """The browser of a person who agrees; the code that it brings back."""
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    browser = browser_of(person)
    return answered(app.presses(browser, app.asks(browser, **asked), allow="on"))["code"]


def test_everything_in_the_guide_is_as_it_says(shell, tmp_path):
    wrong, besides = list[str](), ""
    for language, source in blocks(GUIDE.read_text()):
        if "grant_type=client_credentials" in source:
            registered(shell, Application.FOR_ITS_OWNER)
        elif "/oauth/authorize?" in source:
            app = registered(shell, Application.FOR_PEOPLE)
        broken, said = paste(shell, source) if language == "bash" else paste_python(shell, tmp_path, source)
        if "/oauth/authorize?" in said:
            shell.run(f"CODE={let_in(app, User.objects.get(email__startswith='bob.'), said)}")
            said = ""
        wrong += broken
        besides += said
    assert wrong == [], "\n".join(wrong)
    assert besides == "", "a guide says what will be seen"


def test_a_promise_that_is_not_kept_is_found(shell):
    assert paste(shell, "echo yes  # yes\n") == ([], "")
    assert paste(shell, "echo yes  # no\necho more\n") == (["echo yes  # no\n  was: yes"], "more")
    assert "not found" in paste(shell, "no_such_command\n")[1]


def test_what_the_guide_says_of_rates_is_what_is_set():
    text = GUIDE.read_text()
    example = (ROOT / ".env.example").read_text()
    words = r"may send (\d+) requests a second and (\d+) at once; a person (\d+) and (\d+) .*?an address (\d+) and (\d+)"
    said = re.search(words, text, re.DOTALL)
    set_ = re.findall(r"^DIRECTPAY_RATE_PER_(?:KEY|USER|ADDRESS)=(\d+)/(\d+)$", example, re.MULTILINE)
    assert said is not None
    assert list(said.groups()) == [number for pair in set_ for number in pair]


def test_every_operation_path_that_the_guide_names_exists():
    known = {re.sub(r"\{id\}", "*", path.removeprefix("/api/v1")) for path in document()["paths"]}
    named = {re.sub(r"\$\w+", "*", path) for path in re.findall(r"\$DP(/[\w/$-]+)", GUIDE.read_text())}
    assert len(named) > 8
    assert named <= known


def test_every_error_that_the_guide_names_is_documented_with_its_status():
    reader = Reader(document())
    known = {
        (status, value["error"]["code"])
        for _, _, operation in reader.operations()
        for status, answer in reader.answers(operation).items()
        if status >= 400
        for value in reader.examples(answer["content"][JSON]).values()
    }
    named = {(int(status), code) for status, code in re.findall(r"\b([45]\d\d)\s+`(\w+)`", GUIDE.read_text())}
    assert len(named) > 6
    assert named <= known
