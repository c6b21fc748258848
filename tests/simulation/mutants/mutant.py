"""One planted bug, and how it is put into running code."""

import ast
import importlib
import types
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.services import ROOT

# Where a bug would first be refused by the database: silenced in the mutant's own database, so that the auditor must see it.
JUDGE = ("ledger_entry entries_judged", "ledger_account account_floor")
BALANCE = ("ledger_transaction transactions_judged", "ledger_entry entries_judged")
ALLOCATION = ("ledger_allocation allocations_fit",)
HOLDS = ("ledger_hold resolved_once", "ledger_account account_held")
RETURNS_LATE, RETURNS_BEFORE_READY, NO_FUNDS = "009929070000", "009910040000", "000222222227"
FLOOR = ("ledger_account account_floor",)


class MutantRotten(AssertionError):
    """The code that it changes is not there any more, or stands there twice: write it anew."""


@dataclass(frozen=True)
class Mutant:
    """`old` stands exactly once in `path` and becomes `new`. `says`: part of what the auditor must say; `a | b` one of them."""

    name: str
    path: str
    old: str
    new: str
    says: str = ""
    silenced: tuple[str, ...] = ()
    moves: dict[str, float] = field(default_factory=dict)  # weights beside the usual ones
    profile: str = ""
    numbers: tuple[str, ...] = ()  # bank accounts that everybody has
    seed: int = 0  # the life in which it was found last: lived first
    also: "Mutant | None" = None  # another guard that would stop it first: a function of the database, or of ours

    def sources(self) -> tuple[str, str]:
        source = (ROOT / self.path).read_text()
        if source.count(self.old) != 1:
            raise MutantRotten(f"{self.name}: its text stands {source.count(self.old)} times in {self.path}")
        return source, source.replace(self.old, self.new)

    @property
    def is_sql(self) -> bool:
        return self.path.endswith(".sql")

    def statements(self) -> tuple[str, str]:
        """The function of SQL that it changes, to create: (changed, as it was)."""
        source, mutated = self.sources()
        start = source.rindex(" FUNCTION ", 0, source.index(self.old) + 1)
        changed, was = ("CREATE OR REPLACE" + text[start : text.index("END $$;", start)] + "END $$;" for text in (mutated, source))
        return changed, was

    def plant(self) -> None:
        """In this process: swap the code of each function that differs, whoever has imported it by name."""
        source, mutated = self.sources()
        module = importlib.import_module(self.path.removesuffix(".py").replace("/", "."))
        name = str(Path(ROOT / self.path))
        before, after = (dict(_functions(compile(text, name, "exec"))) for text in (source, mutated))
        changed = [qualname for qualname in after if qualname not in before or not _alike(before[qualname], after[qualname])]
        for qualname in changed:
            _function(module, qualname).__code__ = after[qualname]
        constants = _constants(source, mutated)
        for target, value in constants.items():
            setattr(module, target, eval(compile(ast.Expression(value), name, "eval"), vars(module)))
        if not changed and not constants:
            raise MutantRotten(f"{self.name}: nothing that can be swapped")


def _functions(code: types.CodeType) -> Iterator[tuple[str, types.CodeType]]:
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            if "<" not in constant.co_qualname and constant.co_flags & 0x2:  # a function that is not nested, not a class body
                yield constant.co_qualname, constant
            elif "<" not in constant.co_qualname:
                yield from _functions(constant)


def _alike(one: types.CodeType, other: types.CodeType) -> bool:
    def plain(code: types.CodeType) -> tuple[Any, ...]:
        inner = tuple(plain(c) if isinstance(c, types.CodeType) else c for c in code.co_consts)
        return (code.co_code, inner, code.co_names, code.co_varnames)

    return plain(one) == plain(other)


def _function(module: types.ModuleType, qualname: str) -> Any:
    found: Any = module
    for part in qualname.split("."):
        found = vars(found)[part] if isinstance(found, type) else getattr(found, part)
    while not hasattr(found, "__code__"):
        if hasattr(found, "build"):  # a posting kind stands for the function that builds it
            found = found.build
            continue
        found = found.fget if isinstance(found, property) else found.__wrapped__ if hasattr(found, "__wrapped__") else found.__func__
    return found


def _constants(source: str, mutated: str) -> dict[str, ast.expr]:
    def assigned(text: str) -> dict[str, ast.expr]:
        return {
            node.targets[0].id: node.value
            for node in ast.parse(text).body
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        }

    before = {name: ast.dump(value) for name, value in assigned(source).items()}
    return {name: value for name, value in assigned(mutated).items() if ast.dump(value) != before.get(name)}
