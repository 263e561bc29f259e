-- Vouchers that were redeemed as often as they may be, and kept the rest: the job runner gives it back.

SET LOCAL search_path TO cowry;

UPDATE voucher
   SET refund_after = now()
 WHERE status = 'active' AND balance > 0 AND redemptions >= max_redemptions;
