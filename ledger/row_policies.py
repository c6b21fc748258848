"""Whose rows these are: a payee's books are its owner's. Rooms above add what else one may see of them."""

from typing import Final

FUNCTIONS: Final = """
CREATE OR REPLACE FUNCTION ledger_own_books() RETURNS SETOF bigint LANGUAGE sql STABLE ROWS 10 SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
    SELECT b.id FROM ledger_book b JOIN directpay_payee p ON p.public_id = b.subject
    WHERE b.kind = 'L' AND p.owner_id = directpay_asking()
$$;

CREATE OR REPLACE FUNCTION ledger_own_account(the_account bigint) RETURNS boolean LANGUAGE plpgsql STABLE COST 5000 SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    RETURN EXISTS (SELECT FROM ledger_account a WHERE a.id = the_account AND a.book_id IN (SELECT ledger_own_books()));
END $$;

-- A transaction is seen where one of its legs is: asked with the rights of who asks, so that the policies of entries answer.
CREATE OR REPLACE FUNCTION ledger_seen_in(the_transaction bigint) RETURNS boolean LANGUAGE plpgsql STABLE COST 5000
SET search_path = public, pg_temp
AS $$
BEGIN
    RETURN EXISTS (SELECT FROM ledger_entry e WHERE e.transaction_id = the_transaction);
END $$;
"""
OWN_BOOK: Final = "book_id IN (SELECT ledger_own_books())"
POLICIES: Final = {
    "ledger_book": "id IN (SELECT ledger_own_books())",
    "ledger_account": OWN_BOOK,
    "ledger_entry": OWN_BOOK,
    "ledger_period": OWN_BOOK,
    "ledger_transaction": "ledger_seen_in(id)",
    "ledger_archivedsum": "ledger_own_account(account_id)",
    "ledger_allocation": "ledger_own_account(account_id)",
    "ledger_hold": "ledger_own_account(account_id)",
    "ledger_checkpoint": "ledger_own_account(account_id)",
}
