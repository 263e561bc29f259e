#include "app/payment/settlement.h"

#include <string.h>

#include "base/arena.h"
#include "base/word.h"
#include "crypto/hmac.h"
#include "db/row.h"
#include "ledger/hold.h"
#include "ledger/ledger.h"
#include "queue/queue.h"

/* A provider may take that long to show an order that it has. */
enum { ABSENT_AFTER_S = 86400 };

/* The columns of payment_posting. */
enum { TRANSACTION_ID, FROM, TO, AMOUNT, IS_REVERSED };

enum err
settlement_post(struct ctx *ctx, const struct settlement *s, struct ledger_transaction *t)
{
	struct ledger_transaction *list[] = {t};
	char id[UUID_TEXT_MAX];
	const char *text =
		arena_printf(ctx->arena, "cowry-%s-1;%s;%s;%s",
			     word_text(review_kind_words, s->kind), uuid_text(id, s->public_id),
			     word_text(transaction_type_words, t->type), t->reference);

	t->settles = true;
	t->results = arena_alloc(ctx->arena, sizeof(*t->results));
	sha256(text, strlen(text), t->content);
	TRY(ledger_post(ctx, list, 1));
	return t->err == ERR_LEDGER_STOPPED ? ledger_report(ctx, t) : ERR_OK;
}

enum err
settlement_reverse(struct ctx *ctx, const struct settlement *s, const char *reference)
{
	struct ledger_transaction t;
	struct posting back;
	struct rows rows;

	TRY(db_run(ctx, SQL_payment_posting, &rows, PARAMS(p_uuid(s->transaction))));
	back = (struct posting){row_uuid(&rows, 0, TO), row_uuid(&rows, 0, FROM),
				row_int(&rows, 0, AMOUNT)};
	t = (struct ledger_transaction){
		.ledger_id = s->ledger_id,
		.currency = s->currency,
		.reference = reference,
		.type = TRANSACTION_REVERSAL,
		.metadata = "{}",
		.reverses = row_int(&rows, 0, TRANSACTION_ID),
		.postings = &back,
		.count = 1,
	};
	TRY(settlement_post(ctx, s, &t));
	return t.err == ERR_OK || t.err == ERR_ALREADY_REVERSED
		       ? ERR_OK
		       : fault(&ctx->fault, t.err, NULL, NULL);
}

enum err
settlement_check_posted(struct ctx *ctx, const struct settlement *s, const char *message)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_payment_posting, &rows, PARAMS(p_uuid(s->transaction))));
	return row_bool(&rows, 0, IS_REVERSED)
		       ? fault(&ctx->fault, ERR_CONFLICT, NULL, "%s", message)
		       : ERR_OK;
}

enum err
settlement_active_hold(struct ctx *ctx, const struct settlement *s, struct uuid *hold,
		       int64_t *amount)
{
	struct hold held;

	*hold = (struct uuid){{0}};
	*amount = 0;
	if (uuid_is_nil(s->hold))
		return ERR_OK;
	TRY(hold_get(ctx, s->ledger_id, s->hold, &held));
	if (held.status != HOLD_ACTIVE)
		return ERR_OK;
	*hold = s->hold;
	*amount = held.amount;
	return ERR_OK;
}

enum err
settlement_void_hold(struct ctx *ctx, const struct settlement *s)
{
	struct uuid hold;
	struct hold held;
	int64_t amount;

	TRY(settlement_active_hold(ctx, s, &hold, &amount));
	return uuid_is_nil(hold) ? ERR_OK : hold_void(ctx, s->ledger_id, hold, &held);
}

static const char *
lookup_job(struct ctx *ctx, enum review_kind kind)
{
	return arena_printf(ctx->arena, "%s_lookup", word_text(review_kind_words, kind));
}

void
settlement_end_review(struct ctx *ctx, const struct settlement *s, enum payment_status state)
{
	char id[UUID_TEXT_MAX];

	if (state != PAYMENT_REVIEW)
		review_settle(ctx, s->kind, s->public_id, lookup_job(ctx, s->kind),
			      arena_strdup(ctx->arena, uuid_text(id, s->public_id)),
			      state == PAYMENT_SUCCEEDED);
}

enum payment_event
settlement_absent_event(const struct settlement *s)
{
	if (s->age_s < ABSENT_AFTER_S)
		return EVENT_UNANSWERED;
	return s->accepted ? EVENT_VANISHED : EVENT_ABSENT;
}

enum err
settlement_plan_lookup(struct ctx *ctx, enum review_kind kind, struct uuid id, int64_t delay_s)
{
	char text[UUID_TEXT_MAX];

	return queue_add(ctx, lookup_job(ctx, kind), arena_strdup(ctx->arena, uuid_text(text, id)),
			 delay_s);
}
