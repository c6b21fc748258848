"""Enough of PromQL to know which metrics and labels an expression names."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

TOKEN = re.compile(
    r"""\s+|(?P<text>"(?:[^"\\]|\\.)*")|(?P<number>\d[\w.]*)|(?P<name>[a-zA-Z_:][\w:]*)|(?P<mark>=~|!~|!=|==|>=|<=|[-+*/%^(){}\[\],=<>])"""
)
GROUPING = {"by", "on", "ignoring", "group_left", "group_right", "without"}
WORDS = {"and", "or", "unless", "bool", "offset"}


class NotUnderstood(Exception):
    """An expression that this reader, or Prometheus, does not understand."""


@dataclass
class Selector:
    """A metric with its matchers: (label, operator, text)."""

    metric: str
    matchers: list[tuple[str, str, str]] = field(default_factory=list)


@dataclass
class Expression:
    """What one expression names. `groups`: the labels of each grouping, with the selectors that stand in its operand."""

    selectors: list[Selector] = field(default_factory=list)
    groups: list[tuple[set[str], list[Selector]]] = field(default_factory=list)

    @property
    def outer(self) -> set[str] | None:
        """The labels that are left at the end; None if nothing groups them."""
        return self.groups[0][0] if self.groups else None


def tokens_of(text: str) -> list[tuple[str, str]]:
    found, at = [], 0
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None:
            raise NotUnderstood(f"{text[at : at + 20]!r} in {text}")
        at = match.end()
        if match.lastgroup:
            found.append((match.lastgroup, match[0]))
    return found


def read(text: str) -> Expression:
    """Raises NotUnderstood."""
    tokens = tokens_of(text)
    if sum(t == ("mark", "(") for t in tokens) != sum(t == ("mark", ")") for t in tokens):
        raise NotUnderstood(f"parentheses do not match in {text}")
    found, places = Expression(), []
    at = 0
    while at < len(tokens):
        kind, word = tokens[at]
        following = tokens[at + 1][1] if at + 1 < len(tokens) else ""
        if kind != "name" or word in WORDS:
            at += 1
        elif word in GROUPING:
            labels, at = _list(tokens, at + 1, text)
            places.append((labels, at, _end_of(tokens, at)))
        elif following == "{":
            matchers, end = _matchers(tokens, at + 1, text)
            found.selectors.append(Selector(word, matchers))
            tokens[at] = ("selector", str(len(found.selectors) - 1))
            at = end
        elif following == "(" or (following in GROUPING):
            at += 1  # a function, or an aggregation
        else:
            found.selectors.append(Selector(word))
            tokens[at] = ("selector", str(len(found.selectors) - 1))
            at += 1
    for labels, start, end in places:
        inside = [found.selectors[int(word)] for kind, word in tokens[start:end] if kind == "selector"]
        found.groups.append((labels, inside))
    return found


def _list(tokens: list[tuple[str, str]], at: int, text: str) -> tuple[set[str], int]:
    if at >= len(tokens) or tokens[at][1] != "(":
        raise NotUnderstood(f"labels are missing in {text}")
    end = next(n for n in range(at, len(tokens)) if tokens[n][1] == ")")
    return {word for kind, word in tokens[at:end] if kind == "name"}, end + 1


def _end_of(tokens: list[tuple[str, str]], at: int) -> int:
    """Where the operand that begins here ends."""
    depth = 0
    for n in range(at, len(tokens)):
        depth += {"(": 1, ")": -1}.get(tokens[n][1], 0)
        if depth == 0:
            return n
    return len(tokens)


def _matchers(tokens: list[tuple[str, str]], at: int, text: str) -> tuple[list[tuple[str, str, str]], int]:
    end = next((n for n in range(at, len(tokens)) if tokens[n][1] == "}"), None)
    if end is None:
        raise NotUnderstood(f"a brace is open in {text}")
    inside = [token for token in tokens[at + 1 : end] if token[1] != ","]
    if len(inside) % 3:
        raise NotUnderstood(f"matchers are label, operator, text in {text}")
    return list(_in_threes([word.strip('"') if kind == "text" else word for kind, word in inside])), end + 1


def _in_threes(words: list[str]) -> Iterator[tuple[str, str, str]]:
    for n in range(0, len(words), 3):
        yield words[n], words[n + 1], words[n + 2]


def faults(text: str, samples: dict[str, list[dict[str, str]]]) -> list[str]:
    """What an expression names and the samples (name → labels of each) do not have."""
    said, wrong = read(text), []
    for selector in said.selectors:
        rows = samples.get(selector.metric)
        if rows is None:
            wrong.append(f"no metric {selector.metric}")
            continue
        for label, operator, value in selector.matchers:
            if not any(label in row for row in rows):
                wrong.append(f"{selector.metric} has no label {label}")
            elif operator in ("=", "=~") and not any(_matches(operator, value, row.get(label, "")) for row in rows):
                wrong.append(f"{selector.metric} has no {label}{operator}{value!r}")
    for labels, inside in said.groups:
        for selector in inside:
            known = {label for row in samples.get(selector.metric, ()) for label in row}
            wrong += [f"{selector.metric} has no label {label} to group by" for label in sorted(labels - known)]
    return wrong


def _matches(operator: str, wanted: str, given: str) -> bool:
    return wanted == given if operator == "=" else re.fullmatch(wanted, given) is not None


def labels_of(text: str, samples: dict[str, list[dict[str, str]]]) -> set[str]:
    """The labels that the result has."""
    said = read(text)
    if said.outer is not None:
        return said.outer
    return {label for selector in said.selectors for row in samples.get(selector.metric, ()) for label in row}
