"""The same endpoint on FastAPI and asyncpg: hand-written SQL with prepared statements, no framework between. Run by uvicorn.

As with the usual way: the rules of the path that is measured, on our own tables.
"""

import hashlib
import json
import os
import secrets
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
from fastapi import FastAPI, HTTPException, Request, Response
from pydantic import BaseModel, Field

HOUSE_FEE = 100
LIVE = ["initiated", "requires_action", "in_review", "authorized", "processing", "unknown"]
KEY = """SELECT k.public_id FROM directpay_apikey k LEFT JOIN directpay_user u ON u.id = k.owner_id
WHERE k.secret_hash = $1 AND k.revoked_at IS NULL AND (k.owner_id IS NULL OR u.is_active)"""
SAVED = "SELECT parameters_hash, status, body FROM directpay_idempotencykey WHERE digest = $1"
BANK = """SELECT b.id, b.public_id, b.status, u.id AS payer_id, u.public_id AS payer FROM payments_bankaccount b
JOIN directpay_user u ON u.id = b.user_id WHERE b.public_id = $1"""
LEASE = """SELECT l.id, l.public_id, p.account_id, y.id AS payee_id, y.public_id AS payee
FROM leases_lease l JOIN leases_unit u ON u.id = l.unit_id JOIN leases_property h ON h.id = u.property_id
JOIN directpay_payee y ON y.id = h.payee_id JOIN leases_renter r ON r.lease_id = l.id AND r.user_id = $2
JOIN leases_party p ON p.id = r.party_id WHERE l.public_id = $1 FOR UPDATE OF l"""
ACCOUNT = "SELECT id, public_id, currency, balance_minor FROM ledger_account WHERE id = $1 FOR NO KEY UPDATE"
FLYING = "SELECT coalesce(sum(amount_minor), 0)::bigint FROM payments_payment WHERE applies_to_id = $1 AND status = ANY($2::text[])"
FEE = "SELECT fee_minor FROM payments_railfee WHERE payee_id = $1 AND rail = $2"
TWICE = (
    """SELECT EXISTS (SELECT FROM payments_payment WHERE payer_id = $1 AND applies_to_id = $2 AND amount_minor = $3 AND created_at > $4)"""
)
CHARGES = """SELECT c.public_id, c.amount_minor, c.posted_at IS NULL AS ahead,
    coalesce(d.paid, 0)::bigint AS paid, coalesce(k.claimed, 0)::bigint AS claimed
FROM leases_charge c
LEFT JOIN (
    SELECT t.reference, sum(a.amount_minor) AS paid FROM ledger_allocation a JOIN ledger_entry e ON e.id = a.debit_entry_id
    JOIN ledger_transaction t ON t.id = e.transaction_id WHERE a.account_id = $2 AND e.account_id = $2 GROUP BY t.reference
) d ON d.reference = 'charge.due:' || c.public_id
LEFT JOIN LATERAL (
    SELECT sum(k.amount_minor) AS claimed FROM payments_claim k JOIN payments_payment p ON p.id = k.payment_id
    WHERE k.debit_reference = 'charge.due:' || c.public_id AND p.applies_to_id = $2 AND p.status = ANY($3::text[])
) k ON true
WHERE c.lease_id = $1 ORDER BY c.due_on, c.id"""
PAYMENT = """INSERT INTO payments_payment (public_id, status, version, rail, currency, amount_minor, fee_minor, fee_payer, tax_minor,
charged_minor, net_minor, payer_id, payee_id, applies_to_id, bank_account_id, origin, metadata, created_at, changed_at, tendered_on,
expected_at, expected_on, rail_reference, return_code, failure_code, failure_message)
VALUES ($1, 'initiated', 1, $2, $3, $4, $5, 'payee', 0, $4, $6, $7, $8, $9, $10, $11, '{}', $12, $12, $13, $14, $15, '', '', '', '')
RETURNING id"""
CLAIMS = """INSERT INTO payments_claim (payment_id, debit_reference, item, amount_minor)
SELECT $1, 'charge.due:' || g.item, g.item, g.minor FROM unnest($2::text[], $3::bigint[]) AS g(item, minor)"""
EVENT = """INSERT INTO directpay_event (public_id, type, object_id, version, at, actor, request_id, account_ids, data)
VALUES ($1, 'payment.initiated', $2, 1, $3, $4, $5, $6::text::jsonb, $7::text::jsonb)"""
DUE = "INSERT INTO directpay_due (queue, key, due_at, attempts, last_error) VALUES ('payins.rail', $1, $2, 0, '')"
SAVE = """INSERT INTO directpay_idempotencykey (digest, parameters_hash, moves_money, status, body, created_at)
VALUES ($1, $2, true, 201, $3, $4)"""


