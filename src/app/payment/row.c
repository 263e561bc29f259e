#include "app/payment/row.h"

#include <string.h>

#include "app/events/event.h"
#include "app/payment/payment.h"
#include "base/arena.h"
#include "base/word.h"
#include "db/row.h"

static const struct column columns[] = {
	COLUMN(struct payment_row, payment_id),
	COLUMN(struct payment_row, public_id),
	COLUMN(struct payment_row, ledger_id),
	COLUMN(struct payment_row, project_id),
	COLUMN(struct payment_row, user_id),
	COLUMN(struct payment_row, live),
	COLUMN(struct payment_row, withdrawal),
	COLUMN_WORD(struct payment_row, type, transaction_type_words),
	COLUMN(struct payment_row, currency),
	COLUMN(struct payment_row, amount),
	COLUMN(struct payment_row, reference),
	COLUMN(struct payment_row, reference_held),
	COLUMN(struct payment_row, content),
	COLUMN(struct payment_row, provider),
	COLUMN(struct payment_row, provider_reference),
	COLUMN(struct payment_row, provider_config_id),
	COLUMN(struct payment_row, provider_id),
	COLUMN_WORD(struct payment_row, status, transaction_status_words),
	COLUMN(struct payment_row, payable),
	COLUMN(struct payment_row, accepted),
	COLUMN(struct payment_row, called),
	COLUMN(struct payment_row, answer),
	COLUMN(struct payment_row, checkout_url),
	COLUMN(struct payment_row, problem),
	COLUMN(struct payment_row, paid_amount),
	COLUMN(struct payment_row, paid_currency),
	COLUMN(struct payment_row, metadata),
	COLUMN(struct payment_row, wallet),
	COLUMN(struct payment_row, hold),
	COLUMN(struct payment_row, transaction),
	COLUMN(struct payment_row, created_at),
	COLUMN(struct payment_row, settled_at),
	COLUMN(struct payment_row, age_s),
};

void
payment_row_scan(const struct rows *rows, size_t i, struct payment_row *out)
{
	memset(out, 0, sizeof(*out));
	rows_scan(rows, i, columns, COLUMN_COUNT(columns), out);
}

enum err
payment_row_lock(struct ctx *ctx, struct uuid id, struct payment_row *out)
{
	const struct param param = p_uuid(id);
	struct rows locked;
	struct rows found;
	const struct db_call calls[] = {
		{SQL_payment_lock, &locked, &param, 1},
		{SQL_payment_find, &found, &param, 1},
	};

	TRY(db_pipeline(ctx, calls, 2));
	if (found.count == 0)
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "Payment not found");
	payment_row_scan(&found, 0, out);
	return ERR_OK;
}

enum payment_status
payment_row_state(const struct payment_row *row)
{
	return row->status == PAYMENT_FAILED && row->payable ? PAYMENT_UNPAID : row->status;
}

void
payment_row_show(const struct payment_row *row, struct payment *out)
{
	*out = (struct payment){
		.payment_id = row->payment_id,
		.public_id = row->public_id,
		.withdrawal = row->withdrawal,
		.reference = row->reference,
		.provider = row->provider,
		.provider_reference = row->provider_reference,
		.status = row->status,
		.amount = {row->amount, currency_find(row->currency)},
		.currency = row->currency,
		.type = row->type,
		.wallet = row->wallet,
		.ledger_id = row->ledger_id,
		.user_id = row->user_id,
		.transaction = row->transaction,
		.answer = {row->answer},
		.checkout_url = row->checkout_url,
		.problem = row->problem,
		.metadata = {row->metadata},
		.created_at = row->created_at,
		.settled_at = row->settled_at,
	};
}

enum err
payment_emit_event(struct ctx *ctx, const struct payment_row *row)
{
	const char *status = word_text(transaction_status_words, row->status);
	const struct event_payment data = {
		.id = row->public_id,
		.reference = row->reference,
		.type = word_text(transaction_type_words, row->type),
		.status = status,
		.amount = {row->amount, currency_find(row->currency)},
		.currency = row->currency,
		.wallet = row->wallet,
		.provider = row->provider,
		.transaction = row->transaction,
		.problem = row->problem,
	};

	return event_add(ctx, row->ledger_id, arena_printf(ctx->arena, "payment.%s", status),
			 row->public_id, &data);
}
