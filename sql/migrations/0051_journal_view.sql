-- The journal with its archive. A part of a UNION ALL that has a condition of its own can't be read by a value of
-- another table, but only as a whole; so the condition is on both parts, and is none
-- for an index, since a plan that follows it reads all postings. The row of journal_archive is found by its
-- key, so that the cost of a scan of its table, which servers avoid, is not added to that of each use.

SET LOCAL search_path TO cowry;

CREATE OR REPLACE VIEW journal_posting AS
SELECT transaction_id, line, ledger_id, currency, from_id, to_id, amount, from_balance, to_balance,
       from_sequence, to_sequence
  FROM (SELECT transaction_id, line, ledger_id, currency, from_id, to_id, amount, from_balance, to_balance,
               from_sequence, to_sequence, false AS archived
          FROM posting
         UNION ALL
        SELECT transaction_id, line, ledger_id, currency, from_id, to_id, amount, from_balance, to_balance,
               from_sequence, to_sequence, true
          FROM archived_posting) j
 WHERE archived OR transaction_id + 0 > (SELECT closed_id FROM journal_archive WHERE one);
