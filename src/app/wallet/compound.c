#include "app/wallet/compound.h"

#include <string.h>

#include "base/arena.h"
#include "ledger/account.h"
#include "ledger/ledger.h"

static const enum chart_kind account_kinds[] = {ACCOUNT_PROJECT_FUNDING, ACCOUNT_FEE_REVENUE};

const char *const compound_accounts[] = {"funding", "fees", NULL};

/* An order on its way to the ledger. */
struct build {
	struct ctx *ctx;
	const struct compound_order *in;
	struct posting *postings;
	struct posting_rule *rules;
	struct ledger_condition *conditions;
};

static const struct compound_posting *
posting_at(const struct build *b, size_t i)
{
	return &((const struct compound_posting *)b->in->postings.items)[i];
}

static const char *
field_of(const struct build *b, const char *list, size_t i, const char *member)
{
	return arena_printf(b->ctx->arena, "%s[%zu].%s", list, i, member);
}

static void
refuse(const struct build *b, const char *list, size_t i, const char *member, const char *code,
       const char *why)
{
	violation_add(b->ctx->arena, &b->ctx->fault, field_of(b, list, i, member), code, why);
}

static const enum chart_kind *
named_account(const char *text)
{
	for (size_t i = 0; compound_accounts[i] != NULL; i++)
		if (text_equal(text, compound_accounts[i]))
			return &account_kinds[i];
	return NULL;
}

/* The ids of system accounts can be computed; callers name them instead. */
static void
read_account(const struct build *b, size_t i, const char *member, const char *text,
	     struct uuid *out)
{
	const enum chart_kind *kind = named_account(text);

	if (kind != NULL)
		*out = ledger_system_account(b->ctx->who.ledger_id, *kind, b->rules[i].currency);
	else if (!uuid_parse(out, text) || ledger_is_system_account(*out))
		refuse(b, "postings", i, member, "FORMAT",
		       "must be the id of a wallet, funding or fees");
}

/* A number of major units as minor units; 0 if it is none, which is in the fault then. */
static int64_t
read_minor(const struct build *b, const char *field, struct decimal value, const char *currency)
{
	struct money money;

	return transaction_amount_of(b->ctx, field, value, currency, &money) == ERR_OK ? money.minor
										       : 0;
}

static void
read_share(const struct build *b, size_t i, const char *text, size_t length)
{
	struct posting_rule *rule = &b->rules[i];
	struct decimal percent;

	rule->amount = AMOUNT_SHARE;
	if (decimal_parse(&percent, text, length) != MONEY_OK || percent.scale > SHARE_DECIMALS ||
	    percent.coefficient == 0)
		refuse(b, "postings", i, "amount", "FORMAT",
		       "must be a share with at most 6 decimals");
	else if (decimal_scale(&rule->share, percent, SHARE_DECIMALS) != MONEY_OK ||
		 rule->share > SHARE_WHOLE)
		refuse(b, "postings", i, "amount", "RANGE", "must be at most 100%");
}

static void
read_number(const struct build *b, size_t i, const char *text)
{
	struct decimal value;

	if (decimal_parse(&value, text, strlen(text)) != MONEY_OK) {
		refuse(b, "postings", i, "amount", "FORMAT",
		       "must be an amount, all, rest, or a share such as 12.5%");
		return;
	}
	if (value.coefficient == 0)
		refuse(b, "postings", i, "amount", "MIN", "must be greater than 0");
	else
		b->postings[i].amount = read_minor(b, field_of(b, "postings", i, "amount"), value,
						   b->rules[i].currency);
}

static void
read_amount(const struct build *b, size_t i)
{
	const char *text = posting_at(b, i)->amount;
	size_t length = strlen(text);

	if (strcmp(text, "all") == 0)
		b->rules[i].amount = AMOUNT_ALL;
	else if (strcmp(text, "rest") == 0)
		b->rules[i].amount = AMOUNT_REST;
	else if (length > 0 && text[length - 1] == '%')
		read_share(b, i, text, length - 1);
	else
		read_number(b, i, text);
}

/* The whole of a share or of a rest. Named accounts have no limit, so nothing is all that they have. */
static void
read_whole(const struct build *b, size_t i)
{
	const struct compound_posting *in = posting_at(b, i);
	bool has_whole = b->rules[i].amount == AMOUNT_SHARE || b->rules[i].amount == AMOUNT_REST;

	if (in->of.present && !has_whole)
		refuse(b, "postings", i, "of", "UNEXPECTED", "is for shares and the rest only");
	else if (in->of.present)
		b->rules[i].of = read_minor(b, field_of(b, "postings", i, "of"), in->of,
					    b->rules[i].currency);
	else if (b->rules[i].amount != AMOUNT_GIVEN && named_account(in->from) != NULL)
		refuse(b, "postings", i, has_whole ? "of" : "amount", "REQUIRED",
		       has_whole ? "is required: the account has no limit"
				 : "must be given: the account has no limit");
}

