from django.db import migrations

# Listeners that only promised work hear it in the transaction of the event now. What was on its way to them is promised here.
PROMISED = """
WITH waiting AS (
    UPDATE directpay_delivery d SET done_at = d.due_at FROM directpay_event e
    WHERE d.done_at IS NULL AND e.id = d.event_id AND e.at = d.event_at
      AND d.listener IN ('reconciliation', 'reconciliation.deposits', 'returns', 'payouts', 'payouts.cash')
    RETURNING d.listener, d.due_at, e.object_id, e.data
)
INSERT INTO directpay_due (queue, key, due_at, attempts, last_error)
SELECT q.queue, q.key, min(q.due_at), 0, '' FROM (
    SELECT CASE listener WHEN 'reconciliation' THEN 'reconciliation.lines' WHEN 'reconciliation.deposits' THEN 'reconciliation.own_lines'
                         WHEN 'returns' THEN 'returns.watch' ELSE 'payouts.settle' END AS queue,
           CASE listener WHEN 'payouts.cash' THEN data->>'item' ELSE object_id END AS key, due_at
    FROM waiting WHERE listener <> 'payouts.cash' OR data->>'item' LIKE 'pay@_%' ESCAPE '@'
) q GROUP BY q.queue, q.key
ON CONFLICT (queue, key) DO UPDATE SET due_at = least(directpay_due.due_at, excluded.due_at)
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0002_states"), ("directpay", "0002_event_log")]
    operations = [migrations.RunSQL(PROMISED, migrations.RunSQL.noop)]
