/* What a step of a payment does: to the books, its hold, its reference, and to who must know. */
#include <string.h>

#include "app/audit/review.h"
#include "app/payment/payment.h"
#include "app/payment/row.h"
#include "base/arena.h"
#include "base/word.h"
#include "crypto/hmac.h"
#include "db/row.h"
#include "ledger/account.h"
#include "ledger/hold.h"
#include "ledger/ledger.h"
#include "ledger/reference.h"
#include "json/writer.h"

enum { DAY_S = 86400, ABSENT_AFTER_S = DAY_S, SHORT_ID = 12 };

static struct money
asked(const struct payment_row *row)
{
	return (struct money){row->amount, currency_find(row->currency)};
}

/* What moves: what was paid, or where that was not said, what was asked for. */
static struct money
moved(const struct payment_row *row)
{
	if (row->paid_currency == NULL)
		return asked(row);
	return (struct money){row->paid_amount, currency_find(row->paid_currency)};
}

/* A reference in the books that no client can give: '/' is not in their alphabet. */
static const char *
own_reference(struct ctx *ctx, const struct payment_row *row, const char *suffix)
{
	char id[UUID_TEXT_MAX];

	return arena_printf(ctx->arena, "%s/%s%s", row->reference,
			    uuid_text(id, row->public_id) + UUID_TEXT_MAX - 1 - SHORT_ID, suffix);
}

/* The content is the payment's own, so that no other transaction is ever taken for it. */
static void
digest(struct ctx *ctx, const struct payment_row *row, struct ledger_transaction *t)
{
	char id[UUID_TEXT_MAX];
	const char *text =
		arena_printf(ctx->arena, "cowry-payment-1;%s;%s;%s", uuid_text(id, row->public_id),
			     word_text(transaction_type_words, t->type), t->reference);

	sha256(text, strlen(text), t->content);
}

static enum err
post_one(struct ctx *ctx, const struct payment_row *row, struct ledger_transaction *t)
{
	struct ledger_transaction *list[] = {t};

	t->results = arena_alloc(ctx->arena, sizeof(*t->results));
	digest(ctx, row, t);
	return ledger_post(ctx, list, 1);
}

/* Money out was set aside: capture it. Where it is not, or not enough of it, the wallet itself pays. */
static enum err
use_hold(struct ctx *ctx, const struct payment_row *row, int64_t amount, struct uuid *hold)
{
	struct hold held;

	*hold = (struct uuid){{0}};
	if (uuid_is_nil(row->hold))
		return ERR_OK;
	TRY(hold_get(ctx, row->ledger_id, row->hold, &held));
	if (held.status != HOLD_ACTIVE)
		return ERR_OK;
	if (amount > held.amount)
		return hold_void(ctx, row->ledger_id, row->hold, &held);
	*hold = row->hold;
	return ERR_OK;
}

/* Between the wallet and what is under way with the provider. */
static struct posting
posting_of(const struct payment_row *row, int64_t amount)
{
	struct uuid clearing =
		ledger_system_account(row->ledger_id, ACCOUNT_PROVIDER_CLEARING, row->currency);

	return row->withdrawal ? (struct posting){row->wallet, clearing, amount}
			       : (struct posting){clearing, row->wallet, amount};
}

/* Why it can't be posted; ERR_CONFLICT if nobody knows what was paid. */
static enum err
flaw_of(const struct payment_row *row, struct money amount)
{
	if (amount.currency == NULL || strcmp(amount.currency->code, row->currency) != 0)
		return ERR_CURRENCY_MISMATCH;
	if (amount.minor <= 0 || (!row->withdrawal && row->paid_currency == NULL))
		return ERR_CONFLICT;
	return ERR_OK;
}

/* One that had failed gave its reference back: it has it again, unless somebody else does. */
static enum err
regain_reference(struct ctx *ctx, struct payment_row *row)
{
	if (row->reference_held)
		return ERR_OK;
	return reference_reserve(ctx, row->ledger_id, row->reference, row->public_id,
				 &row->reference_held);
}

