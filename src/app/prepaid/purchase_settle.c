/* The actions of a purchase's step: on the ledger, its hold, its reference, and notifications. */
#include <string.h>

#include "app/audit/review.h"
#include "app/payment/payment.h"
#include "app/payment/settlement.h"
#include "app/prepaid/purchase_row.h"
#include "base/arena.h"
#include "db/row.h"
#include "ledger/account.h"
#include "json/writer.h"

static struct settlement
in_books(const struct purchase_row *row)
{
	return (struct settlement){REVIEW_PURCHASE, row->public_id,   row->ledger_id, row->currency,
				   row->hold,       row->transaction, row->accepted,  row->age_s};
}

static struct money
asked(const struct purchase_row *row)
{
	return (struct money){row->amount, currency_find(row->currency)};
}

/* What is written into the journal stays: no numbers of people. */
static enum err
metadata_of(struct ctx *ctx, const struct purchase_row *row, const char **out)
{
	struct bytes text;
	struct jw w;

	jw_init(&w, ctx->arena, 256);
	jw_object(&w, NULL);
	jw_text(&w, "productCode", row->product);
	jw_text(&w, "provider", row->provider);
	jw_text(&w, "purchase", row->label);
	jw_text(&w, "reference", row->reference);
	jw_close(&w);
	if (!jw_finish(&w, &text))
		return fault(&ctx->fault, ERR_INTERNAL, NULL, NULL);
	*out = text.data;
	return ERR_OK;
}

/*
 * Pay for it. The label is the reference in the ledger, with '/' appended if it was already used,
 * which clients can't use. posted->err is the result.
 */
static enum err
post(struct ctx *ctx, const struct purchase_row *row, struct ledger_transaction *posted)
{
	const struct settlement s = in_books(row);
	int64_t held;
	const struct posting posting = {
		.from = row->wallet,
		.to = ledger_system_account(row->ledger_id, ACCOUNT_PROVIDER_CLEARING,
					    row->currency),
		.amount = row->amount,
	};

	*posted = (struct ledger_transaction){
		.ledger_id = row->ledger_id,
		.currency = row->currency,
		.reference = row->label,
		.type = purchase_transaction_type(row->kind),
		.postings = &posting,
		.count = 1,
	};
	TRY(metadata_of(ctx, row, &posted->metadata));
	TRY(settlement_active_hold(ctx, &s, &posted->hold, &held));
	TRY(settlement_post(ctx, &s, posted));
	if (posted->err == ERR_DUPLICATE_REFERENCE) {
		posted->reference = arena_printf(ctx->arena, "%s/2", row->label);
		TRY(settlement_post(ctx, &s, posted));
	}
	posted->postings = NULL;
	return ERR_OK;
}

static enum err
release(struct ctx *ctx, struct purchase_row *row)
{
	const struct settlement s = in_books(row);

	if (!uuid_is_nil(row->transaction))
		return settlement_reverse(ctx, &s,
					  arena_printf(ctx->arena, "%s/reversal", row->label));
	row->reference_held = false;
	return settlement_void_hold(ctx, &s);
}

/* Details for the decision. */
static enum err
open_review(struct ctx *ctx, const struct purchase_row *row, const struct vendor_answer *answer,
	    const char *why)
{
	bool said = answer != NULL && answer->amount.currency != NULL;
	char text[MONEY_TEXT_MAX];
	struct bytes detail;
	struct jw w;

	jw_init(&w, ctx->arena, 512);
	jw_object(&w, NULL);
	jw_text(&w, "provider", row->provider);
	jw_text(&w, "providerReference", row->provider_reference);
	jw_text(&w, "providerId", row->provider_id);
	jw_text(&w, "reference", row->label);
	jw_text(&w, "productCode", row->product);
	jw_text(&w, "asked", money_text(text, asked(row)));
	jw_text(&w, "currency", row->currency);
	jw_text(&w, "sold", said ? money_text(text, answer->amount) : NULL);
	jw_text(&w, "soldCurrency", said ? answer->amount.currency->code : NULL);
	jw_bool(&w, "posted", !uuid_is_nil(row->transaction));
	jw_close(&w);
	if (!jw_finish(&w, &detail))
		return fault(&ctx->fault, ERR_INTERNAL, NULL, NULL);
	return review_open(ctx, REVIEW_PURCHASE, row->public_id, why,
			   (struct json_value){detail.data});
}

static enum err
store(struct ctx *ctx, const struct purchase_row *row, int64_t transaction_id)
{
	return db_run(ctx, SQL_purchase_store, NULL,
		      PARAMS(p_int(row->purchase_id), p_word(transaction_status_words, row->status),
			     p_bool(row->reference_held), p_bool(row->accepted),
			     p_text(row->provider_id), p_text(row->token), p_text(row->problem),
			     p_id(transaction_id)));
}

/* Default reasons shown to users. */
static const char *const reasons[PAYMENT_EVENTS] = {
	[EVENT_REFUSED] = "Refused by the provider",
	[EVENT_PAID] = "Sold after it had failed",
	[EVENT_PAID_OTHERWISE] = "The amount sold differs from the request",
	[EVENT_NOT_PAID] = "The provider reports a failure",
	[EVENT_TAKEN_BACK] = "The provider reports a reversal",
	[EVENT_ABSENT] = "Never received by the provider",
	[EVENT_VANISHED] = "No longer known to the provider",
	[EVENT_REJECTED] = "Rejected after a review",
};

