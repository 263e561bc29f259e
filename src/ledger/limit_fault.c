/* An exceeded limit as a fault of the request. */
#include <stdio.h>

#include "base/arena.h"
#include "base/word.h"
#include "ledger/limit_store.h"

/* An amount of the limit: in its currency, or a number. */
static const char *
amount_text(struct ctx *ctx, const struct ledger_exceeded *exceeded, int64_t value)
{
	char buf[MONEY_TEXT_MAX];
	const struct currency *currency = currency_find(exceeded->currency);

	if (exceeded->measure == LIMIT_COUNT || currency == NULL)
		return arena_printf(ctx->arena, "%lld", (long long)value);
	return arena_strdup(ctx->arena, money_text(buf, (struct money){value, currency}));
}

/* What a limit is of, for people. */
static const char *
subject_text(const struct ledger_exceeded *exceeded)
{
	static const char *const texts[] = {
		[LIMIT_BALANCE] = "balance",
		[LIMIT_AMOUNT] = "amount of a transaction",
		[LIMIT_SUM] = "sum of amounts",
		[LIMIT_COUNT] = "number of transactions",
	};

	return texts[exceeded->measure];
}

static const char *
span_text(const struct ledger_exceeded *exceeded)
{
	static const char *const texts[] = {
		"",
		[LIMIT_HOUR] = " in an hour",
		[LIMIT_DAY] = " in a day",
		[LIMIT_MONTH] = " in a month",
	};

	return texts[exceeded->span];
}

/* Projects and administrators see all that a ledger has; a user only what is his own, and money comes from there. */
static bool
may_know(const struct ctx *ctx, const struct ledger_exceeded *exceeded)
{
	return ctx->who.kind == PRINCIPAL_PROJECT_KEY || ctx->who.admin ||
	       (exceeded->measure != LIMIT_BALANCE && exceeded->direction == LIMIT_OUT);
}

enum err
limits_refuse(struct ctx *ctx, const struct ledger_exceeded *exceeded)
{
	char frees_at[INSTANT_TEXT_MAX] = "";
	struct fault_limit *limit;

	if (!may_know(ctx, exceeded))
		return fault(&ctx->fault, ERR_LIMIT, NULL,
			     "The wallet can't receive this amount because of a limit");
	limit = arena_alloc(ctx->arena, sizeof(*limit));
	*limit = (struct fault_limit){
		.id = exceeded->id,
		.measure = word_text(limit_measures, exceeded->measure),
		.window = word_text(limit_span_words, exceeded->span),
		.most = amount_text(ctx, exceeded, exceeded->most),
		.left = amount_text(ctx, exceeded, exceeded->left),
		.frees_at = exceeded->frees_at,
	};
	if (exceeded->frees_at.us != 0)
		(void)instant_text(frees_at, exceeded->frees_at);
	(void)fault(&ctx->fault, ERR_LIMIT, NULL, "The limit of the %s%s is %s%s%s, %s is left%s%s",
		    subject_text(exceeded), span_text(exceeded), limit->most,
		    exceeded->currency[0] != '\0' ? " " : "", exceeded->currency, limit->left,
		    frees_at[0] != '\0' ? "; there is enough from " : "", frees_at);
	ctx->fault.limit = limit;
	return ERR_LIMIT;
}
