"""Rules of the house that import-linter does not see: the order of files within a room, and foreign keys that point upward."""

import ast
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import ForeignKey

ROOT = Path(__file__).resolve().parents[2]
CHAIN = ["directpay", "ledger", "payments", "leases", "webhooks"]
# Within a room: a file may use those of its own level and below.
LEVELS = [
    {"kinds"},
    {"models"},
    {"queries", "events", "postings", "shares", "schedule"},
    {"actions"},
    {"listeners"},
    {"api", "pages", "admin", "tasks"},
]
LEVEL = {name: n for n, names in enumerate(LEVELS) for name in names}


def rooms() -> list[Path]:
    return sorted(d for app in CHAIN for d in (ROOT / app).iterdir() if d.is_dir() and (d / "__init__.py").exists())


def modules_of(room: Path) -> list[Path]:
    return sorted(p for p in room.rglob("*.py") if "migrations" not in p.parts)


def imported(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}


@pytest.mark.parametrize("room", rooms(), ids=lambda r: f"{r.parent.name}.{r.name}")
def test_doors_use_actions_use_queries_use_models(room):
    prefix = f"{room.parent.name}.{room.name}."
    wrong = []
    for path in modules_of(room):
        own = LEVEL.get(path.relative_to(room).parts[0].removesuffix(".py"))
        for name in imported(path):
            other = LEVEL.get(name.removeprefix(prefix).split(".")[0]) if name.startswith(prefix) else None
            if own is not None and other is not None and other > own:
                wrong.append(f"{path.relative_to(ROOT)} uses {name}")
    assert not wrong


def test_no_foreign_key_points_up_the_chain():
    wrong = []
    for model in apps.get_models():
        label = model._meta.app_label
        for field in model._meta.get_fields():
            if label in CHAIN and isinstance(field, ForeignKey) and field.related_model._meta.app_label in CHAIN:
                target = field.related_model._meta.app_label
                if CHAIN.index(target) > CHAIN.index(label):
                    wrong.append(f"{model.__name__}.{field.name} → {target}")
    assert not wrong


def test_every_table_of_ours_says_what_the_runtime_role_may_do_to_it():
    from directpay.ops.grants import APPEND_ONLY, MAY_DELETE, READ_ONLY

    tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True)} | {"django_migrations"}
    assert {*APPEND_ONLY, *MAY_DELETE, *READ_ONLY} <= tables
