"""Steps before the start: skipped while nothing changed, and loud when they fail."""

import os
from pathlib import Path

import pytest

from directpay.ops import preparation
from directpay.ops.preparation import PreparationError, Step, run_steps


def step(home: Path, *arguments: str, fingerprint: str = "1") -> Step:
    return Step("Looking", list(arguments), dict(os.environ), home / "stamp", fingerprint, home / "step.log")


def test_is_skipped_until_its_fingerprint_changes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_steps([step(tmp_path, "version")])
    run_steps([step(tmp_path, "version")])
    assert capsys.readouterr().out == "  Looking …\n"
    run_steps([step(tmp_path, "version", fingerprint="2")])
    assert capsys.readouterr().out == "  Looking …\n"


def test_a_failure_shows_its_last_words_and_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparation, "PROGRESS_SECONDS", 0.01)
    with pytest.raises(PreparationError, match="Unknown command: 'no_such_command'"):
        run_steps([step(tmp_path, "no_such_command")])
    assert not step(tmp_path).is_done()


def test_fingerprints_follow_what_they_stand_for() -> None:
    assert preparation.migration_fingerprint("a") == preparation.migration_fingerprint("a")
    assert preparation.migration_fingerprint("a") != preparation.migration_fingerprint("b")
    assert preparation.static_fingerprint() == preparation.static_fingerprint()
