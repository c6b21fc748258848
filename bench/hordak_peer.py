"""The process of the peer: reads `way count` from its input, answers with seconds. Knows nothing of ours."""

import sys
import time
from urllib.parse import parse_qs, unquote, urlsplit

from django.conf import settings


def set_up(url: str) -> None:
    where = urlsplit(url)
    query = parse_qs(where.query)
    settings.configure(
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "mptt", "hordak"],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": where.path.lstrip("/"),
                "USER": where.username,
                "PASSWORD": unquote(where.password or ""),
                "HOST": query.get("host", [where.hostname])[0],
                "PORT": query.get("port", [where.port])[0],
                "CONN_MAX_AGE": None,
                "OPTIONS": {"options": "-c search_path=hordak"},
            }
        },
        DEFAULT_CURRENCY="USD",
        CURRENCIES=["USD"],
        USE_TZ=True,
    )
    import django

    django.setup()


def main(url: str, payees: int) -> None:
    set_up(url)
    from django.core.management import call_command
    from django.db import connection, transaction
    from hordak.models import Account, AccountType, Leg, Transaction
    from moneyed import Money

    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA IF NOT EXISTS hordak")
    call_command("migrate", verbosity=0)

    def account(name: str, kind: AccountType) -> Account:
        return Account.objects.create(name=name, type=kind, currencies=["USD"])

    clearing, revenue = account("clearing", AccountType.asset), account("revenue", AccountType.income)
    cast = [
        (
            account(f"pending {n}", AccountType.liability),
            account(f"at directpay {n}", AccountType.asset),
            account(f"fees {n}", AccountType.expense),
            account(f"receivable {n}", AccountType.asset),
        )
        for n in range(payees)
    ]
    whole, net, fee = Money("1500.00", "USD"), Money("1498.00", "USD"), Money("2.00", "USD")

    def legs(n: int, of: Transaction) -> list[Leg]:
        pending, at_directpay, fees, receivable = cast[n % payees]
        return [
            Leg(transaction=of, account=clearing, debit=whole),
            Leg(transaction=of, account=pending, credit=net),
            Leg(transaction=of, account=revenue, credit=fee),
            Leg(transaction=of, account=at_directpay, debit=net),
            Leg(transaction=of, account=fees, debit=fee),
            Leg(transaction=of, account=receivable, credit=whole),
        ]

    def bulk(count: int) -> None:
        with transaction.atomic():
            made = Transaction.objects.bulk_create([Transaction(description=f"payment {n}") for n in range(count)])
            Leg.objects.bulk_create([leg for n, one in enumerate(made) for leg in legs(n, one)])

    def saved(count: int) -> None:
        with transaction.atomic():
            for n in range(count):
                for leg in legs(n, Transaction.objects.create(description=f"payment {n}")):
                    leg.save()

    def singles(count: int) -> None:
        for n in range(count):
            with transaction.atomic():
                Leg.objects.bulk_create(legs(n, Transaction.objects.create(description=f"payment {n}")))

    listen({"bulk": bulk, "saved": saved, "singles": singles})


def listen(ways: dict) -> None:
    print("ready", flush=True)
    for line in sys.stdin:
        way, count = line.split()
        if way == "stop":
            print(0, flush=True)
            break
        start = time.perf_counter()
        ways[way](int(count))
        print(time.perf_counter() - start, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
