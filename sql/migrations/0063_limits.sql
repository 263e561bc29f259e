-- Limits of wallets. Workers of the release before don't know of them: what they post is not refused, and is counted
-- afterwards (limit_begin).

SET LOCAL search_path TO cowry;

-- Of rules that limit the same thing (per, measure, direction, types, currency, window), the first one of these scopes
-- applies to a wallet. Amounts are in minor units. A rule is ended, and never deleted.
CREATE TABLE limit_rule (
    limit_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id  uuid NOT NULL UNIQUE,
    mode       text NOT NULL CHECK (mode IN ('test', 'live')),
    scope      text NOT NULL CHECK (scope IN ('wallet', 'customer', 'kyc_level', 'project', 'default')),
    subject    bigint NOT NULL,   -- an account; a customer, or minus a user; the number of a level; a project; 0
    subject_text text,            -- its public id, or the level
    ledger_id  bigint REFERENCES ledger,                  -- NULL: it may be in any
    per        text NOT NULL CHECK (per IN ('wallet', 'customer', 'project')),
    measure    text NOT NULL CHECK (measure IN ('balance', 'amount', 'sum', 'count')),
    direction  text CHECK (direction IN ('out', 'in')),
    types      text[] CHECK (cardinality(types) > 0),     -- sorted; NULL: all
    currency   char(3) CHECK (currency ~ '^[A-Z]{3}$'),
    span       text CHECK (span IN ('hour', 'day', 'month')),
    zone       text,                                      -- of calendar windows; NULL: they roll
    most       bigint NOT NULL CHECK (most >= 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    changed_at timestamptz NOT NULL DEFAULT now(),
    ended_at   timestamptz,
    CHECK ((measure = 'balance') = (direction IS NULL)),
    CHECK (measure <> 'balance' OR types IS NULL),
    CHECK ((measure = 'count') = (currency IS NULL)),
    CHECK ((measure IN ('sum', 'count')) = (span IS NOT NULL)),
    CHECK (zone IS NULL OR span IS NOT NULL),
    CHECK ((subject = 0) = (scope = 'default')),
    CHECK (per <> 'project' OR scope = 'project'),
    CHECK (per <> 'customer' OR (scope <> 'wallet' AND measure <> 'amount')),
    CHECK (per <> 'project' OR measure IN ('sum', 'count')),
    CHECK (per = 'wallet' OR scope <> 'wallet')
);
CREATE UNIQUE INDEX limit_rule_active
    ON limit_rule (scope, subject, mode, per, measure, direction, types, currency, span, zone)
    NULLS NOT DISTINCT WHERE ended_at IS NULL;
CREATE INDEX limit_rule_ledger ON limit_rule (ledger_id) WHERE ended_at IS NULL;
GRANT INSERT, UPDATE (most, changed_at, ended_at) ON limit_rule TO cowry_worker;

-- Ledgers with active rules, 0 for any ledger: a posting asks for it once, and goes on if there is none.
CREATE TABLE limited_ledger (ledger_id bigint PRIMARY KEY);
GRANT INSERT, UPDATE, DELETE ON limited_ledger TO cowry_worker;

-- What is used of a rule by a subject is locked here. Where the accounts of a subject are few, sequence is the sum of
-- their sequences up to which postings were counted: if it differs from theirs, some were not.
CREATE TABLE limit_meter (
    limit_id bigint NOT NULL REFERENCES limit_rule,
    subject  bigint NOT NULL,     -- an account; a customer, or minus a user; a project
    sequence bigint NOT NULL,
    PRIMARY KEY (limit_id, subject)
) WITH (fillfactor = 50);
GRANT INSERT, UPDATE, DELETE ON limit_meter TO cowry_worker;

-- The sum or the number of what was posted since starts_at; it counts until ends_at.
CREATE TABLE limit_use (
    limit_id  bigint NOT NULL,
    subject   bigint NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at   timestamptz NOT NULL,
    used      numeric NOT NULL,
    PRIMARY KEY (limit_id, subject, starts_at)
) WITH (fillfactor = 50);
CREATE INDEX limit_use_ended ON limit_use (ends_at);
GRANT INSERT, UPDATE, DELETE ON limit_use TO cowry_worker;

-- The part of a window that a time is in: a whole one of the calendar, or a step of one that rolls.
CREATE FUNCTION limit_starts(span text, zone text, at timestamptz) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN zone IS NOT NULL THEN date_trunc(span, at, zone)
                ELSE date_bin(CASE span WHEN 'hour' THEN interval '1 minute'
                                        WHEN 'day' THEN interval '15 minutes'
                                        ELSE interval '6 hours' END,
                              at, timestamptz '2000-01-01 00:00:00+00') END
$$;

-- When what is in the part that begins then does not count any more: at the end of a window of the calendar; in one that
-- rolls, when all of the step is older than an hour, a day or 30 days.
CREATE FUNCTION limit_ends(span text, zone text, starts_at timestamptz) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN zone IS NOT NULL
                THEN ((starts_at AT TIME ZONE zone) + ('1 ' || span)::interval) AT TIME ZONE zone
                ELSE starts_at + CASE span WHEN 'hour' THEN interval '61 minutes'
                                           WHEN 'day' THEN interval '24 hours 15 minutes'
                                           ELSE interval '726 hours' END END
$$;

-- The rules that apply to accounts, each with what it adds up for them, and whether that is locked and numbered in
-- limit_meter. Accounts that are not wallets have none.
CREATE FUNCTION limits_of(accounts bigint[])
    RETURNS TABLE (account_id bigint, limit_id bigint, subject bigint, is_metered boolean, is_numbered boolean)
    LANGUAGE plpgsql STABLE SET search_path = cowry, pg_temp AS $$
BEGIN
    RETURN QUERY
    SELECT DISTINCT ON (a.account_id, r.per, r.measure, r.direction, r.types, r.currency, r.span, r.zone)
           a.account_id, r.limit_id,
           CASE r.per WHEN 'wallet' THEN a.account_id
                      WHEN 'customer' THEN coalesce(c.project_account_id, -w.user_id)
                      ELSE w.project_id END,
           r.span IS NOT NULL OR r.per <> 'wallet',
           r.span IS NOT NULL AND r.per <> 'project'
      FROM unnest(accounts) AS given (account_id)
      JOIN account a ON a.account_id = given.account_id
      JOIN wallet w ON w.account_id = a.account_id
      JOIN ledger l ON l.ledger_id = a.ledger_id
      LEFT JOIN project_account c ON c.public_id = w.project_account
      LEFT JOIN users u ON u.user_id = w.user_id
     CROSS JOIN LATERAL (
           VALUES (1, 'wallet', a.account_id),
                  (2, 'customer', coalesce(c.project_account_id, -w.user_id)),
                  (3, 'kyc_level', array_position(ARRAY['none', 'pending', 'verified', 'rejected'],
                                                  u.kyc_status)::bigint),
                  (4, 'project', w.project_id),
                  (5, 'default', 0)) s (place, scope, subject)
      JOIN limit_rule r ON r.scope = s.scope AND r.subject = s.subject AND r.mode = l.mode
                       AND r.ended_at IS NULL
     WHERE (r.currency IS NULL OR r.currency = a.currency)
       AND (r.per <> 'customer' OR w.project_account IS NOT NULL OR w.user_id IS NOT NULL)
     ORDER BY a.account_id, r.per, r.measure, r.direction, r.types, r.currency, r.span, r.zone, s.place;
END $$;

-- The accounts that a rule adds up for a subject.
CREATE FUNCTION limit_accounts(rule limit_rule, subject bigint) RETURNS SETOF bigint
    LANGUAGE plpgsql STABLE SET search_path = cowry, pg_temp AS $$
BEGIN
    IF rule.per = 'wallet' THEN
        RETURN NEXT subject;
    ELSIF rule.per = 'project' THEN
        RETURN QUERY SELECT a.account_id
                       FROM account a
                      WHERE a.ledger_id = rule.ledger_id AND a.kind = 1
                        AND (rule.currency IS NULL OR a.currency = rule.currency);
    ELSE
        RETURN QUERY SELECT a.account_id
                       FROM (SELECT w.account_id
                               FROM project_account c
                               JOIN wallet w ON w.project_account = c.public_id
                              WHERE c.project_account_id = subject
                             UNION ALL
                             SELECT w.account_id FROM wallet w WHERE w.user_id = -subject) o
                       JOIN account a USING (account_id)
                       JOIN ledger l USING (ledger_id)
                      WHERE l.mode = rule.mode
                        AND (rule.currency IS NULL OR a.currency = rule.currency);
    END IF;
END $$;

-- What is used of a rule by a subject at a time: of its windows, or the balance; what active holds have of it; and the
-- sum of the sequences of its accounts, where they are numbered.
CREATE FUNCTION limit_state(rule limit_rule, subject bigint, at timestamptz, OUT used numeric, OUT held numeric,
                            OUT sequence bigint)
    LANGUAGE plpgsql STABLE SET search_path = cowry, pg_temp AS $$
BEGIN
    used := 0;
    held := 0;
    sequence := 0;
    IF rule.measure = 'balance' THEN
        SELECT coalesce(sum(a.balance), 0) INTO used
          FROM limit_accounts(rule, subject) AS o (account_id) JOIN account a USING (account_id);
        RETURN;
    ELSIF rule.measure = 'amount' THEN
        RETURN;
    END IF;
    SELECT coalesce(sum(u.used), 0) INTO used
      FROM limit_use u
     WHERE u.limit_id = rule.limit_id AND u.subject = limit_state.subject AND u.ends_at > at;
    IF rule.per <> 'project' THEN
        SELECT coalesce(sum(a.sequence), 0) INTO sequence
          FROM limit_accounts(rule, subject) AS o (account_id) JOIN account a USING (account_id);
    END IF;
    IF rule.direction = 'in' THEN
        RETURN;
    ELSIF rule.per = 'project' THEN
        SELECT coalesce(sum(CASE rule.measure WHEN 'sum' THEN h.amount ELSE 1 END), 0) INTO held
          FROM hold h
         WHERE h.ledger_id = rule.ledger_id AND h.status = 0
           AND (rule.currency IS NULL OR h.currency = rule.currency)
           AND (rule.types IS NULL OR h.type = ANY (rule.types));
    ELSE
        SELECT coalesce(sum(CASE rule.measure WHEN 'sum' THEN h.amount ELSE 1 END), 0) INTO held
          FROM limit_accounts(rule, subject) AS o (account_id)
          JOIN hold h USING (account_id)
         WHERE h.status = 0 AND (rule.types IS NULL OR h.type = ANY (rule.types));
    END IF;
END $$;

-- How many postings an account had until a time; those of a period that is detached are before it.
CREATE FUNCTION limit_sequence(account bigint, at timestamptz) RETURNS bigint
    LANGUAGE plpgsql STABLE SET search_path = cowry, pg_temp AS $$
DECLARE
    low bigint := 0;
    high bigint;
    middle bigint;
    posted_at timestamptz;
BEGIN
    SELECT a.sequence INTO high FROM account a WHERE a.account_id = account;
    WHILE low < high LOOP
        middle := (low + high + 1) / 2;
        SELECT t.created_at INTO posted_at
          FROM (SELECT transaction_id FROM journal_posting WHERE from_id = account AND from_sequence = middle
                UNION ALL
                SELECT transaction_id FROM journal_posting WHERE to_id = account AND to_sequence = middle) p
          JOIN transaction t USING (transaction_id);
        IF posted_at > at THEN
            high := middle - 1;
        ELSE
            low := middle;
        END IF;
    END LOOP;
    RETURN low;
END $$;

-- What a rule counts of the postings of an account that are in the current window, by its parts.
CREATE FUNCTION limit_posted(rule limit_rule, account bigint, counted text[])
    RETURNS TABLE (starts_at timestamptz, used numeric)
    LANGUAGE plpgsql STABLE SET search_path = cowry, pg_temp AS $$
DECLARE
    now timestamptz := clock_timestamp();
    since timestamptz := CASE WHEN rule.zone IS NOT NULL THEN limit_starts(rule.span, rule.zone, now)
                              ELSE now - (limit_ends(rule.span, NULL, now) - now) END;
    before bigint := limit_sequence(account, since);
BEGIN
    RETURN QUERY
    SELECT limit_starts(rule.span, rule.zone, t.created_at),
           CASE rule.measure WHEN 'sum' THEN sum(p.amount) ELSE count(DISTINCT t.transaction_id) END
      FROM (SELECT j.transaction_id, j.amount
              FROM journal_posting j
             WHERE rule.direction = 'out' AND j.from_id = account AND j.from_sequence > before
            UNION ALL
            SELECT j.transaction_id, j.amount
              FROM journal_posting j
             WHERE rule.direction = 'in' AND j.to_id = account AND j.to_sequence > before) p
      JOIN transaction t USING (transaction_id)
     WHERE t.created_at >= since
       AND t.type = ANY (counted) AND (rule.types IS NULL OR t.type = ANY (rule.types))
     GROUP BY 1;
END $$;

-- Begin to count for those rules of accounts whose use is not known: that of the window so far is read from the
-- journal. The accounts are locked. What is posted meanwhile on others of a customer, without the rule, makes a
-- difference in their sequences, and is read by the next posting; that of a project is not.
CREATE FUNCTION limit_begin(accounts bigint[], counted text[]) RETURNS void
    LANGUAGE plpgsql SET search_path = cowry, pg_temp AS $$
DECLARE
    m record;
    state record;
BEGIN
    FOR m IN SELECT DISTINCT x.limit_id, x.subject, x.is_numbered
               FROM limits_of(accounts) x
              WHERE x.is_metered
              ORDER BY 1, 2
    LOOP
        INSERT INTO limit_meter (limit_id, subject, sequence)
        VALUES (m.limit_id, m.subject, -1)
        ON CONFLICT DO NOTHING;
        PERFORM FROM limit_meter u WHERE u.limit_id = m.limit_id AND u.subject = m.subject FOR UPDATE;
        SELECT s.sequence, r.span INTO state
          FROM limit_rule r CROSS JOIN LATERAL limit_state(r, m.subject, clock_timestamp()) s
         WHERE r.limit_id = m.limit_id;
        IF EXISTS (SELECT FROM limit_meter u
                    WHERE u.limit_id = m.limit_id AND u.subject = m.subject AND u.sequence <> state.sequence) THEN
            DELETE FROM limit_use u WHERE u.limit_id = m.limit_id AND u.subject = m.subject;
            INSERT INTO limit_use (limit_id, subject, starts_at, ends_at, used)
            SELECT m.limit_id, m.subject, p.starts_at, limit_ends(r.span, r.zone, p.starts_at), sum(p.used)
              FROM limit_rule r
             CROSS JOIN LATERAL limit_accounts(r, m.subject) AS o (account_id)
             CROSS JOIN LATERAL limit_posted(r, o.account_id, counted) p
             WHERE r.limit_id = m.limit_id AND r.span IS NOT NULL
             GROUP BY p.starts_at, r.span, r.zone;
            UPDATE limit_meter u SET sequence = state.sequence
             WHERE u.limit_id = m.limit_id AND u.subject = m.subject;
        END IF;
    END LOOP;
END $$;

GRANT EXECUTE ON FUNCTION limit_starts, limit_ends, limits_of, limit_accounts, limit_state, limit_sequence,
    limit_posted, limit_begin TO cowry_worker, cowry_auditor;

-- What a hold will be posted as, for limits of some types.
ALTER TABLE hold ADD COLUMN type text NOT NULL DEFAULT 'capture';