/* Record new data of an answer; whether there was any. */
static bool
learn(struct purchase_row *row, const struct vendor_answer *answer)
{
	bool learned = false;

	if (answer == NULL || answer->outcome != PROVIDER_ACCEPTED ||
	    answer->state == PROVIDER_ABSENT)
		return false;
	learned = !row->accepted;
	row->accepted = true;
	if (answer->id != NULL && row->provider_id == NULL) {
		row->provider_id = answer->id;
		learned = true;
	}
	if (answer->token != NULL && row->token == NULL) {
		row->token = answer->token;
		learned = true;
	}
	return learned;
}

/* Pay or, if the ledger refuses, open a review. An administrator gets the reason. */
static enum err
post_or_ask(struct ctx *ctx, struct purchase_row *row, enum payment_event event,
	    const struct vendor_answer *answer, int64_t *transaction_id)
{
	const struct settlement s = in_books(row);
	struct ledger_transaction posted;

	if (!uuid_is_nil(row->transaction))
		return settlement_check_posted(
			ctx, &s, "The posting has been reversed since; reject the review");
	TRY(post(ctx, row, &posted));
	if (posted.err == ERR_OK) {
		*transaction_id = posted.transaction_id;
		row->transaction = posted.public_id;
		row->problem = NULL;
		return ERR_OK;
	}
	if (event == EVENT_APPROVED)
		return fault(&ctx->fault, posted.err, NULL, NULL);
	row->status = PAYMENT_REVIEW;
	return open_review(ctx, row, answer,
			   arena_printf(ctx->arena, "It was sold, but can't be posted: %s",
					err_message(posted.err)));
}

static const char *
reason_of(enum payment_event event, const struct vendor_answer *answer)
{
	if (event != EVENT_REFUSED || answer == NULL)
		return reasons[event];
	if (!answer->sent)
		return err_message(ERR_PROVIDER_DOWN);
	return answer->message != NULL ? answer->message : reasons[event];
}

enum err
purchase_apply_event(struct ctx *ctx, struct purchase_row *row, enum payment_event event,
		     const struct vendor_answer *answer)
{
	struct payment_step step = payment_step(true, row->status, event);
	bool learned = learn(row, answer);
	int64_t transaction_id = 0;
	struct settlement s;

	row->status = step.next;
	switch (step.effect) {
	case DO_NOTHING:
		return learned ? store(ctx, row, 0) : ERR_OK;
	case DO_REFUSE:
		return fault(&ctx->fault, ERR_CONFLICT, NULL, "There is nothing to decide");
	case DO_POST:
		TRY(post_or_ask(ctx, row, event, answer, &transaction_id));
		break;
	case DO_LET_GO:
		row->problem = reason_of(event, answer);
		TRY(release(ctx, row));
		break;
	case DO_ASK_PERSON:
		TRY(open_review(ctx, row, answer, reasons[event]));
		break;
	}
	s = in_books(row);
	settlement_end_review(ctx, &s, row->status);
	return store(ctx, row, transaction_id);
}

static enum payment_event
event_of_sale(const struct purchase_row *row, struct money sold)
{
	return sold.currency == NULL || (sold.minor == row->amount &&
					 strcmp(sold.currency->code, row->currency) == 0)
		       ? EVENT_PAID
		       : EVENT_PAID_OTHERWISE;
}

enum payment_event
purchase_event_of(const struct purchase_row *row, const struct vendor_answer *answer)
{
	const struct settlement s = in_books(row);

	if (!answer->sent || answer->outcome == PROVIDER_REJECTED)
		return EVENT_REFUSED;
	if (answer->outcome == PROVIDER_UNKNOWN)
		return EVENT_UNANSWERED;
	switch (answer->state) {
	case PROVIDER_PENDING:
		break;
	case PROVIDER_SUCCEEDED:
		return event_of_sale(row, answer->amount);
	case PROVIDER_FAILED:
		return EVENT_NOT_PAID;
	case PROVIDER_REVERSED:
		return EVENT_TAKEN_BACK;
	case PROVIDER_ABSENT:
		return settlement_absent_event(&s);
	}
	return EVENT_TAKEN;
}

enum err
purchase_unresolved(struct ctx *ctx, struct uuid id, const char *why)
{
	struct purchase_row row;
	enum err err = purchase_row_lock(ctx, id, &row);

	if (err == ERR_NOT_FOUND) {
		fault_clear(&ctx->fault);
		return ERR_OK;
	}
	TRY(err);
	if (row.status != PAYMENT_PENDING)
		return ERR_OK;
	return open_review(ctx, &row, NULL, why);
}

enum err
purchase_lock(struct ctx *ctx, struct uuid id)
{
	struct purchase_row row;

	return purchase_row_lock(ctx, id, &row);
}

enum err
purchase_decide(struct ctx *ctx, struct uuid id, bool approved)
{
	struct purchase_row row;

	TRY(purchase_row_lock(ctx, id, &row));
	return purchase_apply_event(ctx, &row, approved ? EVENT_APPROVED : EVENT_REJECTED, NULL);
}
