-- no-transaction
-- Each transaction was reversed once. What is given back of it is counted now.
DROP INDEX CONCURRENTLY IF EXISTS transaction_reversed;
