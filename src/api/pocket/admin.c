/* Administrators' operations on wallets. */
#include "api/pocket/pocket.h"
#include "app/wallet/transaction.h"

static const struct field order_fields[] = {
	FIELD(struct admin_order, wallet, .name = "walletId", .required = true, .min = 1, .max = 40,
	      .doc = "Any id of the wallet: UUID, 13-digit number or label (WAL-1755007499196).",
	      .example = "\"0190b2a4-7c1e-7d3a-9b61-2f6f0c9a1e55\""),
	FIELD(struct admin_order, amount, .name = "amount", .required = true,
	      .example = "\"1000.00\""),
	FIELD(struct admin_order, currency, .name = "currency", .required = true,
	      .format = "currency", .example = "\"NGN\""),
	FIELD(struct admin_order, reference, .name = "reference", .required = true,
	      .format = "reference", .example = "\"adm_2026_001\""),
	FIELD(struct admin_order, reason, .name = "reason", .required = true, .text = TEXT_TRIMMED,
	      .min = 3, .max = 500, .doc = "Recorded in the audit log.",
	      .example = "\"Goodwill for ticket 4711\""),
	FIELD(struct admin_order, dry_run, .name = "dryRun",
	      .doc = "Validate and answer, but change nothing.", .example = "false"),
};

static const struct schema order = SCHEMA(struct admin_order, "AdminMoneyRequest", order_fields);

static enum err
move(struct call *call, bool is_credit, const void *in, void *out)
{
	const struct transaction *transaction = out;

	TRY(transaction_admin(&call->ctx, is_credit, in, out));
	if (transaction->replayed) {
		call->status = 200;
		call->replayed = true;
	}
	return ERR_OK;
}

static enum err
credit(struct call *call, const void *in, void *out)
{
	return move(call, true, in, out);
}

static enum err
debit(struct call *call, const void *in, void *out)
{
	return move(call, false, in, out);
}

const struct route pocket_admin[] = {
	{POST, "/v1/admin/wallets/credit", "Credit any wallet from the operator's funding account",
	 "Recorded in the audit log.", credit, .in = &order, .out = &pocket_transaction,
	 .access = ACCESS_ADMIN, .effect = EFFECT_WRITE, .docs.errors = {404},
	 .docs.statuses = {200}, .status = 201, .dry_run = true, .docs.tag = "Administration"},
	{POST, "/v1/admin/wallets/debit", "Debit any wallet to the operator's funding account",
	 "Recorded in the audit log.", debit, .in = &order, .out = &pocket_transaction,
	 .access = ACCESS_ADMIN, .effect = EFFECT_WRITE, .docs.errors = {404},
	 .docs.statuses = {200}, .status = 201, .dry_run = true, .docs.tag = "Administration"},
	{0},
};
