"""Instruments: they count in every process together, alone where there is no directory, and never trouble whoever counts."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from directpay.kernel.instruments import DIRECTORY, Counter, Histogram, Level
from directpay.ops.metrics import counted
from tests.architecture.tidiness import ROOT
from tests.signals import growth, sample

DJANGO = "import django; django.setup()"
COUNTS = """
import os
from directpay.kernel.instruments import Counter, Histogram, Level
things = Counter("things_total", "Things.", ["kind"])
slow = Histogram("thing_seconds", "How long.", bounds=(1, 2))
busy = Level("things_busy", "At work.")
things.begin("none")
def work():
    things.add("big", amount=3)
    slow.observe(1.5)
    busy.add(1)
"""
SHOWS = """
from directpay.ops.metrics import counted
print(counted())
"""


def told(code: str, directory: Path | str) -> str:
    env = {**os.environ, DIRECTORY: str(directory), "DJANGO_SETTINGS_MODULE": "directpay.settings", "DIRECTPAY_ENV_FILE": os.devnull}
    done = subprocess.run([sys.executable, "-c", code], env=env, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_counts_and_begins_at_nought():
    counter = Counter("test_begun_total", "x", ["kind"])
    counter.begin("a")
    counter.add("b", amount=2)
    assert (sample("test_begun_total", kind="a"), sample("test_begun_total", kind="b")) == (0, 2)
    assert 'test_begun_total{kind="a"} 0.0' in counted()


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Counter("test_wrong_a_total", "x", ["kind"]).add("too", "many"),
        lambda: Counter("test_wrong_b_total", "x", ["kind"]).add("a", amount=-1),
        lambda: Histogram("test_wrong_seconds", "x", bounds=(1,)).observe("long"),
        lambda: Level("test_wrong_level", "x").add(1, "no such label"),
    ],
)
def test_never_fails_whoever_counts_and_says_so_once(wrong, caplog):
    wrong()
    assert [record.message for record in caplog.records if "is not counted" in record.message]


def test_processes_count_together_and_a_fork_counts_for_itself(tmp_path):
    """Three processes: one of its own, and a parent with its child, as a worker of Celery's has."""
    told(COUNTS + "work()", tmp_path)
    fork = "work()\nif os.fork() == 0:\n    work(); work()\n    os._exit(0)\nos.wait()\n"
    shown = told(DJANGO + COUNTS + fork + SHOWS, tmp_path)
    lines = shown.splitlines()
    for line in ('things_total{kind="big"} 12.0', 'things_total{kind="none"} 0.0', 'thing_seconds_bucket{le="2.0"} 4.0'):
        assert line in lines
    assert "things_busy 1.0" in lines, "what was in flight in processes that are gone is in flight no more"


@pytest.mark.parametrize("directory", ["", "/nowhere/at/all"])
def test_counts_alone_without_a_directory(directory):
    shown = told(DJANGO + COUNTS + "work()\n" + SHOWS, directory)
    assert 'things_total{kind="big"} 3.0' in shown.splitlines()


def test_goes_on_where_the_directory_is_taken_away(tmp_path):
    directory = tmp_path / "metrics"
    directory.mkdir()
    gone = f"import shutil; shutil.rmtree({str(directory)!r})\nwork()\n"
    gone += "if os.fork() == 0:\n    work()\n    os._exit(7)\nprint(os.wait()[1] >> 8)\n"
    assert told(COUNTS + gone, directory) == "7\n"
    assert not directory.exists()
    shutil.rmtree(tmp_path)


def test_a_growth_is_only_what_came_since():
    counter = Counter("test_growth_total", "x")
    counter.add(amount=5)
    with growth() as grown:
        counter.add()
    assert grown.of("test_growth_total") == 1