static void
read_posting(const struct build *b, size_t i)
{
	const struct compound_posting *in = posting_at(b, i);

	b->rules[i].currency = currency_find_any_case(in->currency)->code;
	read_account(b, i, "from", in->from, &b->postings[i].from);
	read_account(b, i, "to", in->to, &b->postings[i].to);
	read_amount(b, i);
	read_whole(b, i);
}

static bool
same_whole(const struct build *b, size_t i, size_t p)
{
	return uuid_equal(b->postings[i].from, b->postings[p].from) &&
	       strcmp(b->rules[i].currency, b->rules[p].currency) == 0 &&
	       b->rules[i].of == b->rules[p].of;
}

/* Of one whole there are no more than 100 percent, and one rest. */
static void
check_whole(const struct build *b, size_t i)
{
	int64_t shares = 0;
	size_t rests = 0;

	for (size_t p = 0; p <= i; p++) {
		if (!same_whole(b, i, p))
			continue;
		shares += b->rules[p].share;
		rests += b->rules[p].amount == AMOUNT_REST;
	}
	if (b->rules[i].amount == AMOUNT_SHARE && shares > SHARE_WHOLE)
		refuse(b, "postings", i, "amount", "RANGE", "makes it more than 100% of the whole");
	if (b->rules[i].amount == AMOUNT_REST && rests > 1)
		refuse(b, "postings", i, "amount", "DUPLICATE", "is a second rest of the whole");
}

/* The posting that moves money of the wallet; the number of postings if none does. */
static size_t
posting_of(const struct build *b, struct uuid wallet)
{
	for (size_t i = 0; i < b->in->postings.count; i++)
		if (uuid_equal(b->postings[i].from, wallet) ||
		    uuid_equal(b->postings[i].to, wallet))
			return i;
	return b->in->postings.count;
}

static void
read_condition(const struct build *b, size_t i)
{
	const struct compound_condition *in =
		&((const struct compound_condition *)b->in->conditions.items)[i];
	size_t posting = posting_of(b, in->wallet);
	int64_t least = 0;

	if (posting == b->in->postings.count) {
		refuse(b, "conditions", i, "walletId", "UNEXPECTED",
		       "must take part in the transaction");
		return;
	}
	if (in->min_balance.present)
		least = read_minor(b, field_of(b, "conditions", i, "minBalance"), in->min_balance,
				   b->rules[posting].currency);
	else if (!in->sequence.present)
		refuse(b, "conditions", i, "minBalance", "REQUIRED",
		       "or expectSequence is required");
	b->conditions[i] = (struct ledger_condition){
		.account = in->wallet,
		.has_least = in->min_balance.present,
		.least = least,
		.has_sequence = in->sequence.present,
		.sequence = in->sequence.value,
	};
}

/* Read the whole order, and find all that is wrong with it. */
static enum err
read_order(const struct build *b)
{
	for (size_t i = 0; i < b->in->postings.count; i++)
		read_posting(b, i);
	if (b->ctx->fault.err != ERR_OK)
		return b->ctx->fault.err;
	for (size_t i = 0; i < b->in->postings.count; i++)
		check_whole(b, i);
	for (size_t i = 0; i < b->in->conditions.count; i++)
		read_condition(b, i);
	return b->ctx->fault.err;
}

enum err
compound_post(struct ctx *ctx, const struct compound_order *in, struct lookup *out, bool *replayed)
{
	size_t n = in->postings.count;
	struct build b = {
		.ctx = ctx,
		.in = in,
		.postings = arena_array(ctx->arena, n, sizeof(struct posting)),
		.rules = arena_array(ctx->arena, n, sizeof(struct posting_rule)),
		.conditions = arena_array(ctx->arena, in->conditions.count,
					  sizeof(struct ledger_condition)),
	};
	struct ledger_transaction t = {
		.ledger_id = ctx->who.ledger_id,
		.reference = in->reference,
		.type = TRANSACTION_COMPOUND,
		.metadata = in->metadata.text != NULL ? in->metadata.text : "{}",
		.postings = b.postings,
		.count = n,
		.rules = b.rules,
		.conditions = b.conditions,
		.condition_count = in->conditions.count,
	};
	enum err err;

	TRY(read_order(&b));
	t.currency = b.rules[0].currency;
	ledger_content(ctx, &t);
	err = ledger_submit(ctx, &t);
	if (err == ERR_NOT_FOUND)
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "Wallet not found");
	TRY(err);
	*replayed = t.replayed;
	TRY(lookup_get(ctx, t.public_id, out));
	out->dry_run = in->dry_run;
	return ERR_OK;
}
