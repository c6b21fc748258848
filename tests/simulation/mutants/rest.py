"""In the machinery under all rooms: queues, listeners, keys."""

from tests.simulation.mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        "a queue works on the first of a set alone",
        "directpay/due/run.py",
        "                    queue.work(list(claimed), at)\n        return len(claimed)",
        "                    queue.work(list(claimed)[:1], at)\n        return len(claimed)",
        "",
    ),
    Mutant(
        "a listener hears the first of a set alone",
        "directpay/events/relay.py",
        "listener.hear(heard)",
        "listener.hear(heard[:1])",
        "never told",
        moves={"pay_twice": 20, "nobody_works": 20},
    ),
    Mutant(
        "of a set of facts the first alone is heard",
        "directpay/events/registry.py",
        "        hear(facts)",
        "        hear(facts[:1])",
        "",
        moves={"pay_twice": 20, "nobody_works": 20},
    ),
    Mutant(
        "a second click pays again",
        "directpay/api/idempotency.py",
        "            if saved is not None:",
        "            if saved is not None and not saved.body:",
        "click again",
        moves={"double_click": 40},
    ),
    Mutant(
        "any amounts verify a bank account",
        "payments/methods/actions.py",
        "if sorted(amounts) == sorted(sent):",
        "if len(amounts) == len(sent):",
        "became verified",
        moves={"name_amounts": 30, "add_unproven_account": 20},
    ),
    Mutant(
        "of a set the first alone is promised", "directpay/due/actions.py", "promised = dict(items)", "promised = dict(list(items)[:1])", ""
    ),
)
