-- The accounts of people who are gone are closed: nothing is paid into them any more.

SET LOCAL search_path TO cowry;

-- The accounts of the ledger whose money is out of reach once a person is gone: their wallets, what
-- is owed to them as a merchant, and the live wallets of their projects.
CREATE VIEW person_account AS
SELECT w.user_id, w.account_id, 'wallet' AS holder
  FROM wallet w
 WHERE w.user_id IS NOT NULL
UNION ALL
SELECT m.user_id, m.account_id, 'merchant'
  FROM merchant m
UNION ALL
SELECT o.user_id, w.account_id, 'project'
  FROM platform_account o
  JOIN project p USING (platform_account_id)
  JOIN wallet w USING (project_id)
  JOIN account a USING (account_id)
  JOIN ledger l USING (ledger_id)
 WHERE l.mode = 'live';

-- Those of whom the release before has forgotten. A merchant is still paid what they are owed.
UPDATE account a
   SET status = 2
  FROM person_account p
  JOIN users u USING (user_id)
 WHERE p.account_id = a.account_id AND u.status = 'deleted' AND p.holder <> 'merchant'
   AND a.status <> 2;

-- What is left on closed accounts is looked for; no posting changes what the index is made of.
CREATE INDEX account_closed ON account (account_id) WHERE status = 2;
