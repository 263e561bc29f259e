/* The actions of a payment's step: on the ledger, its hold, its reference, and notifications. */
#include <string.h>

#include "app/audit/review.h"
#include "app/payment/payment.h"
#include "app/payment/row.h"
#include "app/payment/settlement.h"
#include "base/arena.h"
#include "db/row.h"
#include "ledger/account.h"
#include "ledger/ledger.h"
#include "ledger/reference.h"
#include "json/writer.h"

enum { SHORT_ID = 12 };

static struct settlement
in_books(const struct payment_row *row)
{
	return (struct settlement){REVIEW_PAYMENT, row->public_id,   row->ledger_id, row->currency,
				   row->hold,      row->transaction, row->accepted,  row->age_s};
}

static struct money
asked(const struct payment_row *row)
{
	return (struct money){row->amount, currency_find(row->currency)};
}

/* The amount to move: the amount paid or, if that was not reported, the requested one. */
static struct money
moved(const struct payment_row *row)
{
	if (row->paid_currency == NULL)
		return asked(row);
	return (struct money){row->paid_amount, currency_find(row->paid_currency)};
}

/* A ledger reference that clients can't use: '/' is not in their alphabet. */
static const char *
own_reference(struct ctx *ctx, const struct payment_row *row, const char *suffix)
{
	char id[UUID_TEXT_MAX];

	return arena_printf(ctx->arena, "%s/%s%s", row->reference,
			    uuid_text(id, row->public_id) + UUID_TEXT_MAX - 1 - SHORT_ID, suffix);
}

/* Money out was set aside: capture it. Where it is not, or not enough of it, the wallet itself pays. */
static enum err
use_hold(struct ctx *ctx, const struct payment_row *row, int64_t amount, struct uuid *hold)
{
	const struct settlement s = in_books(row);
	int64_t held;

	TRY(settlement_active_hold(ctx, &s, hold, &held));
	if (uuid_is_nil(*hold) || amount <= held)
		return ERR_OK;
	*hold = (struct uuid){{0}};
	return settlement_void_hold(ctx, &s);
}

/* Between the wallet and the provider's clearing account. */
static struct posting
posting_of(const struct payment_row *row, int64_t amount)
{
	struct uuid clearing =
		ledger_system_account(row->ledger_id, ACCOUNT_PROVIDER_CLEARING, row->currency);

	return row->withdrawal ? (struct posting){row->wallet, clearing, amount}
			       : (struct posting){clearing, row->wallet, amount};
}

/* Why it can't be posted; ERR_CONFLICT if the amount paid is unknown. */
static enum err
flaw_of(const struct payment_row *row, struct money amount)
{
	if (amount.currency == NULL || strcmp(amount.currency->code, row->currency) != 0)
		return ERR_CURRENCY_MISMATCH;
	if (amount.minor <= 0 || (!row->withdrawal && row->paid_currency == NULL))
		return ERR_CONFLICT;
	return ERR_OK;
}

/* A failed payment released its reference: reserve it again, unless it is taken. */
static enum err
regain_reference(struct ctx *ctx, struct payment_row *row)
{
	if (row->reference_held)
		return ERR_OK;
	return reference_reserve(ctx, row->ledger_id, row->reference, row->public_id,
				 &row->reference_held);
}

/*
 * Move the money, under the reference if the payment has it. A plain posting may have won the race
 * for it: the amount paid is posted nevertheless. posted->err is the result.
 */
static enum err
post(struct ctx *ctx, struct payment_row *row, struct ledger_transaction *posted)
{
	struct money amount = moved(row);
	struct posting posting = posting_of(row, amount.minor);
	const struct settlement s = in_books(row);
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
	TRY(settlement_post(ctx, &s, posted));
	if (posted->err == ERR_DUPLICATE_REFERENCE) {
		posted->reference = own_reference(ctx, row, "");
		TRY(settlement_post(ctx, &s, posted));
	}
	posted->postings = NULL;
	if (posted->err == ERR_OK || !row->reference_held)
		return ERR_OK;
	return reference_reserve(ctx, row->ledger_id, row->reference, row->public_id, &spare);
}

static enum err
release(struct ctx *ctx, struct payment_row *row)
{
	const struct settlement s = in_books(row);

	if (!uuid_is_nil(row->transaction))
		return settlement_reverse(ctx, &s, own_reference(ctx, row, "-reversal"));
	TRY(settlement_void_hold(ctx, &s));
	row->reference_held = false;
	return reference_release(ctx, row->ledger_id, row->reference, row->public_id);
}

/* Details for the decision. */
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

/* Default reasons shown to users. */
static const char *const reasons[PAYMENT_EVENTS] = {
	[EVENT_REFUSED] = "Refused by the provider",
	[EVENT_ABANDONED] = "The provider did not answer in time",
	[EVENT_PAID] = "Paid after it had failed",
	[EVENT_PAID_OTHERWISE] = "The amount or currency paid differs from the request",
	[EVENT_NOT_PAID] = "The provider reports a failure",
	[EVENT_TAKEN_BACK] = "The provider reports that the money was returned",
	[EVENT_ABSENT] = "Never received by the provider",
	[EVENT_VANISHED] = "No longer known to the provider",
	[EVENT_LAPSED] = "Not paid in time",
	[EVENT_REJECTED] = "Rejected after a review",
};

/* Whether an event shows that the provider knows the order. */
static bool
acknowledges(enum payment_event event)
{
	return event == EVENT_TAKEN || event == EVENT_PAID || event == EVENT_PAID_OTHERWISE ||
	       event == EVENT_NOT_PAID || event == EVENT_TAKEN_BACK;
}

/* The posting is not changed. */
static void
note_paid(struct payment_row *row, struct money paid)
{
	if (paid.currency == NULL || !uuid_is_nil(row->transaction))
		return;
	row->paid_amount = paid.minor;
	row->paid_currency = paid.currency->code;
}

/* Post, or if the ledger won't, leave it to a person. A person hears why not. */
static enum err
post_or_ask(struct ctx *ctx, struct payment_row *row, enum payment_event event, struct money paid,
	    int64_t *transaction_id)
{
	const struct settlement s = in_books(row);
	struct ledger_transaction posted;

	note_paid(row, paid);
	if (!uuid_is_nil(row->transaction))
		return settlement_check_posted(
			ctx, &s,
			"The posting has been reversed since; reject the review, and transfer "
			"any amount due manually");
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
				     ? "The provider does not report the amount paid"
				     : NULL);
	row->status = PAYMENT_REVIEW;
	return open_review(ctx, row, paid,
			   arena_printf(ctx->arena, "It was paid, but can't be posted: %s",
					posted.err == ERR_NOT_FOUND ? "The wallet was closed"
								    : err_message(posted.err)));
}

enum err
payment_apply_event(struct ctx *ctx, struct payment_row *row, enum payment_event event,
		    struct money paid, const char *why)
{
	struct payment_step step = payment_step(row->withdrawal, payment_row_state(row), event);
	bool learned = acknowledges(event) && !row->accepted;
	int64_t transaction_id = 0;
	struct settlement s;

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
	s = in_books(row);
	if (row->withdrawal)
		settlement_end_review(ctx, &s, payment_row_state(row));
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
	const struct settlement s = in_books(row);

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
		return settlement_absent_event(&s);
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
