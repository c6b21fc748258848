"""The environment before anything is installed: a stamp that only a whole installation leaves."""

import hashlib
import sys
from pathlib import Path

import pytest

from directpay.ops import install


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What would have been run; pip answers with the first of `calls.codes`."""
    made: list[list[str]] = []

    class Answer:
        returncode = 0
        stdout = ""

    def run(command: list[str], **_: object) -> Answer:
        made.append([str(word) for word in command])
        answer = Answer()
        answer.returncode = 1 if "broken" in " ".join(made[-1]) else 0
        return answer

    monkeypatch.setattr(install.subprocess, "run", run)
    return made


def requirements(home: Path, name: str = "requirements.txt") -> Path:
    file = home / name
    file.write_text("django==5.2\n")
    return file


def test_installs_once_with_hashes(tmp_path: Path, calls: list[list[str]]) -> None:
    file, venv = requirements(tmp_path), tmp_path / ".venv"
    assert install.main(file, venv) == 0
    assert "--require-hashes" in calls[-1]
    assert (venv / ".installed" / "requirements.txt").exists()
    (venv / "bin").mkdir()
    (venv / "bin" / "python").touch()
    before = len(calls)
    assert install.main(file, venv) == 0
    assert len(calls) == before
    file.write_text("django==5.3\n")
    assert install.main(file, venv) == 0
    assert len(calls) > before


def test_an_interrupted_installation_is_done_again(tmp_path: Path, calls: list[list[str]]) -> None:
    (tmp_path / "broken").mkdir()
    file, venv = requirements(tmp_path / "broken"), tmp_path / ".venv"
    assert install.main(file, venv) == 1
    assert not (venv / ".installed").exists()


def test_the_larger_file_contains_the_smaller_one(tmp_path: Path, calls: list[list[str]]) -> None:
    runtime, venv = requirements(tmp_path), tmp_path / ".venv"
    assert install.main(requirements(tmp_path, "requirements-dev.txt"), venv) == 0
    wanted = hashlib.sha256(runtime.read_bytes() + str(sys.version_info[:2]).encode()).hexdigest()
    assert (venv / ".installed" / "requirements.txt").read_text() == wanted


def test_says_which_python_it_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(install, "MINIMUM", (4, 0))
    assert install.main(requirements(tmp_path), tmp_path / ".venv") == 1
    assert "needs Python" in capsys.readouterr().err