/*
 * Move the money, under the reference if the payment has it. A plain posting may have won the
 * race for it: what was paid is booked all the same. posted->err tells how it ended.
 */
static enum err
post(struct ctx *ctx, struct payment_row *row, struct ledger_transaction *posted)
{
	struct money amount = moved(row);
	struct posting posting = posting_of(row, amount.minor);
	bool spare;

	*posted = (struct ledger_transaction){
		.ledger_id = row->ledger_id,
		.currency = row->currency,
		.type = row->type,
		.metadata = row->metadata,
		.postings = &posting,
		.count = 1,
		.err = flaw_of(row, amount),
	};
	if (posted->err != ERR_OK)
		return ERR_OK;
	TRY(use_hold(ctx, row, amount.minor, &posted->hold));
	TRY(regain_reference(ctx, row));
	posted->reference = row->reference_held ? row->reference : own_reference(ctx, row, "");
	TRY(reference_release(ctx, row->ledger_id, row->reference, row->public_id));
	TRY(post_one(ctx, row, posted));
	if (posted->err == ERR_DUPLICATE_REFERENCE) {
		posted->reference = own_reference(ctx, row, "");
		TRY(post_one(ctx, row, posted));
	}
	posted->postings = NULL;
	if (posted->err == ERR_OK || !row->reference_held)
		return ERR_OK;
	return reference_reserve(ctx, row->ledger_id, row->reference, row->public_id, &spare);
}

/* Take back a transaction that moved this. Somebody may have done so by hand. */
static enum err
take_back(struct ctx *ctx, const struct payment_row *row, int64_t transaction_id,
	  const struct posting *moved_before)
{
	const struct posting back = {moved_before->to, moved_before->from, moved_before->amount};
	struct ledger_transaction t = {
		.ledger_id = row->ledger_id,
		.currency = row->currency,
		.reference = own_reference(ctx, row, "-reversal"),
		.type = TRANSACTION_REVERSAL,
		.metadata = "{}",
		.reverses = transaction_id,
		.postings = &back,
		.count = 1,
	};

	TRY(post_one(ctx, row, &t));
	return t.err == ERR_OK || t.err == ERR_ALREADY_REVERSED
		       ? ERR_OK
		       : fault(&ctx->fault, t.err, NULL, NULL);
}

static enum err
reverse(struct ctx *ctx, const struct payment_row *row)
{
	struct posting posted;
	struct rows rows;

	TRY(db_run(ctx, SQL_payment_posting, &rows, PARAMS(p_uuid(row->transaction))));
	posted = (struct posting){row_uuid(&rows, 0, 1), row_uuid(&rows, 0, 2),
				  row_int(&rows, 0, 3)};
	return take_back(ctx, row, row_int(&rows, 0, 0), &posted);
}

static enum err
release(struct ctx *ctx, struct payment_row *row)
{
	struct hold held;

	if (!uuid_is_nil(row->transaction))
		return reverse(ctx, row);
	if (!uuid_is_nil(row->hold)) {
		TRY(hold_get(ctx, row->ledger_id, row->hold, &held));
		if (held.status == HOLD_ACTIVE)
			TRY(hold_void(ctx, row->ledger_id, row->hold, &held));
	}
	row->reference_held = false;
	return reference_release(ctx, row->ledger_id, row->reference, row->public_id);
}

/* What helps to decide. */
static enum err
open_review(struct ctx *ctx, const struct payment_row *row, struct money paid, const char *why)
{
	bool said = paid.currency != NULL;
	char text[MONEY_TEXT_MAX];
	struct bytes detail;
	struct jw w;

	jw_init(&w, ctx->arena, 512);
	jw_object(&w, NULL);
	jw_text(&w, "provider", row->provider);
	jw_text(&w, "providerReference", row->provider_reference);
	jw_text(&w, "providerId", row->provider_id);
	jw_text(&w, "reference", row->reference);
	jw_text(&w, "direction", row->withdrawal ? "out" : "in");
	jw_text(&w, "asked", money_text(text, asked(row)));
	jw_text(&w, "currency", row->currency);
	jw_text(&w, "paid", said ? money_text(text, paid) : NULL);
	jw_text(&w, "paidCurrency", said ? paid.currency->code : NULL);
	jw_bool(&w, "posted", !uuid_is_nil(row->transaction));
	jw_close(&w);
	if (!jw_finish(&w, &detail))
		return fault(&ctx->fault, ERR_INTERNAL, NULL, NULL);
	return review_open(ctx, REVIEW_PAYMENT, row->public_id, why,
			   (struct json_value){detail.data});
}

