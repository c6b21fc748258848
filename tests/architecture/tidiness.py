"""The rules of the house that no linter knows, as functions from source to what is wrong with it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
APPS = ("directpay", "ledger", "payments", "leases", "webhooks")
FILE_LINES, FUNCTION_LINES, ROOM_FILES = 400, 60, 10
BANNED_MODULES = {"utils", "util", "helpers", "helper", "common", "misc", "managers", "services_layer"}
BANNED_CLASS_ENDINGS = ("Manager", "Service", "Handler", "Helper", "Util", "Utils")
BANNED_FUNCTIONS = {"process_data", "handle_data", "do_stuff", "run_logic"}
# Calls that read the machine's clock; `kernel.clock` is the one door.
CLOCK_CALLS = {
    ("timezone", "now"),
    ("timezone", "localdate"),
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
    ("functions", "Now"),
}
CLOCK_SQL = re.compile(
    r"\b(?:now\(\)|(?:clock|statement|transaction)_timestamp\(\)|current_(?:timestamp|date|time)\b|localtimestamp\b)", re.I
)
CLOCK_FIELDS = {"auto_now", "auto_now_add"}
INEXACT_CALLS = {"float", "Decimal", "decimal.Decimal", "models.FloatField", "models.DecimalField", "serializers.FloatField"}
MONEY_APPS = ("ledger", "payments", "leases")


def python_files(*tops: str) -> Iterator[Path]:
    for top in tops:
        yield from sorted((ROOT / top).rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def long_functions(source: str) -> list[str]:
    """Functions over the limit, decorators and docstring included."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
            lines = node.end_lineno - node.lineno + 1
            if lines > FUNCTION_LINES:
                found.append(f"{node.name}: {lines} lines")
    return found


def banned_names(source: str) -> list[str]:
    """Names that say nothing about what is inside; a class derived from Django's own kind of that name is excused."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef) and node.name.endswith(BANNED_CLASS_ENDINGS):
            bases = [ast.unparse(base).partition("[")[0] for base in node.bases]
            if not any(base.endswith(BANNED_CLASS_ENDINGS) for base in bases):
                found.append(node.name)
        elif isinstance(node, ast.FunctionDef) and node.name in BANNED_FUNCTIONS:
            found.append(node.name)
    return found


def clock_readings(source: str) -> list[str]:
    """Every place in Python source, SQL in its strings included, that asks the machine what time it is."""
    found = []
    tree = ast.parse(source)
    documentation = _docstrings(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            owner_name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
            if (owner_name, node.func.attr) in CLOCK_CALLS:
                found.append(f"line {node.lineno}: {owner_name}.{node.func.attr}()")
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Now":
            found.append(f"line {node.lineno}: Now()")
        elif isinstance(node, ast.keyword) and node.arg in CLOCK_FIELDS:
            found.append(f"line {node.value.lineno}: {node.arg}")
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in documentation:
            found += [f"line {node.lineno}: {match}" for match in clock_sql(node.value)]
    return found


def clock_sql(text: str) -> list[str]:
    """Readings of the clock in SQL; comments and quoted names do not count."""
    return CLOCK_SQL.findall(re.sub(r"--[^\n]*|\"[^\"]*\"", "", text))


def _docstrings(tree: ast.Module) -> set[ast.Constant]:
    """Strings that are statements of their own, whatever they stand in."""
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    }


def inexact_money(source: str) -> list[str]:
    """Floats and decimals where only integers of minor units belong; a literal may be a number of seconds."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in INEXACT_CALLS:
            found.append(f"line {node.lineno}: {ast.unparse(node.func)}(…)")
    return found


def imported_modules(source: str, module: str) -> set[str]:
    """Dotted names that a module imports, or names in a string (settings, includes, commands)."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.ImportFrom):
            package = ".".join(module.split(".")[: -node.level])
            found |= {f"{package}.{node.module or alias.name}" for alias in node.names}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch(r"\w+(\.\w+)+(:\w+)?", node.value):
            dotted = node.value.partition(":")[0]
            found |= {dotted, dotted.rpartition(".")[0]}
    return found


def environment_names(source: str) -> set[str]:
    """Names that settings or commands read from the environment."""
    return set(re.findall(r"\benv(?:iron)?(?:\.(?:str|bool|int|float|list|get))?[(\[]\s*\"([A-Z][A-Z_]+)\"", source))
