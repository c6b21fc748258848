"""Reading an OpenAPI document: its operations, answers and examples, and what is wrong with a value."""

from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

JSON = "application/json"


class Reader:
    """Walks a document; `whole` follows a $ref."""

    def __init__(self, described: dict[str, Any]) -> None:
        self.described = described

    def whole(self, node: Any) -> Any:
        while isinstance(node, dict) and "$ref" in node:
            found: Any = self.described
            for part in node["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            node = found
        return node

    def operations(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        for path, methods in self.described["paths"].items():
            for method, operation in methods.items():
                yield f"{method.upper()} {path}", method, operation

    def answers(self, operation: dict[str, Any]) -> dict[int, dict[str, Any]]:
        """Those that are JSON: a file has its type, and nothing inside that could be described."""
        told = {int(status): self.whole(answer) for status, answer in operation["responses"].items()}
        return {status: answer for status, answer in told.items() if JSON in answer["content"]}

    def examples(self, content: dict[str, Any]) -> dict[str, Any]:
        return {name: self.whole(example)["value"] for name, example in content.get("examples", {}).items()}

    def wrong_with(self, schema: dict[str, Any], value: Any) -> list[str]:
        rooted = {**schema, "components": self.described["components"]}
        return [
            f"{error.json_path}: {error.message}"
            for error in Draft202012Validator(rooted, format_checker=FormatChecker()).iter_errors(value)
        ]


def undeclared(reader: Reader, schema: dict[str, Any], value: Any, path: str = "") -> list[str]:
    """Fields of an answer that its schema does not know."""
    schema = reader.whole(schema)
    if "oneOf" in schema:
        return min((undeclared(reader, one, value, path) for one in schema["oneOf"]), key=len)
    if isinstance(value, list):
        return [found for inner in value for found in undeclared(reader, schema.get("items", {}), inner, f"{path}[]")]
    if not isinstance(value, dict) or "properties" not in schema:
        return []
    found = [f"{path}.{name}" for name in value if name not in schema["properties"]]
    for name, inner in value.items():
        found += undeclared(reader, schema["properties"].get(name, {}), inner, f"{path}.{name}")
    return found
