"""What STYLE asks for and ruff cannot see. Each rule is tried on a sinner first: a check that cannot fail is a defect."""

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.architecture import tidiness
from tests.architecture.tidiness import APPS, ROOT, name_of, python_files

HAND_WRITTEN = [path for path in python_files(*APPS, "tests", "bench") if "migrations" not in path.parts]
# Who may ask the machine for the time, and why.
MAY_READ_THE_CLOCK = {
    "directpay/kernel/clock.py": "the one door",
    "ledger/migrations/sql/limits.sql": "the books' own doubt of what others say the time is",
}
# Found by Django, Celery or the command line rather than by an import.
ENTRANCES = re.compile(
    r"(^|\.)(apps|admin|models|urls|tasks|settings|wsgi|celery|gather|row_policies|database\.base|migrations\..*|management\..*|__init__)$"
)
RUN_BY_PATH = {"directpay.ops.install", "directpay.ops.stop", "directpay.ops.backup"}
MAY_BE_INEXACT = ("payments/pricing/", "payments/fraud/", "leases/contracts/shares.py")  # rates, scores; a percentage read exactly


def test_files_end_before_400_lines() -> None:
    texts = [
        path
        for suffix in ("py", "sql", "html", "js", "css")
        for top in (*APPS, "tests", "templates")
        for path in (ROOT / top).rglob(f"*.{suffix}")
    ]
    long = {name_of(path): len(path.read_text().splitlines()) for path in texts if "migrations/0" not in name_of(path)}
    assert {name: lines for name, lines in long.items() if lines > tidiness.FILE_LINES} == {}


def test_functions_end_before_60_lines() -> None:
    assert tidiness.long_functions("def long():\n" + "    x = 1\n" * 60) == ["long: 61 lines"]
    assert offenders(tidiness.long_functions) == {}


def test_names_say_what_is_inside() -> None:
    assert tidiness.banned_names("class PaymentService: pass\ndef process_data(): pass") == ["PaymentService", "process_data"]
    assert tidiness.banned_names("class UserManager(BaseUserManager): pass") == []
    modules = [
        name_of(path) for path in HAND_WRITTEN if path.stem in tidiness.BANNED_MODULES or path.parent.name in tidiness.BANNED_MODULES
    ]
    assert modules == []
    assert offenders(tidiness.banned_names) == {}


def test_only_the_kernel_reads_the_clock() -> None:
    sinner = "from django.utils import timezone\nx = timezone.now()\ncursor.execute('SELECT now()')\ny = DateTimeField(auto_now=True)"
    assert len(tidiness.clock_readings(sinner)) == 3
    assert tidiness.clock_readings('"""Docstrings may say now()."""') == []
    assert tidiness.clock_sql("DEFAULT CURRENT_TIMESTAMP -- now()") == ["CURRENT_TIMESTAMP"]
    excused = {name for name in MAY_READ_THE_CLOCK if not (ROOT / name).exists()}
    assert excused == set(), "an exception for a file that is gone"
    found = {
        name: readings
        for name, readings in offenders(tidiness.clock_readings, python_files(*APPS)).items()
        if name not in MAY_READ_THE_CLOCK
    }
    assert found == {}


def test_sql_files_do_not_read_the_clock() -> None:
    files = [path for app in APPS for path in (ROOT / app).rglob("*.sql")]
    found = {name_of(path): tidiness.clock_sql(path.read_text()) for path in files if name_of(path) not in MAY_READ_THE_CLOCK}
    assert {name: readings for name, readings in found.items() if readings} == {}


def test_money_is_integers() -> None:
    assert tidiness.inexact_money("x = float(a)\nz = Decimal('1')") == ["line 1: float(…)", "line 2: Decimal(…)"]
    assert tidiness.inexact_money("TIMEOUT_SECONDS = 0.5") == []
    files = [path for path in python_files(*tidiness.MONEY_APPS) if not name_of(path).startswith(MAY_BE_INEXACT)]
    assert offenders(tidiness.inexact_money, files) == {}


def test_every_module_is_used() -> None:
    modules = {_dotted(path): path for path in python_files(*APPS) if path.name != "__init__.py"}
    sources = [(path, _dotted(path)) for path in HAND_WRITTEN if not name_of(path).startswith("tests/")]
    used: set[str] = set().union(*(tidiness.imported_modules(path.read_text(), dotted) for path, dotted in sources))
    dead = {dotted for dotted in modules if dotted not in used and not ENTRANCES.search(dotted) and dotted not in RUN_BY_PATH}
    assert dead == set()


def test_a_room_has_at_most_ten_files() -> None:
    rooms = Counter(path.parent for app in APPS if app != "directpay" for path in (ROOT / app).rglob("*.py") if path.name != "__init__.py")
    crowded = {name_of(room): count for room, count in rooms.items() if count > tidiness.ROOM_FILES and not _is_gathering(room)}
    assert crowded == {}


def test_every_setting_is_in_the_example() -> None:
    assert tidiness.environment_names('env.str("A_NAME", "")\nos.environ.get("B_NAME")') == {"A_NAME", "B_NAME"}
    listed = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    sources = [ROOT / "directpay" / "settings.py", *(ROOT / "directpay" / "ops").glob("*.py")]
    read: set[str] = set().union(*(tidiness.environment_names(path.read_text()) for path in sources))
    assert read - listed - {"PATH", "DIRECTPAY_ENV_FILE"} == set()


@pytest.mark.parametrize(
    "path", [ROOT / ".env.example", ROOT / "Makefile", ROOT / "pyproject.toml", ROOT / "requirements.txt"], ids=lambda path: path.name
)
def test_no_file_knows_this_machine(path: Path) -> None:
    assert re.findall(r"--(?:extra-)?index-url|--find-links|file://|(?<![\w.~])/(?:work|root|home)/", path.read_text()) == []


def offenders(rule, files=None) -> dict[str, list[str]]:
    """File by file, what a rule finds."""
    found = {name_of(path): rule(path.read_text()) for path in (HAND_WRITTEN if files is None else files)}
    return {name: wrong for name, wrong in found.items() if wrong}


def _dotted(path: Path) -> str:
    return name_of(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _is_gathering(room: Path) -> bool:
    """An app's own files gather its rooms; migrations are made."""
    return room.parent == ROOT or room.name == "migrations"
