/* What a step of a purchase does: to the books, its hold, its reference, and to who must know. */
#include <string.h>

#include "app/audit/review.h"
#include "app/payment/payment.h"
#include "app/prepaid/purchase_row.h"
#include "base/arena.h"
#include "base/word.h"
#include "crypto/hmac.h"
#include "db/row.h"
#include "ledger/account.h"
#include "ledger/hold.h"
#include "ledger/ledger.h"
#include "json/writer.h"

enum { ABSENT_AFTER_S = 86400 };

static struct money
asked(const struct purchase_row *row)
{
	return (struct money){row->amount, currency_find(row->currency)};
}

/* The content is the purchase's own, so that no other transaction is ever taken for it. */
static enum err
post_one(struct ctx *ctx, const struct purchase_row *row, struct ledger_transaction *t)
{
	struct ledger_transaction *list[] = {t};
	char id[UUID_TEXT_MAX];
	const char *text =
		arena_printf(ctx->arena, "cowry-purchase-1;%s;%s;%s", uuid_text(id, row->public_id),
			     word_text(transaction_type_words, t->type), t->reference);

	t->results = arena_alloc(ctx->arena, sizeof(*t->results));
	sha256(text, strlen(text), t->content);
	return ledger_post(ctx, list, 1);
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

/* The hold if its money is still set aside; nil: the wallet itself pays. */
static enum err
active_hold(struct ctx *ctx, const struct purchase_row *row, struct uuid *hold)
{
	struct hold held;

	TRY(hold_get(ctx, row->ledger_id, row->hold, &held));
	*hold = held.status == HOLD_ACTIVE ? row->hold : (struct uuid){{0}};
	return ERR_OK;
}

/*
 * Pay for it. The label is the reference in the books; it has '/' behind it if somebody has posted
 * under it, which no client can give. posted->err tells how it ended.
 */
static enum err
post(struct ctx *ctx, const struct purchase_row *row, struct ledger_transaction *posted)
{
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
		.type = row->kind == PRODUCT_BILL ? TRANSACTION_BILL_PAYMENT : TRANSACTION_PURCHASE,
		.postings = &posting,
		.count = 1,
	};
	TRY(metadata_of(ctx, row, &posted->metadata));
	TRY(active_hold(ctx, row, &posted->hold));
	TRY(post_one(ctx, row, posted));
	if (posted->err == ERR_DUPLICATE_REFERENCE) {
		posted->reference = arena_printf(ctx->arena, "%s/2", row->label);
		TRY(post_one(ctx, row, posted));
	}
	posted->postings = NULL;
	return ERR_OK;
}

/* Take back a transaction that moved this, unless somebody has done so by hand. */
static enum err
take_back(struct ctx *ctx, const struct purchase_row *row, int64_t transaction_id,
	  const struct posting *moved)
{
	const struct posting back = {moved->to, moved->from, moved->amount};
	struct ledger_transaction t = {
		.ledger_id = row->ledger_id,
		.currency = row->currency,
		.reference = arena_printf(ctx->arena, "%s/reversal", row->label),
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
reverse(struct ctx *ctx, const struct purchase_row *row)
{
	struct posting moved;
	struct rows rows;

	TRY(db_run(ctx, SQL_payment_posting, &rows, PARAMS(p_uuid(row->transaction))));
	moved = (struct posting){row_uuid(&rows, 0, 1), row_uuid(&rows, 0, 2),
				 row_int(&rows, 0, 3)};
	return take_back(ctx, row, row_int(&rows, 0, 0), &moved);
}

static enum err
release(struct ctx *ctx, struct purchase_row *row)
{
	struct uuid hold;
	struct hold held;

	if (!uuid_is_nil(row->transaction))
		return reverse(ctx, row);
	row->reference_held = false;
	TRY(active_hold(ctx, row, &hold));
	return uuid_is_nil(hold) ? ERR_OK : hold_void(ctx, row->ledger_id, hold, &held);
}

/* What helps to decide. */
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

/* What people are told where nobody knows better. */
static const char *const reasons[PAYMENT_EVENTS] = {
	[EVENT_REFUSED] = "The provider refused it",
	[EVENT_PAID] = "It was sold after it had failed",
	[EVENT_PAID_OTHERWISE] = "It was sold for another amount than was asked for",
	[EVENT_NOT_PAID] = "The provider says that it failed",
	[EVENT_TAKEN_BACK] = "The provider says that it was taken back",
	[EVENT_ABSENT] = "The provider never received it",
	[EVENT_VANISHED] = "The provider does not know it any more",
	[EVENT_REJECTED] = "It was rejected after a review",
};

/* Take down what is new in an answer; whether there was anything. */
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

/* Pay, or if the ledger won't, leave it to a person. A person hears why not. */
static enum err
post_or_ask(struct ctx *ctx, struct purchase_row *row, enum payment_event event,
	    const struct vendor_answer *answer, int64_t *transaction_id)
{
	struct ledger_transaction posted;
	struct rows rows;

	if (!uuid_is_nil(row->transaction)) {
		TRY(db_run(ctx, SQL_payment_posting, &rows, PARAMS(p_uuid(row->transaction))));
		if (!row_bool(&rows, 0, 4))
			return ERR_OK;
		return fault(&ctx->fault, ERR_CONFLICT, NULL,
			     "What was booked was taken back since; reject it");
	}
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
			   arena_printf(ctx->arena, "It was sold, but can't be booked: %s",
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

/* If nobody knew what became of it, somebody does now. */
static void
end_review(struct ctx *ctx, const struct purchase_row *row)
{
	enum payment_status state = row->status;
	char id[UUID_TEXT_MAX];

	if (state != PAYMENT_REVIEW)
		review_settle(ctx, REVIEW_PURCHASE, row->public_id, "purchase_lookup",
			      arena_strdup(ctx->arena, uuid_text(id, row->public_id)),
			      state == PAYMENT_SUCCEEDED);
}

enum err
purchase_apply_event(struct ctx *ctx, struct purchase_row *row, enum payment_event event,
		     const struct vendor_answer *answer)
{
	struct payment_step step = payment_step(true, row->status, event);
	bool learned = learn(row, answer);
	int64_t transaction_id = 0;

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
	end_review(ctx, row);
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
		if (row->age_s < ABSENT_AFTER_S)
			return EVENT_UNANSWERED;
		return row->accepted ? EVENT_VANISHED : EVENT_ABSENT;
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
