#include "ledger/verify.h"

#include "base/arena.h"
#include "base/attributes.h"
#include "db/row.h"

static const struct {
	struct ledger_check check;
	enum statement_id statement;
} checks[] = {
	{{"sums", "balances of each currency sum to zero"}, SQL_check_sums},
	{{"balances", "each balance is the sum of its postings"}, SQL_check_balances},
	{{"running", "each posting carries the balance after it, without gaps"}, SQL_check_running},
	{{"floors", "no account is below its floor"}, SQL_check_floors},
	{{"holds", "the held amount is the sum of the active holds"}, SQL_check_holds},
	{{"captures", "each captured hold moved its amount"}, SQL_check_captures},
	{{"transactions", "each transaction has its postings"}, SQL_check_transactions},
	{{"reversals", "no reversal exceeds the original amount"}, SQL_check_reversals},
	{{"order", "each history is in chronological order"}, SQL_check_order},
	{{"vouchers", "voucher accounts hold the remaining balances of their vouchers"},
	 SQL_check_vouchers},
	{{"redemptions", "redeemed, refunded and remaining amounts add up to what each voucher was "
			 "issued for"},
	 SQL_check_redemptions},
	{{"settlements", "cash taken for vouchers is owed by EasyPay"}, SQL_check_settlements},
	{{"payments", "each settled payment moved its amount"}, SQL_check_payments},
	{{"withdrawals", "the money of each pending withdrawal is held"}, SQL_check_withdrawals},
	{{"clearing", "each provider transaction is posted once, for a payment"},
	 SQL_check_clearing},
	{{"purchases", "each settled purchase moved its amount"}, SQL_check_purchases},
	{{"purchase holds", "the money of each pending purchase is held"},
	 SQL_check_purchase_holds},
	{{"drop_postings", "each Drop payment moved its amount, and back if it failed"},
	 SQL_check_drop_postings},
	{{"drop_payables", "the amount owed in Drop is the sum of its payments"},
	 SQL_check_drop_payables},
	{{"drop_fees", "fee revenue in Drop is the sum of its fees"}, SQL_check_drop_fees},
	{{"payouts", "each merchant payout moved the sum of its payments"}, SQL_check_payouts},
	{{"references", "each pending payment has its reference"}, SQL_check_references},
};
enum { CHECKS = COUNT(checks) };

const struct ledger_check *
ledger_check_at(size_t i)
{
	return i < CHECKS ? &checks[i].check : NULL;
}

enum err
ledger_check_run(struct ctx *ctx, size_t i, const char *const **problems, size_t *n)
{
	const char **texts;
	struct rows rows;

	TRY(db_run(ctx, checks[i].statement, &rows, NO_PARAMS));
	texts = arena_array(ctx->arena, rows.count, sizeof(*texts));
	for (size_t r = 0; r < rows.count; r++)
		texts[r] = row_text(&rows, r, 0);
	*problems = texts;
	*n = rows.count;
	return ERR_OK;
}
