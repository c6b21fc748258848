"""In what is promised by card, taken, let go of, and kept by the processor."""

from tests.simulation.mutants.mutant import Mutant

CAPTURE, HOLDS, ANSWERS = (f"payments/payins/actions/{name}.py" for name in ("capture", "holds", "answers"))
CANCEL, PROVE, REPORTS = "payments/payins/actions/cancel.py", "payments/payins/actions/prove.py", "payments/reconciliation/actions.py"
OFTEN = {
    "promise_by_card": 40.0,
    "pay_by_card": 20.0,
    "capture_card": 40.0,
    "prove_card": 25.0,
    "let_go_of_card": 10.0,
    "add_card": 5.0,
    "capture_card_at_the_end": 8.0,
}

MUTANTS = (
    Mutant(
        "a part is taken with the fee of a transfer",
        CAPTURE,
        "rail=asked_for_as(row.rail)",
        'rail="ach"',
        "terms of | legs of payment.completed",
        moves=OFTEN,
        seed=2,
    ),
    Mutant(
        "a promise is taken after its seven days",
        CAPTURE,
        "if row.capture_before <= at:",
        "if row.capture_before < at:",
        "payment_not_capturable | settled | was taken",
        moves=OFTEN | {"capture_card_at_the_end": 60.0},
    ),
    Mutant(
        "a promise never ends",
        CAPTURE,
        "late = [row for row in rows if row.capture_before is not None and row.capture_before <= at]",
        "late: list[Moving] = []",
        "the bank's answer about | does not come to an end",
        moves=OFTEN,
    ),
    Mutant(
        "nobody tells the processor that it is over",
        CAPTURE,
        "schedule(VOID_QUEUE, [(row.public_id, at) for row in late])",
        "schedule(VOID_QUEUE, [])",
        "was never told to let go",
        moves=OFTEN,
    ),
    Mutant(
        "nobody tells the processor that it was called off",
        CANCEL,
        "schedule(VOID_QUEUE, [(key, at) for key in promised])",
        "schedule(VOID_QUEUE, [])",
        "was never told to let go",
        moves=OFTEN | {"let_go_of_card": 40.0},
    ),
    Mutant(
        "what was called off stays held",
        CANCEL,
        "release_holds(fresh, at=at)",
        "release_holds([], at=at)",
        "holds",
        moves=OFTEN | {"let_go_of_card": 40.0},
    ),
    Mutant(
        "a hold takes all that was promised",
        HOLDS,
        'resolve_hold(hold, "posted", at=at, posted_minor=payment.amount_minor)',
        'resolve_hold(hold, "posted", at=at, posted_minor=abs(hold.amount_minor))',
        "holds",
        moves=OFTEN,
        seed=2,
    ),
    Mutant(
        "what is taken is released instead",
        ANSWERS,
        'post_holds(said["completed"], at=at)',
        'release_holds(said["completed"], at=at)',
        "holds",
        moves=OFTEN,
    ),
    Mutant(
        "a promise is taken for money",
        ANSWERS,
        '_check_amounts(said["completed"], heard)',
        'said["completed"] += said.pop("authorized")',
        "must be authorized | was taken, and nobody decided | was told of a promise",
        moves=OFTEN,
    ),
    Mutant(
        "who refuses to prove it has proven it",
        PROVE,
        "with_outcome(row.rail_reference, proven=proven), at",
        "with_outcome(row.rail_reference, proven=True), at",
        "its holder said",
        moves=OFTEN,
    ),
    Mutant(
        "the processor's fee is forgotten",
        REPORTS,
        "post_many(postings_of(kept), at=at)",
        "post_many(postings_of([]), at=at)",
        "never matched",
        moves=OFTEN,
    ),
    Mutant(
        "the processor's fee is another item's",
        REPORTS,
        "item=payment.public_id,",
        "item=cost.reference,",
        "legs of processor.fee",
        moves=OFTEN,
    ),
)
