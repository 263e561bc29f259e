/* Transactions of many postings. */
#include "app/wallet/compound.h"
#include "api/pocket/pocket.h"

static const struct field order_posting_fields[] = {
	FIELD(struct compound_posting, from, .name = "from", .required = true,
	      .doc = "Id of a wallet; or funding or fees: the account of that kind of the project in "
		     "this currency.",
	      .example = "\"funding\""),
	FIELD(struct compound_posting, to, .name = "to", .required = true, .doc = "Likewise.",
	      .example = "\"fees\""),
	FIELD(struct compound_posting, amount, .name = "amount", .required = true,
	      .doc = "Major units; all: what the account has available then; a share of a whole with up "
		     "to 6 decimals, rounded down; or rest: what shares and amounts from the same "
		     "account leave of the whole. Of shares that are 100%, the last one gets what the "
		     "others leave. A posting that comes to 0 is left out.",
	      .example = "\"12.5%\""),
	FIELD(struct compound_posting, currency, .name = "currency", .required = true,
	      .format = "currency", .example = "\"NGN\""),
	FIELD(struct compound_posting, of, .name = "of",
	      .doc = "The whole of a share or of a rest. Default: what the account has available before "
		     "the transaction.",
	      .example = "\"100.00\""),
};

static const struct schema order_posting =
	SCHEMA(struct compound_posting, "PostingRequest", order_posting_fields);

static const struct field condition_fields[] = {
	FIELD(struct compound_condition, wallet, .name = "walletId", .required = true,
	      .doc = "One that takes part."),
	FIELD(struct compound_condition, min_balance, .name = "minBalance", .may_be_zero = true,
	      .doc = "What must be available afterwards.", .example = "\"0.00\""),
	FIELD(struct compound_condition, sequence, .name = "expectSequence", .lower_bound = true,
	      .doc = "The sequence of the last entry in the history of the wallet, 0 if there is none.",
	      .example = "17"),
};

static const struct schema condition =
	SCHEMA(struct compound_condition, "ConditionRequest", condition_fields);

static const struct field order_fields[] = {
	FIELD(struct compound_order, postings, .name = "postings", .required = true, .min = 1,
	      .max = POSTINGS_MAX, .sub = &order_posting),
	FIELD(struct compound_order, conditions, .name = "conditions", .max = 50, .sub = &condition,
	      .doc = "If one is not met, nothing is posted: 409 CONDITION_NOT_MET."),
	FIELD(struct compound_order, reference, .name = "reference", .required = true,
	      .format = "reference", .doc = "Your reference; unique in the project and mode.",
	      .example = "\"payout_2026_001\""),
	FIELD(struct compound_order, metadata, .name = "metadata",
	      .example = "{\"order\":\"1001\"}"),
	FIELD(struct compound_order, dry_run, .name = "dryRun",
	      .doc = "Validate and answer, but change nothing.", .example = "false"),
};

static const struct schema order =
	SCHEMA(struct compound_order, "TransactionRequest", order_fields);

static enum err
post(struct call *call, const void *in, void *out)
{
	TRY(compound_post(&call->ctx, in, out, &call->replayed));
	if (call->replayed)
		call->status = 200;
	return ERR_OK;
}

const struct route pocket_compound[] = {
	{POST, "/v1/transactions", "Create a transaction of up to 200 postings",
	 "Between any wallets of the project, and in several currencies: all postings, or none. They are "
	 "posted in the order given. Repeating the same reference and content returns the first "
	 "transaction, with 200.",
	 post, .in = &order, .out = &pocket_looked_up, .access = ACCESS_PROJECT_KEY,
	 .effect = EFFECT_WRITE, .docs.errors = {404}, .docs.statuses = {200}, .status = 201,
	 .dry_run = true, .docs.tag = "Money"},
	{0},
};
