-- Payees that the operator has registered: only they are paid with vouchers.

SET LOCAL search_path TO cowry;

-- One that is not registered has been, or was once named by a redeemer; what is owed to it stays.
ALTER TABLE payee ADD COLUMN name text,
                  ADD COLUMN registered_at timestamptz;
GRANT UPDATE (name, registered_at) ON payee TO cowry_worker;
