"""The story as a shell script: curl alone asks, and python3 picks ids out of answers."""

import json
import re
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from directpay.api.reference.story import ID, Call

EMAIL = re.compile(r"([\w.]+)@example\.com")
HEAD = r"""#!/usr/bin/env bash
# Every operation of the API once, each with the ids of those before it. Written by `make docs` from docs/openapi.yaml.
#
#   DP=http://127.0.0.1:8000 KEY=sk_test_… bash docs/curl/every_operation.sh
#
# KEY is the platform's own key of a sandbox (after `make up`: secret_key in var/demo.json). It stops at the first request that fails.
set -euo pipefail
: "${DP:?the base address, for example http://127.0.0.1:8000}" "${KEY:?a secret key, sk_test_…}"

run=$(date +%s)-$$  # addresses and keys of this run are its own
count=0
auth=(--silent --show-error -H "Authorization: Bearer $KEY")
json=(-H "Content-Type: application/json")

# What stands at a place in the last answer: pick units 0 id
pick() {
  python3 -c 'import json, sys
found = json.load(sys.stdin)
for step in sys.argv[1:]:
    found = found[int(step) if step.isdigit() else step]
print(found)' "$@" <<<"$answer"
}

# A new key for each request that changes something; to send a request again, send its key again.
fresh() { count=$((count + 1)); key="every-operation-$run-$count"; }

# Stops where the answer is another error than this one.
unless() {
  if [[ $answer == '{"error":'* && $answer != *"\"$1\""* ]]; then echo "$answer" >&2; exit 1; fi
}

said() { printf '%s\n  %s\n' "$1" "${answer:0:160}"; }
"""


def script(calls: Sequence[Call]) -> str:
    """One file, a section for each resource."""
    parts = [HEAD]
    for tag, group in groupby(calls, key=lambda call: call.tag):
        parts.append(f"\n# --- {tag} ---\n")
        parts += [_lines(call) for call in group]
    return "".join(parts)


def _lines(call: Call) -> str:
    address = _with_variables(call.address, call.needs)
    lines = ["", f"# {call.method} {call.path}"]
    if call.method == "POST":
        body = EMAIL.sub(r"\1+$run@example.com", _with_variables(_quoted(json.dumps(call.body, ensure_ascii=False)), call.needs))
        lines.append("fresh")
        curl = "curl" if call.refusal else "curl --fail-with-body"
        sent = f'"${{auth[@]}}" "${{json[@]}}" -H "Idempotency-Key: $key" "$DP{address}" -d @-'
        lines += [f"answer=$({curl} {sent} <<JSON", body, "JSON", ")"]
    else:
        asked = [_quoted(f"{name}={value}").replace('"', '\\"') for name, value in call.query.items()]
        query = "".join(f' --data-urlencode "{_with_variables(one, call.needs)}"' for one in asked)
        curl = "curl" if call.refusal else "curl --fail-with-body"
        verb = "" if call.method == "GET" else f"--request {call.method} "
        text = " | tr -d '\\0'" if call.is_file else ""  # bash keeps no other
        lines.append(f'answer=$({curl} "${{auth[@]}}" {verb}{"--get" + query + " " if query else ""}"$DP{address}"{text})')
    lines.append(f'said "{call.title}"')
    if call.refusal:
        lines.append(f"unless {call.refusal}  # which is an answer too")
    lines += [f"{name}=$(pick {' '.join(map(str, place))})" for name, place in call.gives.items()]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """Between double quotes, or in a here-document, it stays what it is."""
    return re.sub(r"[\\$`]", r"\\\g<0>", text)


def _with_variables(text: str, needs: Mapping[str, Any]) -> str:
    return ID.sub(lambda found: f"${needs[found[0]]}" if found[0] in needs else found[0], text)
