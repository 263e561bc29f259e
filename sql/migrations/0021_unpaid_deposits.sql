-- A deposit that failed may be paid all the same: a second card under the same reference.

SET LOCAL search_path TO cowry;

-- Where it has failed: whether a success that is told later is credited. Not where its money went
-- back, or a person has rejected it.
ALTER TABLE payment ADD COLUMN payable boolean NOT NULL DEFAULT false;
GRANT UPDATE (payable) ON payment TO cowry_worker;

UPDATE payment p
   SET payable = true
 WHERE status = 'failed' AND NOT withdrawal AND transaction_id IS NULL
   AND problem IS DISTINCT FROM 'The provider says that the money went back'
   AND NOT EXISTS (SELECT FROM review r WHERE r.kind = 'payment' AND r.subject = p.public_id);
