-- Retention by setting. The worker's role can't delete what tells of the past; it may call these
-- functions, which remove nothing young.

SET LOCAL search_path TO cowry;

-- The oldest entries, if they are older than the number of days, a year at least. Ids follow the clock.
CREATE FUNCTION forget_audit(days bigint, most bigint) RETURNS bigint
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = cowry, pg_temp
BEGIN ATOMIC
    WITH gone AS (
        DELETE FROM audit_log
         WHERE audit_id IN (SELECT audit_id
                              FROM (SELECT audit_id, created_at
                                      FROM audit_log
                                     ORDER BY audit_id
                                     LIMIT least(most, 10000)) oldest
                             WHERE created_at < clock_timestamp()
                                                - make_interval(days => greatest(days, 365)::integer))
        RETURNING 1
    )
    SELECT count(*) FROM gone;
END;

-- Likewise webhooks of providers, but none of a payment that is still open. A repetition of an old one
-- changes nothing: its payment is settled once.
CREATE FUNCTION forget_provider_events(days bigint, most bigint) RETURNS bigint
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = cowry, pg_temp
BEGIN ATOMIC
    WITH gone AS (
        DELETE FROM provider_event
         WHERE provider_event_id IN (
                   SELECT o.provider_event_id
                     FROM (SELECT provider_event_id, payment_id, received_at
                             FROM provider_event
                            ORDER BY provider_event_id
                            LIMIT least(most, 10000)) o
                     LEFT JOIN payment y USING (payment_id)
                    WHERE o.received_at < clock_timestamp()
                                          - make_interval(days => greatest(days, 90)::integer)
                      AND (y.payment_id IS NULL OR y.status NOT IN ('pending', 'review')))
        RETURNING 1
    )
    SELECT count(*) FROM gone;
END;

REVOKE ALL ON FUNCTION forget_audit, forget_provider_events FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forget_audit, forget_provider_events TO cowry_worker;