static enum err
store(struct ctx *ctx, const struct payment_row *row, int64_t transaction_id)
{
	return db_run(ctx, SQL_payment_store, NULL,
		      PARAMS(p_int(row->payment_id), p_word(transaction_status_words, row->status),
			     p_bool(row->payable), p_bool(row->reference_held),
			     p_bool(row->accepted), p_text(row->problem),
			     row->paid_currency != NULL ? p_int(row->paid_amount) : p_null(),
			     p_text(row->paid_currency), p_id(transaction_id)));
}

/* What people are told where nobody knows better. */
static const char *const reasons[PAYMENT_EVENTS] = {
	[EVENT_REFUSED] = "The provider refused it",
	[EVENT_ABANDONED] = "The provider did not answer in time",
	[EVENT_PAID] = "It was paid after it had failed",
	[EVENT_PAID_OTHERWISE] = "Another amount or currency was paid than was asked for",
	[EVENT_NOT_PAID] = "The provider says that it failed",
	[EVENT_TAKEN_BACK] = "The provider says that the money went back",
	[EVENT_ABSENT] = "The provider never received it",
	[EVENT_VANISHED] = "The provider does not know it any more",
	[EVENT_LAPSED] = "It was not paid in time",
	[EVENT_REJECTED] = "It was rejected after a review",
};

/* Whether an event shows that the provider knows the order. */
static bool
acknowledges(enum payment_event event)
{
	return event == EVENT_TAKEN || event == EVENT_PAID || event == EVENT_PAID_OTHERWISE ||
	       event == EVENT_NOT_PAID || event == EVENT_TAKEN_BACK;
}

/* What was posted stays what it was. */
static void
note_paid(struct payment_row *row, struct money paid)
{
	if (paid.currency == NULL || !uuid_is_nil(row->transaction))
		return;
	row->paid_amount = paid.minor;
	row->paid_currency = paid.currency->code;
}

/* What was posted stays posted; but what was taken back is not there any more. */
static enum err
check_posted(struct ctx *ctx, const struct payment_row *row)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_payment_posting, &rows, PARAMS(p_uuid(row->transaction))));
	if (row_bool(&rows, 0, 4))
		return fault(&ctx->fault, ERR_CONFLICT, NULL,
			     "What was booked was taken back since; reject it, and move money by "
			     "hand where it is due");
	return ERR_OK;
}

/* Post, or if the ledger won't, leave it to a person. A person hears why not. */
static enum err
post_or_ask(struct ctx *ctx, struct payment_row *row, enum payment_event event, struct money paid,
	    int64_t *transaction_id)
{
	struct ledger_transaction posted;

	note_paid(row, paid);
	if (!uuid_is_nil(row->transaction))
		return check_posted(ctx, row);
	TRY(post(ctx, row, &posted));
	if (posted.err == ERR_OK) {
		*transaction_id = posted.transaction_id;
		row->transaction = posted.public_id;
		row->problem = NULL;
		return ERR_OK;
	}
	if (event == EVENT_APPROVED)
		return fault(&ctx->fault, posted.err, NULL,
			     posted.err == ERR_CONFLICT
				     ? "The provider does not say how much was paid"
				     : NULL);
	row->status = PAYMENT_REVIEW;
	return open_review(ctx, row, paid,
			   arena_printf(ctx->arena, "It was paid, but can't be booked: %s",
					posted.err == ERR_NOT_FOUND ? "The wallet was closed"
								    : err_message(posted.err)));
}

