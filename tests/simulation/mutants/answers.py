"""In what becomes of a payment: submitting, answers, silence, returns, cancelling."""

from tests.simulation.mutants.mutant import NO_FUNDS, RETURNS_BEFORE_READY, RETURNS_LATE, Mutant

ANSWERS, SUBMIT, INITIATE = "payments/payins/actions/answers.py", "payments/payins/actions/submit.py", "payments/payins/actions/initiate.py"
WATCH, LINES = "payments/returns/actions.py", "payments/reconciliation/actions.py"
SILENT = {"quiet_then_asked": 20, "misbehave": 20}

MUTANTS = (
    Mutant(
        "silence is ignored",
        ANSWERS,
        '_lose(said["unknown"], heard, at)',
        "pass",
        "must be unknown | does not come to an end",
        moves=SILENT,
    ),
    Mutant(
        "silence is a decline",
        ANSWERS,
        '_lose(said["unknown"], heard, at)',
        'change([p for p in said["unknown"] if p.status == "processing"], "fail", "failed", actor=SYSTEM.label, at=at)',
        "nothing happened that leads there",
        moves=SILENT,
    ),
    Mutant(
        "a silent bank is forgotten",
        ANSWERS,
        "at + _patience(p, at)) for p in payments",
        "at + timedelta(days=300)) for p in payments",
        "",
        moves=SILENT,
    ),
    Mutant(
        "a return before it cleared is ignored",
        ANSWERS,
        '_fail(said["failed"] + said["returned"], heard, at)',
        '_fail(said["failed"], heard, at)',
        "must be failed",
        moves={"nobody_works": 80},
        profile="demo",
        numbers=(RETURNS_BEFORE_READY,),
    ),
    Mutant(
        "a failure is ignored",
        ANSWERS,
        '_fail(said["failed"] + said["returned"], heard, at)',
        '_fail(said["returned"], heard, at)',
        "must be failed",
        numbers=(NO_FUNDS,),
    ),
    Mutant(
        "what the bank never got is not handed over",
        "payments/rails/registry.py",
        "except NoSuchOrder:\n        return hand_over(order, at)",
        "except NoSuchOrder:\n        return None",
        "",
        moves={**SILENT, "crash_at_work": 15},
    ),
    Mutant(
        "the bank is told the net",
        SUBMIT,
        '"amount_minor": payment.charged_minor,',
        '"amount_minor": payment.net_minor,',
        "the sum that the bank was told",
    ),
    Mutant("handed over before its time", INITIATE, "promise.leaves_at", "at", "was handed over", profile="calendar"),
    Mutant(
        "called off when the bank has it",
        "payments/payins/actions/cancel.py",
        "CANCELABLE = (Status.INITIATED,",
        "CANCELABLE = (Status.PROCESSING, Status.INITIATED,",
        "payment_not_cancelable",
        moves={"cancel": 90},
        profile="calendar",
    ),
    Mutant(
        "what is in flight is not counted",
        INITIATE,
        "limit - standing.in_flight_minor",
        "limit",
        "obligation_in_progress",
        moves={"pay_all": 90, "days": 2, "seconds": 2, "hours": 1},
        profile="calendar",
    ),
    Mutant(
        "duplicates are not suspected",
        INITIATE,
        "if not terms.allow_duplicate:",
        "if not terms:",
        "duplicate_suspected",
        moves={"pay_twice": 40},
    ),
    Mutant(
        "more than is owed",
        INITIATE,
        "limit = max(0, account.balance_minor + ahead_minor)",
        "limit = max(0, account.balance_minor + ahead_minor + 1)",
        "must be ",
        moves={"pay_part": 40},
    ),
    Mutant("the payee's own price is ignored", "payments/pricing/fees.py", "    if own:", "    if own and not own:", "terms of"),
    Mutant(
        "a return is lost", WATCH, "answer.state in TAKEN_BACK}", 'answer.state == "reversed"}', "must be returned", numbers=(RETURNS_LATE,)
    ),
    Mutant(
        "nobody watches for returns",
        "payments/returns/listeners.py",
        "[(event.object_id, event.at) for event in events]",
        "[]",
        "is lost: returned",
        moves={"weeks": 12},
        numbers=(RETURNS_LATE,),
    ),
    Mutant(
        "watching ends too soon",
        WATCH,
        "(answer.ask_again_at if answer else None) or",
        "None or",
        "is lost: returned",
        moves={"weeks": 12},
        numbers=(RETURNS_LATE,),
    ),
    Mutant("a return does not reopen the debt", WATCH, "        _reopen(payments, at)\n", "", "allocations", numbers=(RETURNS_LATE,)),
    Mutant(
        "a bank line is lost",
        LINES,
        "later[payment.public_id] = way.next_bank_line_at(order, at)",
        "later[payment.public_id] = None",
        "bank line",
    ),
    Mutant(
        "our own deposits come back to us",
        LINES,
        "a.public_id, -deposits, a.currency",
        "a.public_id, deposits, a.currency",
        "our bank never paid",
    ),
)
