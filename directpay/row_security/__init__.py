"""The second wall between accounts: PostgreSQL's row security, forced on every table that belongs to one.

The first wall are the queries (`visible_payments(actor)`, …). Where one of them is forgotten, this one stands: whatever a door (a view,
a page) asks, it asks as the role `directpay_tenant` for one person, who sees the rows of that person and can write none. Actions,
workers and commands are the runtime role itself, which the policies let pass at no cost.

`base.py` is the database backend that tells PostgreSQL who asks; `policies.py` writes the policies that the apps declare in their
`row_policies.py`; `tables.py` names the tables that belong to nobody, and those that doors never look into.
"""
