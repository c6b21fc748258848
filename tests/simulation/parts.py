"""Results that add up: of one run, of a part that is continued later, of many parts."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MEASURED = ("edge", "kind", "move", "refusal", "fault", "end")
ENOUGH = 100
# Of deposits, of what is sent ("at the bank": in transit or unknown), and of moving out.
TRUST_EDGES = (
    "payout: ∅ → created",
    "payout: created → in_transit",
    "payout: created → failed",
    "payout: in_transit → unknown",
    "payout: in_transit → paid",
    "payout: in_transit → failed",
    "payout: unknown → in_transit",
    "payout: unknown → paid",
    "payout: unknown → failed",
    "payout: paid → returned",
    "deposit_forwarding: at the bank → paid",
    "deposit_forwarding: at the bank → failed",
    "deposit_forwarding: paid → returned",
    "deposit_draw: at the bank → paid",
    "deposit_draw: at the bank → failed",
    "deposit_draw: paid → returned",
    "deposit_refund: at the bank → paid",
    "deposit_refund: at the bank → failed",
    "deposit_refund: paid → returned",
    "trust bank: account replaced",
    "deposit: asked",
    "deposit: cheque",
    "deposit: interest",
    "deposit: withdrawal",
    "deposit: returned before it was forwarded",
    "deposit: returned after it was forwarded",
    "deposit: returned after it was drawn",
    "deposit: returned after it had gone on",
    "move_out: ∅ → running",
    "move_out: running → done",
    "move_out: running → compensating",
    "move_out: compensating → compensated",
    "move_out: charge_damages taken back",
    "move_out: called off → begun anew",
)
GIVEN_BACK = (
    "refund: ∅ → pending",
    "refund: pending → submitted",
    "refund: pending → canceled",
    "refund: submitted → unknown",
    "refund: unknown → submitted",
    "refund: submitted → succeeded",
    "refund: submitted → failed",
    "refund: unknown → succeeded",
    "refund: unknown → failed",
    "refund: succeeded → returned",
    "overpayment: given back",
    "overpayment_refund: at the bank → paid",
    "overpayment_refund: at the bank → failed",
    "overpayment_refund: paid → returned",
)
TRUST_KINDS = (
    "payment.fee",
    "payout.created",
    "payout.paid",
    "payout.failed",
    "payout.returned",
    "deposit.forwarded",
    "deposit.forwarding_returned",
    "deposit.draw_returned",
    "deposit.interest",
    "deposit.deducted",
    "trust.withdrawn",
    "deposit.drawn",
    "deposit.refunded",
    "deposit.refund_returned",
)
# What actions can reach today: each must have been taken often enough.
REACHABLE = {
    "edge": (
        "payment: ∅ → initiated",
        "payment: initiated → processing",
        "payment: initiated → canceled",
        "payment: processing → completed",
        "payment: processing → failed",
        "payment: processing → unknown",
        "payment: unknown → processing",
        "payment: unknown → completed",
        "payment: unknown → failed",
        "payment: processing → requires_action",
        "payment: processing → authorized",
        "payment: unknown → authorized",
        "payment: requires_action → processing",
        "payment: requires_action → failed",
        "payment: requires_action → canceled",
        "payment: authorized → processing",
        "payment: authorized → canceled",
        "payment: completed → settled",
        "payment: completed → returned",
        "payment: settled → returned",
        "bank_account: ∅ → new",
        "bank_account: new → verified",
        "bank_account: new → verification_failed",
        "bank_account: new → errored",
        "receipt: ∅ → recorded",
        "receipt: recorded → banked",
        "receipt: recorded → bounced",
        "receipt: banked → bounced",
        "late_fee: ∅ → assessed",
        "late_fee: ∅ → proposed",
        "late_fee: proposed → assessed",
        "late_fee: proposed → dismissed",
        "payment_plan: ∅ → proposed",
        "payment_plan: proposed → active",
        "payment_plan: proposed → canceled",
        "payment_plan: active → completed",
        "payment_plan: active → broken",
        "payment_plan: active → canceled",
        *TRUST_EDGES,
        *GIVEN_BACK,
        "hold: ∅ → pending",
        "hold: pending → posted",
        "hold: pending → released",
        "hold: pending → expired",
        "payment: ∅ → for a roommate",
        "transfer: ∅ → given",
        "transfer: ∅ → debt carried",
        "transfer: ∅ → credit carried",
        "lease: ∅ → moved",
        "lease: open → blocked",
        "lease: blocked → open",
        "policy: ∅ → set",
        "policy: set → changed",
        "bank_charge: ∅ → recorded",
        "client bank: covered",
        "period: open → closed",
        "period: closed → looked at again",
        "entry: ∅ → dated in a closed period",
    ),
    "kind": (
        "capital",
        "charge.due",
        "late_fee.assessed",
        "late_fee.waived",
        "returned_fee.charged",
        "receipt.recorded",
        "receipt.banked",
        "receipt.bounced",
        "credit.granted",
        "charge.written_off",
        "write_off.reinstated",
        "verification.sent",
        "bank.line",
        "client.covered",
        "processor.fee",
        "payment.completed",
        "payment.settled",
        "payment.returned",
        "return.fee",
        "transaction.reversed",
        "refund.submitted",
        "refund.completed",
        "refund.failed",
        "refund.returned",
        *TRUST_KINDS,
        "party.transferred",
        "lease.transferred",
        "bank_charge.recorded",
    ),
}
# Declared by the machine, and taken by no action yet, or by processors alone that nobody pays by here.
NO_ACTION = (
    "payment: initiated → requires_action, in_review",
    "payment: in_review → processing, failed, canceled",
    "payment: processing → canceled",
    "bank_account: verified → errored",
)


@dataclass
class Part:
    seeds: set[int] = field(default_factory=set)
    failed: dict[int, str] = field(default_factory=dict)
    steps: int = 0
    seconds: float = 0.0
    cpu: float = 0.0
    totals: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    @classmethod
    def read(cls, path: Path) -> "Part":
        """Empty if there is no such file."""
        part = cls()
        if path.exists():
            kept = json.loads(path.read_text())
            part.seeds, part.failed = set(kept["seeds"]), {int(seed): text for seed, text in kept["failed"].items()}
            part.steps, part.seconds, part.cpu = kept["steps"], kept["seconds"], kept["cpu"]
            part.totals.update({name: Counter(counter) for name, counter in kept["totals"].items()})
        return part

    def write(self, path: Path) -> None:
        """Beside the old one, then in its place: a kill leaves one of the two."""
        kept = {**vars(self), "seeds": sorted(self.seeds)}
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(kept))
        fresh.replace(path)

    def add(self, result: dict[str, Any]) -> None:
        self.seeds.add(result["seed"])
        if "failed" in result:
            self.failed[result["seed"]] = result["failed"]
        self.steps += result["steps"]
        self.seconds += result["seconds"]
        self.cpu += result["cpu"]
        self.count(result["totals"])

    def count(self, totals: dict[str, Any]) -> None:
        for name, counter in totals.items():
            self.totals[name].update(counter)

    def progress(self) -> str:
        each = 1000 * self.seconds / max(1, self.steps)
        python = 1000 * self.cpu / max(1, self.steps)
        rate = self.steps / max(self.seconds, 0.001)
        return (
            f"{len(self.seeds)} histories, {self.steps} steps, {len(self.failed)} failed; {rate:.0f} steps a second in one process, "
            f"{each:.2f} ms a step ({python:.2f} Python, {each - python:.2f} waiting for PostgreSQL)"
        )

    def summary(self) -> str:
        failed = [text.splitlines()[0] for text in self.failed.values()]
        return "\n".join([report({name: dict(c) for name, c in self.totals.items()}), self.progress(), *failed])


def report(totals: dict[str, dict[str, int]]) -> str:
    lines = []
    for name in MEASURED:
        counted = totals.get(name, {})
        lines.append(f"{name}s:")
        lines += [f"  {count:9}  {what}" for what, count in sorted(counted.items(), key=lambda pair: -pair[1])]
    least = min((totals.get(family, {}).get(name, 0) for family, names in REACHABLE.items() for name in names), default=0)
    lines.append(f"taken at least {least} times: every transition and posting kind that an action reaches")
    lines += [f"fewer than {ENOUGH} times: {name}" for name in missing(totals)]
    lines += [f"no action takes: {edges}" for edges in NO_ACTION]
    return "\n".join(lines)


def missing(totals: dict[str, dict[str, int]], least: int = ENOUGH) -> list[str]:
    return [name for family, names in REACHABLE.items() for name in names if totals.get(family, {}).get(name, 0) < least]


def add_up(paths: Iterable[str]) -> str:
    """Of parts that share no seed."""
    whole = Part()
    for path in paths:
        part = Part.read(Path(path))
        if twice := whole.seeds & part.seeds:
            raise ValueError(f"{path}: seeds counted already, {len(twice)} of them")
        whole.seeds |= part.seeds
        whole.failed |= part.failed
        whole.steps, whole.seconds, whole.cpu = whole.steps + part.steps, whole.seconds + part.seconds, whole.cpu + part.cpu
        whole.count(part.totals)
    return whole.summary()