class PaymentIn(BaseModel):
    lease: str
    amount: int = Field(gt=0)
    rail: str
    bank_account: str
    allow_duplicate: bool = False


@asynccontextmanager
async def connected(app: FastAPI):
    app.state.pool = await asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=6, max_size=6)
    yield
    await app.state.pool.close()


app = FastAPI(lifespan=connected)


def name(prefix: str) -> str:
    return f"{prefix}_{secrets.token_hex(12)}"


@app.post("/api/v1/payments", status_code=201)
async def pay(asked: PaymentIn, request: Request) -> Response:
    now = datetime.now(UTC)
    secret = request.headers["authorization"].removeprefix("Bearer ")
    digest = UUID(bytes=hashlib.sha256(request.headers["idempotency-key"].encode()).digest()[:16])
    parameters = hashlib.sha256(asked.model_dump_json().encode()).hexdigest()
    async with app.state.pool.acquire() as db:
        actor = await db.fetchval(KEY, hashlib.sha256(secret.encode()).digest())
        if actor is None:
            raise HTTPException(401)
        async with db.transaction():
            if not await db.fetchval("SELECT pg_try_advisory_xact_lock($1)", int.from_bytes(digest.bytes[:8], "big", signed=True)):
                raise HTTPException(409)
            saved = await db.fetchrow(SAVED, digest)
            if saved:
                if saved["parameters_hash"] != parameters:
                    raise HTTPException(400)
                return Response(saved["body"], status_code=saved["status"], media_type="application/json")
            body = await accept(db, asked, actor, now)
            await db.execute(SAVE, digest, parameters, body, now)
    return Response(body, status_code=201, media_type="application/json")


async def accept(db: asyncpg.Connection, asked: PaymentIn, actor: str, now: datetime) -> str:
    bank = await db.fetchrow(BANK, asked.bank_account)
    if bank is None or bank["status"] != "verified":
        raise HTTPException(400)
    lease = await db.fetchrow(LEASE, asked.lease, bank["payer_id"])
    if lease is None:
        raise HTTPException(400)
    account = await db.fetchrow(ACCOUNT, lease["account_id"])
    flying = await db.fetchval(FLYING, account["id"], LIVE)
    charges = await db.fetch(CHARGES, lease["id"], account["id"], LIVE)
    ahead = next((c["amount_minor"] for c in charges if c["ahead"]), 0)
    if asked.amount > account["balance_minor"] + ahead - flying:
        raise HTTPException(400)
    fee = await db.fetchval(FEE, lease["payee_id"], asked.rail) or HOUSE_FEE
    since = now - timedelta(minutes=5)
    if not asked.allow_duplicate and await db.fetchval(TWICE, bank["payer_id"], account["id"], asked.amount, since):
        raise HTTPException(409)
    left, claims = asked.amount, []
    for charge in charges:
        part = min(left, charge["amount_minor"] - charge["paid"] - charge["claimed"])
        if part > 0:
            left -= part
            claims.append((charge["public_id"], part))
    payment, clears = name("pay"), now + timedelta(seconds=6)
    terms = [account["currency"], asked.amount, fee, asked.amount - fee, bank["payer_id"], lease["payee_id"], account["id"], bank["id"]]
    row = await db.fetchval(PAYMENT, payment, asked.rail, *terms, lease["public_id"], now, now.date(), clears, clears.date())
    await db.execute(CLAIMS, row, [item for item, _ in claims], [minor for _, minor in claims])
    body = {
        "id": payment,
        "object": "payment",
        "created": int(now.timestamp()),
        "status": "initiated",
        "amount": asked.amount,
        "currency": account["currency"],
        "fee": fee,
        "net": asked.amount - fee,
        "rail": asked.rail,
        "lease": lease["public_id"],
        "payer": bank["payer"],
        "payee": lease["payee"],
        "applies_to": account["public_id"],
        "bank_account": bank["public_id"],
        "charges": [{"charge": item, "amount": minor} for item, minor in claims],
        "expected_on": clears.date().isoformat(),
    }
    told = json.dumps(body)
    await db.execute(EVENT, name("evt"), payment, now, actor, name("req"), json.dumps([bank["payer"], lease["payee"]]), told)
    await db.execute(DUE, payment, now)
    return told
