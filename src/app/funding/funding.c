/* The first step of fundings and deductions, and resending codes. */
#include <string.h>

#include "app/funding/risk.h"
#include "app/funding/store.h"
#include "app/people/code.h"
#include "app/people/guard.h"
#include "app/people/user.h"
#include "base/arena.h"
#include "base/email.h"
#include "crypto/random.h"
#include "db/row.h"
#include "schema/schema.h"

enum {
	LIFETIME_S = 86400, /* of the pending one: a new code may be requested */
	HOLD_SLACK_S = 10,  /* a hold outlives its code */
	NUMBER_TRIES = 100, /* numbers that may have been taken in the same millisecond */
	REFERENCE_TAIL = 8,
	FOREIGN_RETRY_S = 900,
	SWEEP_AT_ONCE = 1000,
};

#define NAIRA_MINOR  INT64_C(100)
#define AMOUNT_LEAST (100 * NAIRA_MINOR)
#define AMOUNT_MOST  (5000000 * NAIRA_MINOR)

static enum err
check_amount(struct ctx *ctx, struct decimal amount, int64_t *minor)
{
	struct money money;

	if (money_from_decimal(&money, amount, funding_currency()) != MONEY_OK ||
	    money.minor < AMOUNT_LEAST || money.minor > AMOUNT_MOST) {
		violation_add(ctx->arena, &ctx->fault, "amount", "RANGE",
			      "must be between 100 and 5000000, with at most 2 decimals");
		return ERR_VALIDATION;
	}
	*minor = money.minor;
	return ERR_OK;
}

static const struct column fact_columns[] = {
	COLUMN(struct risk_facts, amount),       COLUMN(struct risk_facts, completed),
	COLUMN(struct risk_facts, average),      COLUMN(struct risk_facts, started),
	COLUMN(struct risk_facts, failed_codes), COLUMN(struct risk_facts, account_age_s),
	COLUMN(struct risk_facts, new_address),
};

/* The risk, based on the user's history. */
static enum err
assess(struct ctx *ctx, struct funding *f)
{
	struct risk_facts facts = {0};
	struct rows rows;

	TRY(db_run(ctx, SQL_funding_facts, &rows,
		   PARAMS(p_int(f->user_id), p_word(funding_purpose_words, f->purpose),
			  p_int(f->minor), p_text(email_key(ctx->arena, f->email)),
			  p_int(f->funding_id), p_text(email_spelling(ctx->arena, f->email)))));
	rows_scan(&rows, 0, fact_columns, COLUMN_COUNT(fact_columns), &facts);
	f->risk = risk_assess(ctx->arena, &facts, &f->risk_rules);
	f->requires_review = f->risk == RISK_HIGH;
	return ERR_OK;
}

/* Lower-case letters and digits, uniformly distributed. */
static void
random_tail(char out[REFERENCE_TAIL + 1])
{
	static const char characters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
	const unsigned count = sizeof(characters) - 1;
	unsigned char byte;

	for (size_t i = 0; i < REFERENCE_TAIL;) {
		random_bytes(&byte, 1);
		if (byte < 256 / count * count)
			out[i++] = characters[byte % count];
	}
	out[REFERENCE_TAIL] = '\0';
}

/* Store it under a unique reference and number. */
static enum err
insert(struct ctx *ctx, struct funding *f)
{
	long long ms = (long long)(ctx->now.us / 1000);
	char tail[REFERENCE_TAIL + 1];
	struct rows rows;

	f->public_id = uuid_v7();
	f->status = FUNDING_PENDING;
	for (int i = 0; i < NUMBER_TRIES; i++) {
		random_tail(tail);
		f->reference = arena_printf(ctx->arena, "%s-%lld-%s",
					    funding_is_deduction(f) ? "DEDUCT" : "FUND", ms, tail);
		f->transaction_no = i == 0 ? arena_printf(ctx->arena, "TXN-%lld", ms)
					   : arena_printf(ctx->arena, "TXN-%lld-%d", ms, i);
		TRY(db_run(ctx, SQL_funding_insert, &rows,
			   PARAMS(p_uuid(f->public_id), p_int(f->user_id),
				  p_word(funding_purpose_words, f->purpose), p_text(f->reference),
				  p_text(f->transaction_no), p_int(f->minor), p_text(f->email),
				  p_text(email_key(ctx->arena, f->email)), p_text(f->description),
				  p_word(risk_level_words, f->risk), p_text(f->risk_rules),
				  p_bool(f->requires_review), p_int(LIFETIME_S))));
		if (rows.count > 0) {
			f->funding_id = row_int(&rows, 0, 0);
			return ERR_OK;
		}
	}
	return fault(&ctx->fault, ERR_RETRY, NULL, NULL);
}

/* Codes to an address other than the user's own are limited: its owner was not asked. */
static enum err
check_address(struct ctx *ctx, const struct funding *f)
{
	struct user user = {0};
	bool allowed;

	TRY(user_get(ctx, f->user_id, &user));
	if (strcmp(email_key(ctx->arena, user.email), email_key(ctx->arena, f->email)) == 0)
		return ERR_OK;
	TRY(guard_mail(ctx, f->email, false, &allowed));
	if (allowed)
		return ERR_OK;
	(void)fault(&ctx->fault, ERR_RATE_LIMITED, "email",
		    "Too many codes were sent to this address; try again later");
	ctx->fault.retry_after_s = FOREIGN_RETRY_S;
	return ERR_RATE_LIMITED;
}

