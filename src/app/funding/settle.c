/* The second step: the code is checked, and the money moves or waits for an administrator. */
#include "app/audit/review.h"
#include "app/events/outbox.h"
#include "app/funding/store.h"
#include "app/people/code.h"
#include "app/people/ownership.h"
#include "app/people/user.h"
#include "base/arena.h"
#include "base/word.h"
#include "db/row.h"
#include "ledger/account.h"
#include "ledger/hold.h"
#include "ledger/ledger.h"
#include "json/writer.h"

enum { REVIEW_HOLD_S = 31 * 86400, OUTCOME_LIFETIME_S = 7 * 86400 };

static const char *
metadata(struct ctx *ctx, const struct funding *f)
{
	struct bytes text = {"{}", 2};
	struct jw w;

	jw_init(&w, ctx->arena, 256);
	jw_object(&w, NULL);
	if (f->description != NULL)
		jw_text(&w, "description", f->description);
	jw_text(&w, "transactionId", f->transaction_no);
	jw_close(&w);
	return jw_finish(&w, &text) ? text.data : NULL;
}

/* Move the money: in from the operator, or out to the amounts payable by the operator. */
static enum err
post(struct ctx *ctx, const struct user_wallet *wallet, struct uuid hold, struct funding *f)
{
	bool out = funding_is_deduction(f);
	struct uuid other = ledger_system_account(wallet->ledger_id,
						  out ? ACCOUNT_PAYABLES : ACCOUNT_OPERATOR_FUNDING,
						  funding_currency()->code);
	struct posting posting = {out ? wallet->id : other, out ? other : wallet->id, f->minor};
	struct posting_result result = {0};
	struct ledger_transaction transaction = {
		.ledger_id = wallet->ledger_id,
		.currency = funding_currency()->code,
		.reference = f->reference,
		.type = out ? TRANSACTION_WALLET_DEDUCTION : TRANSACTION_WALLET_FUNDING,
		.metadata = metadata(ctx, f),
		.hold = hold,
		.postings = &posting,
		.count = 1,
		.results = &result,
	};

	if (transaction.metadata == NULL)
		return fault(&ctx->fault, ERR_INTERNAL, NULL, NULL);
	ledger_content(ctx, &transaction);
	TRY(ledger_submit(ctx, &transaction));
	f->balance =
		(struct money){out ? result.from_balance : result.to_balance, funding_currency()};
	return funding_set_status(ctx, f, FUNDING_COMPLETED, transaction.transaction_id);
}

/* Post it from its hold, if it has one; if that has expired, as far as the balance allows. */
static enum err
settle(struct ctx *ctx, const struct user_wallet *wallet, struct funding *f)
{
	enum err err = post(ctx, wallet, f->hold, f);

	if (err != ERR_HOLD_CLOSED)
		return err;
	fault_clear(&ctx->fault);
	TRY(funding_release(ctx, wallet, f));
	return post(ctx, wallet, (struct uuid){{0}}, f);
}

/* Details for the administrator's decision. */
static enum err
ask_for_review(struct ctx *ctx, const struct user_wallet *wallet, struct funding *f)
{
	char amount[MONEY_TEXT_MAX];
	struct bytes detail;
	struct jw w;

	if (funding_is_deduction(f)) {
		TRY(funding_release(ctx, wallet, f));
		TRY(funding_hold(ctx, wallet, REVIEW_HOLD_S, f));
	}
	jw_init(&w, ctx->arena, 256);
	jw_object(&w, NULL);
	jw_text(&w, "amount", money_text(amount, (struct money){f->minor, funding_currency()}));
	jw_text(&w, "currency", funding_currency()->code);
	if (f->description != NULL)
		jw_text(&w, "description", f->description);
	jw_text(&w, "email", f->email);
	jw_text(&w, "purpose", word_text(funding_purpose_words, f->purpose));
	jw_text(&w, "reference", f->reference);
	jw_text(&w, "risk", word_text(risk_level_words, f->risk));
	jw_text(&w, "rules", f->risk_rules);
	jw_text(&w, "transactionId", f->transaction_no);
	jw_text(&w, "walletNumber", wallet->number);
	jw_close(&w);
	if (!jw_finish(&w, &detail))
		return fault(&ctx->fault, ERR_INTERNAL, NULL, NULL);
	TRY(review_open(ctx, REVIEW_FUNDING, f->public_id, "The risk level is high",
			(struct json_value){detail.data}));
	f->balance = wallet->balance;
	return funding_set_status(ctx, f, FUNDING_REVIEW, 0);
}

static enum err
unknown(struct ctx *ctx)
{
	return fault(&ctx->fault, ERR_FUNDING_UNKNOWN, NULL, NULL);
}

static enum funding_purpose
purpose_of(const char *reference)
{
	return text_starts_with(reference, "DEDUCT-") ? PURPOSE_DEDUCTION : PURPOSE_FUNDING;
}

enum err
funding_verify(struct ctx *ctx, const char *reference, const char *code, struct funding *out,
	       bool *right)
{
	int64_t user_id = ctx->who.user_id;
	struct user_wallet wallet;
	struct code_use use;
	struct rows rows;

	TRY(code_lock(ctx, user_id, funding_code_purpose(purpose_of(reference))));
	TRY(db_run(ctx, SQL_funding_by_reference, &rows,
		   PARAMS(p_int(user_id), p_text(reference))));
	if (!funding_scan(&rows, out) || !out->live)
		return unknown(ctx);
	TRY(funding_check_open(ctx, out->purpose));
	TRY(funding_wallet(ctx, user_id, &wallet));
	use = (struct code_use){user_id, funding_code_purpose(out->purpose), out->reference};
	TRY(code_check(ctx, &use, code, right));
	if (!*right)
		return ERR_OK;
	TRY(ownership_prove_by_code(ctx, user_id, out->email));
	return out->requires_review ? ask_for_review(ctx, &wallet, out) : settle(ctx, &wallet, out);
}

/* Notify the user of the result: so far they only know that it is in review. */
static enum err
mail_outcome(struct ctx *ctx, const struct funding *f, bool approved)
{
	char amount[MONEY_TEXT_MAX];
	struct user user = {0};

	TRY(user_get(ctx, f->user_id, &user));
	return outbox_add(
		ctx, user.email,
		funding_is_deduction(f) ? "Your payment was reviewed"
					: "Your wallet funding was reviewed",
		arena_printf(ctx->arena, "%s of %s NGN (%s) was %s.\n",
			     funding_is_deduction(f) ? "Your payment" : "Your wallet funding",
			     money_text(amount, (struct money){f->minor, funding_currency()}),
			     f->reference, approved ? "approved" : "declined"),
		OUTCOME_LIFETIME_S);
}

enum err
funding_decide(struct ctx *ctx, struct uuid id, bool approved)
{
	struct user_wallet wallet;
	struct funding f;
	struct rows rows;

	TRY(db_run(ctx, SQL_funding_by_id, &rows, PARAMS(p_uuid(id))));
	if (!funding_scan(&rows, &f))
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "Funding not found");
	if (f.status != FUNDING_REVIEW)
		return fault(&ctx->fault, ERR_CONFLICT, NULL, "The funding is not in review");
	if (approved) {
		TRY(funding_wallet(ctx, f.user_id, &wallet));
		TRY(settle(ctx, &wallet, &f));
	} else {
		TRY(user_wallet(ctx, f.user_id, funding_currency(), &wallet));
		TRY(funding_release(ctx, &wallet, &f));
		TRY(funding_set_status(ctx, &f, FUNDING_FAILED, 0));
	}
	return mail_outcome(ctx, &f, approved);
}
