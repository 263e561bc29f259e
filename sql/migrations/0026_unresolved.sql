-- What nobody could find out about waits for an administrator: a review of its own kind for payments from
-- bank accounts, and reviews of withdrawals and purchases that are pending.

SET LOCAL search_path TO cowry;

-- A review that is open tells of the latest.
GRANT UPDATE (reason, detail) ON review TO cowry_worker;

-- Those that no job looks after any more.
INSERT INTO review (public_id, kind, subject, reason, detail)
SELECT gen_random_uuid(), 'bank_payment', b.request_id, 'Nobody could find out what became of it',
       jsonb_build_object('reference', b.reference, 'bank', c.bank, 'bankReference', b.bank_reference,
                          'requestId', b.request_id, 'amount', round(b.amount / 100.0, 2)::text,
                          'currency', b.currency)
  FROM bank_payment b
  JOIN bank_account a USING (bank_account_id)
  JOIN bank_consent c USING (bank_consent_id)
 WHERE b.status = 'pending'
   AND NOT EXISTS (SELECT FROM job j
                    WHERE j.kind IN ('remittance', 'merchant_payout') AND j.subject = b.reference
                      AND j.parked_at IS NULL)
 ORDER BY b.bank_payment_id
    ON CONFLICT DO NOTHING;

INSERT INTO review (public_id, kind, subject, reason, detail)
SELECT gen_random_uuid(), 'payment', p.public_id, 'Nobody could find out what became of it',
       jsonb_build_object('provider', p.provider, 'providerReference', p.provider_reference,
                          'providerId', p.provider_id, 'reference', p.reference, 'direction', 'out',
                          'amountInMinorUnits', p.amount, 'currency', p.currency, 'posted', false)
  FROM payment p
 WHERE p.status = 'pending' AND p.withdrawal
   AND NOT EXISTS (SELECT FROM job j
                    WHERE j.kind = 'payment_lookup' AND j.subject = p.public_id::text
                      AND j.parked_at IS NULL)
    ON CONFLICT DO NOTHING;

INSERT INTO review (public_id, kind, subject, reason, detail)
SELECT gen_random_uuid(), 'purchase', u.public_id, 'Nobody could find out what became of it',
       jsonb_build_object('provider', u.provider, 'providerReference', u.provider_reference,
                          'providerId', u.provider_id, 'reference', u.label,
                          'amountInMinorUnits', u.amount, 'currency', u.currency, 'posted', false)
  FROM purchase u
 WHERE u.status = 'pending'
   AND NOT EXISTS (SELECT FROM job j
                    WHERE j.kind = 'purchase_lookup' AND j.subject = u.public_id::text
                      AND j.parked_at IS NULL)
    ON CONFLICT DO NOTHING;

-- Deposits are looked up once more, and lapse.
INSERT INTO job AS j (kind, subject, due_at)
SELECT 'payment_lookup', p.public_id::text, now()
  FROM payment p
 WHERE p.status = 'pending' AND NOT p.withdrawal
    ON CONFLICT ON CONSTRAINT job_subject DO UPDATE
   SET attempts = 0, due_at = excluded.due_at, parked_at = NULL
 WHERE j.parked_at IS NOT NULL;