static enum err
mail_code(struct ctx *ctx, const struct funding *f)
{
	struct code_use use = {f->user_id, funding_code_purpose(f->purpose), f->reference};
	const char *description = NULL;
	char amount[MONEY_TEXT_MAX];
	struct user user = {0};
	const char *sentence;

	TRY(check_address(ctx, f));
	/* A text of the sender is sent to nobody else. */
	if (funding_is_deduction(f) && f->description != NULL) {
		TRY(user_get(ctx, f->user_id, &user));
		description = user.is_email_verified ? f->description : NULL;
	}
	(void)money_text(amount, (struct money){f->minor, funding_currency()});
	sentence =
		funding_is_deduction(f)
			? arena_printf(ctx->arena, "It confirms that your wallet pays %s NGN%s%s.",
				       amount, description != NULL ? " for: " : "",
				       description != NULL ? description : "")
			: arena_printf(ctx->arena,
				       "It confirms that your wallet is funded with %s NGN.",
				       amount);
	return code_send(ctx, &use, f->email,
			 funding_is_deduction(f) ? "Confirm your payment"
						 : "Confirm your wallet funding",
			 sentence);
}

/* There is one pending deduction: the hold of the previous one is released. */
static enum err
end_earlier(struct ctx *ctx, const struct user_wallet *wallet, const struct funding *f)
{
	struct funding earlier;
	struct rows rows;

	TRY(db_run(ctx, SQL_funding_newest, &rows,
		   PARAMS(p_int(f->user_id), p_word(funding_purpose_words, f->purpose),
			  p_int(f->funding_id))));
	if (!funding_scan(&rows, &earlier))
		return ERR_OK;
	TRY(funding_release(ctx, wallet, &earlier));
	return funding_set_status(ctx, &earlier, FUNDING_EXPIRED, 0);
}

enum err
funding_start(struct ctx *ctx, enum funding_purpose purpose, const struct funding_order *in,
	      struct funding *out)
{
	struct user_wallet wallet;
	struct user user = {0};

	*out = (struct funding){.user_id = ctx->who.user_id,
				.purpose = purpose,
				.email = in->email,
				.description = in->description,
				.risk_rules = ""};
	TRY(funding_check_open(ctx, purpose));
	TRY(check_amount(ctx, in->amount, &out->minor));
	TRY(funding_wallet(ctx, out->user_id, &wallet));
	TRY(code_lock(ctx, out->user_id, funding_code_purpose(purpose)));
	if (out->email == NULL) {
		TRY(user_get(ctx, out->user_id, &user));
		out->email = user.email;
	}
	TRY(assess(ctx, out));
	TRY(insert(ctx, out));
	if (funding_is_deduction(out)) {
		TRY(end_earlier(ctx, &wallet, out));
		TRY(funding_hold(ctx, &wallet, CODE_LIFETIME_S + HOLD_SLACK_S, out));
	}
	return mail_code(ctx, out);
}

/* Send the code to another address. Not for deductions: it would bypass the owner. */
static enum err
redirect(struct ctx *ctx, const char *email, struct funding *f)
{
	const char *key = email_key(ctx->arena, email);

	if (strcmp(key, email_key(ctx->arena, f->email)) == 0)
		return ERR_OK;
	if (funding_is_deduction(f)) {
		violation_add(
			ctx->arena, &ctx->fault, "email", "ADDRESS",
			"must be the address of your account: codes for deductions are sent only "
			"there");
		return ERR_VALIDATION;
	}
	f->email = email;
	if (!f->requires_review) /* an unusual funding does not become usual */
		TRY(assess(ctx, f));
	return db_run(ctx, SQL_funding_set_address, NULL,
		      PARAMS(p_int(f->funding_id), p_text(email), p_text(key),
			     p_word(risk_level_words, f->risk), p_text(f->risk_rules),
			     p_bool(f->requires_review)));
}

enum err
funding_resend(struct ctx *ctx, enum funding_purpose purpose, const char *email,
	       struct funding *out)
{
	int64_t user_id = ctx->who.user_id;
	struct user_wallet wallet;
	struct rows rows;

	TRY(funding_check_open(ctx, purpose));
	TRY(funding_wallet(ctx, user_id, &wallet));
	TRY(code_lock(ctx, user_id, funding_code_purpose(purpose)));
	TRY(db_run(ctx, SQL_funding_newest, &rows,
		   PARAMS(p_int(user_id), p_word(funding_purpose_words, purpose), p_int(0))));
	if (!funding_scan(&rows, out))
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL,
			     "No pending transaction for this purpose");
	if (email != NULL)
		TRY(redirect(ctx, email, out));
	if (funding_is_deduction(out)) {
		TRY(funding_release(ctx, &wallet, out));
		TRY(funding_hold(ctx, &wallet, CODE_LIFETIME_S + HOLD_SLACK_S, out));
	}
	return mail_code(ctx, out);
}

enum err
funding_expire(struct ctx *ctx, bool *found)
{
	int64_t codes = 0;
	struct rows rows;

	TRY(db_run(ctx, SQL_funding_sweep, &rows, PARAMS(p_int(SWEEP_AT_ONCE))));
	TRY(code_sweep(ctx, SWEEP_AT_ONCE, &codes));
	*found = rows.affected >= SWEEP_AT_ONCE || codes >= SWEEP_AT_ONCE;
	return ERR_OK;
}