/* If nobody knew what became of it, somebody does now. */
static void
end_review(struct ctx *ctx, const struct payment_row *row)
{
	enum payment_status state = payment_row_state(row);
	char id[UUID_TEXT_MAX];

	if (state != PAYMENT_REVIEW)
		review_settle(ctx, REVIEW_PAYMENT, row->public_id, "payment_lookup",
			      arena_strdup(ctx->arena, uuid_text(id, row->public_id)),
			      state == PAYMENT_SUCCEEDED);
}

enum err
payment_apply_event(struct ctx *ctx, struct payment_row *row, enum payment_event event,
		    struct money paid, const char *why)
{
	struct payment_step step = payment_step(row->withdrawal, payment_row_state(row), event);
	bool learned = acknowledges(event) && !row->accepted;
	int64_t transaction_id = 0;

	why = why != NULL ? why : reasons[event];
	row->accepted |= acknowledges(event);
	row->payable = step.next == PAYMENT_UNPAID;
	row->status = row->payable ? PAYMENT_FAILED : step.next;
	switch (step.effect) {
	case DO_NOTHING:
		return learned ? store(ctx, row, 0) : ERR_OK;
	case DO_REFUSE:
		return fault(&ctx->fault, ERR_CONFLICT, NULL, "There is nothing to decide");
	case DO_POST:
		TRY(post_or_ask(ctx, row, event, paid, &transaction_id));
		break;
	case DO_LET_GO:
		row->problem = why;
		TRY(release(ctx, row));
		break;
	case DO_ASK_PERSON:
		note_paid(row, paid);
		TRY(open_review(ctx, row, paid, why));
		break;
	}
	TRY(store(ctx, row, transaction_id));
	if (row->withdrawal)
		end_review(ctx, row);
	return payment_emit_event(ctx, row);
}

static enum payment_event
event_of_success(const struct payment_row *row, struct money paid)
{
	if (paid.currency == NULL)
		return row->withdrawal ? EVENT_PAID : EVENT_PAID_OTHERWISE;
	return paid.minor == row->amount && strcmp(paid.currency->code, row->currency) == 0
		       ? EVENT_PAID
		       : EVENT_PAID_OTHERWISE;
}

enum payment_event
payment_event_of(const struct payment_row *row, const struct provider_report *report)
{
	switch (report->state) {
	case PROVIDER_PENDING:
		break;
	case PROVIDER_SUCCEEDED:
		return event_of_success(row, report->amount);
	case PROVIDER_FAILED:
		return EVENT_NOT_PAID;
	case PROVIDER_REVERSED:
		return EVENT_TAKEN_BACK;
	case PROVIDER_ABSENT:
		if (row->age_s < ABSENT_AFTER_S)
			return EVENT_UNANSWERED;
		return row->accepted ? EVENT_VANISHED : EVENT_ABSENT;
	}
	return row->age_s < PAYMENT_LAPSED_AFTER_S ? EVENT_TAKEN : EVENT_LAPSED;
}

enum err
payment_lock(struct ctx *ctx, struct uuid id)
{
	struct payment_row row;

	return payment_row_lock(ctx, id, &row);
}

enum err
payment_decide(struct ctx *ctx, struct uuid id, bool approved)
{
	struct payment_row row;

	TRY(payment_row_lock(ctx, id, &row));
	return payment_apply_event(ctx, &row, approved ? EVENT_APPROVED : EVENT_REJECTED,
				   (struct money){0, NULL}, NULL);
}

enum err
payment_unresolved(struct ctx *ctx, struct uuid id, const char *why)
{
	const struct money unsaid = {0, NULL};
	struct payment_row row;
	enum err err = payment_row_lock(ctx, id, &row);

	if (err == ERR_NOT_FOUND) {
		fault_clear(&ctx->fault);
		return ERR_OK;
	}
	TRY(err);
	if (payment_row_state(&row) != PAYMENT_PENDING)
		return ERR_OK;
	return row.withdrawal ? open_review(ctx, &row, unsaid, why)
			      : payment_apply_event(ctx, &row, EVENT_LAPSED, unsaid, NULL);
}
