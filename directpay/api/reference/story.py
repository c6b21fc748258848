"""The examples of a document as one story: every operation, in an order in which each id comes from an earlier answer."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

ID = re.compile(r"[a-z]+_[0-9A-Za-z]{24}")
JSON = "application/json"
LAST = ("sandbox", "refunds", "overpayment_refunds", "payouts")  # first the clock is moved, for what is sent must have settled
NEVER = "payment_intent_unexpected_state"
SETTLED = "/api/v1/leases/{id}/overpayment_refunds"  # made on a lease, and told with what is LAST
UNTIMELY = ("payment_not_cancelable", "receipt_not_ready")  # by then the money has left, or has not settled
FIRST = ("payment_plans",)  # while something is owed
# What an id that stands inside of an answer is called; others are called as the example that makes them.
KINDS = {"acct": "account", "chg": "charge", "evt": "event", "pye": "payee", "txn": "transaction", "unit": "unit"}


@dataclass(frozen=True)
class Call:
    """A request of the story, and what it should be answered.

    `refusal`: the code of an error that is an answer too. `needs`: ids of the document → variables. `gives`: variables → where they
    stand in the answer.
    """

    title: str
    tag: str
    method: str
    path: str
    address: str
    query: Mapping[str, Any]
    body: Mapping[str, Any] | None
    statuses: tuple[int, ...]
    refusal: str
    answer: Any
    needs: Mapping[str, str]
    gives: Mapping[str, tuple[str | int, ...]]
    is_file: bool = False  # a good answer is no JSON

    @property
    def asked_ids(self) -> set[str]:
        """Ids that the request names."""
        return set(ID.findall(f"{self.address} {self.query} {self.body}"))


def story(described: Mapping[str, Any]) -> list[Call]:
    """All calls, resource by resource, what changes something first. Raises ValueError where an id comes from nowhere."""
    calls = sorted(_calls(described), key=lambda call: call.method == "GET")
    # Payments before payment_intents: the underscore comes after the letters. What can only be read comes last.
    tags = sorted(
        {call.tag for call in calls},
        key=lambda tag: (_only_read(calls, tag), tag in LAST and 1 + LAST.index(tag), tag not in FIRST, tag.replace("_", "~")),
    )
    told: list[Call] = []
    while tags:
        ready = [tag for tag in tags if not _unmet(told, _of(calls, tag))]
        tag = next((tag for tag in ready if not _made_later(told, calls, tag)), ready[0] if ready else None)
        if tag is None:
            raise ValueError(f"no example answers with {sorted(_unmet(told, _of(calls, tags[0])))}, which {tags[0]} needs")
        tags.remove(tag)
        waiting = _of(calls, tag)
        while waiting:
            told.append(next(call for call in waiting if not _unmet(told, [call])))
            waiting.remove(told[-1])
    return _with_variables(told)


def _made_later(told: Sequence[Call], calls: Sequence[Call], tag: str) -> bool:
    """Whether it asks for something that a POST of another resource, not told yet, answers with: a credit of a lease, for example."""
    made = _made([call for call in calls if call.tag != tag and call not in told])
    return any(call.asked_ids & made for call in _of(calls, tag))


def _made(calls: Sequence[Call]) -> set[str]:
    """The objects that POSTs answer with and were not asked about: what they have made."""
    posts = [call for call in calls if call.method == "POST"]
    return {found for call in posts for found, place in _ids(call.answer) if place == ("id",) and found not in call.asked_ids}


def _of(calls: Sequence[Call], tag: str) -> list[Call]:
    return [call for call in calls if call.tag == tag]


def _only_read(calls: Sequence[Call], tag: str) -> bool:
    return all(call.method == "GET" for call in _of(calls, tag))


def _unmet(told: Sequence[Call], calls: Sequence[Call]) -> set[str]:
    """Ids that these name, which no answer before them had and which they do not make themselves."""
    before = {found for call in told for found, _ in _ids(call.answer)}
    reads = all(call.method == "GET" for call in calls)
    makers = [call for call in calls if reads or (call.method == "POST" and "{id}" not in call.path)]
    made = {found for call in makers for found, _ in _ids(call.answer) if found not in call.asked_ids} | _made(calls)
    return {wanted for call in calls for wanted in call.asked_ids} - before - made


def _calls(described: Mapping[str, Any]) -> Iterator[Call]:
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            good = [int(status) for status in operation["responses"] if int(status) < 400]
            content = operation["responses"][str(good[0])]["content"] if good else {}
            answers = content.get(JSON, {}).get("examples", {})
            asks = operation["requestBody"]["content"][JSON]["examples"] if "requestBody" in operation else {"": {"value": None}}
            for name, ask in asks.items():
                answer = answers[name] if name in answers else next(iter(answers.values()), {"value": {}})
                refused = _refusal(operation, good)
                yield Call(
                    title=f"{operation['summary']}{f': {name}' if len(asks) > 1 else ''}",
                    tag=path.rpartition("/")[2] if path == SETTLED else operation["tags"][0],
                    method=method.upper(),
                    path=path,
                    address=path.replace("{id}", _id_of(operation, name)),
                    query=_query_of(operation),
                    body=ask["value"],
                    statuses=(*good, *(status for status, _ in refused)),
                    refusal="".join(code for _, code in refused),
                    answer={**answer["value"], "": name},
                    needs={},
                    gives={},
                    is_file=bool(content) and JSON not in content,
                )


def _refusal(operation: Mapping[str, Any], good: Sequence[int]) -> list[tuple[int, str]]:
    """Status and code: of what is always refused, and of what comes at the wrong time of its payment."""
    if not good or operation.get("operationId", "").startswith("capture_"):  # no worker has asked the processor by then
        return [(400, NEVER)]
    known = operation["responses"].get("409", {}).get("content", {JSON: {"examples": ()}})[JSON]["examples"]
    return [(409, code) for code in UNTIMELY if code in known]


def _id_of(operation: Mapping[str, Any], name: str) -> str:
    for parameter in operation["parameters"]:
        if parameter.get("in") == "path":
            return str(parameter["examples"][name]["value"] if "examples" in parameter else parameter["example"])
    return ""


def _query_of(operation: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters of the query that have an example."""
    asked = [parameter for parameter in operation["parameters"] if parameter.get("in") == "query"]
    return {parameter["name"]: parameter["schema"]["examples"][0] for parameter in asked if "examples" in parameter["schema"]}


def _ids(value: Any, place: tuple[str | int, ...] = ()) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    """Every id in an answer, with where it stands."""
    if isinstance(value, str) and ID.fullmatch(value):
        yield value, place
    for step, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from _ids(inner, (*place, step))


def _with_variables(told: Sequence[Call]) -> list[Call]:
    """A variable for each id that a request names, kept from the answer in which it was first met."""
    makers: dict[str, tuple[int, tuple[str | int, ...]]] = {}
    for position, call in enumerate(told):
        for found, place in _ids(call.answer):
            makers.setdefault(found, (position, place))
    gives: dict[int, dict[str, tuple[str | int, ...]]] = {}
    names: dict[str, str] = {}
    for wanted in sorted({wanted for call in told for wanted in call.asked_ids}):
        maker, place = makers[wanted]
        names[wanted] = told[maker].answer[""] if place == ("id",) else KINDS[wanted.partition("_")[0]]
        gives.setdefault(maker, {})[names[wanted]] = place
    return [
        replace(call, needs={wanted: names[wanted] for wanted in call.asked_ids}, gives=gives.get(position, {}))
        for position, call in enumerate(told)
    ]
