-- The answer of an idempotency key, kept by whoever holds its lock. Deferred constraints judge first: a violation is never a committed half-truth.
CREATE FUNCTION directpay_keep_answer(
    the_digest uuid, hash text, moves boolean, answered integer, answer text, answered_at timestamptz, expired timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    SET CONSTRAINTS ALL IMMEDIATE;
    INSERT INTO directpay_idempotencykey AS kept (digest, parameters_hash, moves_money, status, body, created_at)
    VALUES (the_digest, hash, moves, answered, answer, answered_at)
    ON CONFLICT (digest) DO UPDATE SET parameters_hash = excluded.parameters_hash, moves_money = excluded.moves_money,
        status = excluded.status, body = excluded.body, created_at = excluded.created_at
    WHERE kept.created_at <= expired AND NOT kept.moves_money;
    IF NOT FOUND THEN
        RAISE 'an answer under this idempotency key was kept without its lock';
    END IF;
    SET CONSTRAINTS ALL DEFERRED;
END $$;
