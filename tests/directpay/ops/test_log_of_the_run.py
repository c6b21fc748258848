"""The check that searches the log of a whole run can fail: tried on runs of their own that show what they must not."""

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.tidiness import ROOT
from tests.log_of_the_run import DIRECTORY, search
from tests.seeded import seeded_in

CONFTEST = "from tests.log_of_the_run import register as pytest_configure\n"
TALKS = """
import logging
import pytest

@pytest.mark.parametrize("n", range(4))
def test_talks(n):
    logging.getLogger("payments").warning({said!r})
"""


def run(place: Path, said: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A run with a conftest like ours, of a test that logs `said` and passes."""
    (place / "conftest.py").write_text(CONFTEST)
    (place / "test_it.py").write_text(TALKS.format(said=said))
    env = {name: value for name, value in os.environ.items() if name != DIRECTORY and not name.startswith("PYTEST_")}
    env |= {"PYTHONPATH": str(ROOT), "DJANGO_SETTINGS_MODULE": "", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [sys.executable, "-m", "pytest", "-p", "xdist", "-c", os.devnull, "--rootdir", str(place), str(place), *arguments]
    return subprocess.run(command, env=env, cwd=place, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("arguments", [[], ["-n", "2"]], ids=["alone", "with workers"])
def test_a_run_that_shows_an_account_number_fails(tmp_path, arguments):
    done = run(tmp_path, "paid from 000123456789", *arguments)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "4 passed" in done.stdout, "the tests themselves are well: the log is not"
    assert "account number 000123456789" in done.stdout


@pytest.mark.parametrize("arguments", [[], ["-n", "2"]], ids=["alone", "with workers"])
def test_a_run_that_shows_nothing_passes(tmp_path, arguments):
    done = run(tmp_path, "account_number=000123456789 of bob@example.com", *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "log of the run: 4 lines, nothing that must not stand there" in done.stdout


def test_a_run_that_fails_anyway_keeps_its_own_exit_status(tmp_path):
    done = run(tmp_path, "paid from 000123456789", "-k", "nothing_of_that_name")
    assert done.returncode == pytest.ExitCode.NO_TESTS_COLLECTED


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("from 000123456789 to", "account number"),
        ('"110000000"', "routing number"),
        ("of bob@example.com", "e-mail address"),
        ("+1 614 555 0199", "telephone number"),
        ("card 4242 4242 4242 4242", "card number"),
        ("378282246310005", "card number"),
        ("key sk_test_" + "a1" * 12, "API key"),
        ("whsec_" + "a1" * 12, "signing secret"),
        ("pi_abc_secret_" + "a1" * 6, "client secret"),
        ("it was correct horse battery staple", "password"),
    ],
)
def test_knows_what_is_seeded(line, what):
    assert [found for found, _ in seeded_in(line)] == [what]


@pytest.mark.parametrize(
    "line", ["pay_000123456789abc", "amount 150000", "4242424242424241", "2026-11-25T22:24:07.000123456Z", "sk_test_•••"]
)
def test_leaves_what_is_not(line):
    assert seeded_in(line) == []


def test_reads_every_file(tmp_path):
    (tmp_path / "gw0.log").write_text("well\n")
    (tmp_path / "gw1.log").write_text("well\nbob@example.com\n")
    read, found = search(tmp_path)
    assert read == 3
    assert [(one.what, one.value) for one in found] == [("e-mail address", "bob@example.com")]


def test_this_very_run_is_searched(request):
    """The plugin is there, and what is logged now reaches its file."""
    plugin = request.config.pluginmanager.get_plugin("log_of_the_run")
    logging.getLogger("payments.test").warning("a line of %s", "this run")
    assert "a line of this run" in Path(plugin.handler.baseFilename).read_text(encoding="utf-8")
