-- Payments and purchases with an unknown outcome.

-- name: unresolved_list
-- params: most:bigint
-- returns: many
SELECT r.kind, coalesce(b.reference, p.reference, u.label) AS reference,
       coalesce(b.amount, p.amount, u.amount) AS amount,
       coalesce(b.currency, p.currency, u.currency)::text AS currency, r.public_id AS review,
       r.created_at AS since
  FROM review r
  LEFT JOIN bank_payment b ON r.kind = 'bank_payment' AND b.request_id = r.subject
  LEFT JOIN payment p ON r.kind = 'payment' AND p.public_id = r.subject AND p.status = 'pending'
  LEFT JOIN purchase u ON r.kind = 'purchase' AND u.public_id = r.subject AND u.status = 'pending'
 WHERE r.status = 'open'
   AND coalesce(b.bank_payment_id, p.payment_id, u.purchase_id) IS NOT NULL
 ORDER BY r.review_id
 LIMIT $1;
