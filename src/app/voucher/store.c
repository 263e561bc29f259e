#include "app/voucher/store.h"

#include <string.h>

#include "app/voucher/code.h"
#include "base/arena.h"
#include "crypto/box.h"
#include "db/row.h"
#include "ledger/ledger.h"
#include "runtime/app.h"
#include "json/writer.h"

enum { REDEMPTIONS_SHOWN = 100 };

const char *const voucher_type_words[] = {"standard",        "premium",        "business",
					  "easypay_pending", "easypay_active", NULL};
const char *const voucher_stored_types[] = {"standard", "premium", "business", "easypay", NULL};
const char *const voucher_status_words[] = {"pending_payment", "active",    "redeemed",
					    "expired",         "cancelled", NULL};

struct voucher_row {
	int64_t voucher_id;
	const char *reference;
	int64_t user_id;
	const char *issued_to;
	enum voucher_type type;
	enum voucher_status status;
	const char *easypay_number;
	struct bytes code_sealed;
	int64_t original_minor;
	int64_t balance_minor;
	int64_t refunded_minor;
	int64_t max_redemptions;
	int64_t redemptions;
	struct instant created_at;
	struct instant updated_at;
	struct instant expires_at;
	struct instant settled_at;
	bool live;
};

static const struct column columns[] = {
	COLUMN(struct voucher_row, voucher_id),
	COLUMN(struct voucher_row, reference),
	COLUMN(struct voucher_row, user_id),
	COLUMN(struct voucher_row, issued_to),
	COLUMN_WORD(struct voucher_row, type, voucher_stored_types),
	COLUMN_WORD(struct voucher_row, status, voucher_status_words),
	COLUMN(struct voucher_row, easypay_number),
	COLUMN(struct voucher_row, code_sealed),
	COLUMN(struct voucher_row, original_minor),
	COLUMN(struct voucher_row, balance_minor),
	COLUMN(struct voucher_row, refunded_minor),
	COLUMN(struct voucher_row, max_redemptions),
	COLUMN(struct voucher_row, redemptions),
	COLUMN(struct voucher_row, created_at),
	COLUMN(struct voucher_row, updated_at),
	COLUMN(struct voucher_row, expires_at),
	COLUMN(struct voucher_row, settled_at),
	COLUMN(struct voucher_row, live),
};

const struct currency *
voucher_currency(void)
{
	return currency_find("ZAR");
}

void
voucher_digest(struct ctx *ctx, const char *code, unsigned char out[KEYED_DIGEST_SIZE])
{
	const char *text = arena_printf(ctx->arena, "cowry-voucher-1\n%s", code);

	keyring_digest(ctx->app->keys, text, strlen(text), out);
}

static const char *
seal_context(struct ctx *ctx, const char *reference)
{
	return arena_printf(ctx->arena, "voucher %s", reference);
}

struct voucher_secret
voucher_secret_new(struct ctx *ctx, const char *reference)
{
	char *code = arena_alloc(ctx->arena, VOUCHER_DIGITS + 1);
	struct voucher_secret secret = {.code = code};

	voucher_code_make(code);
	voucher_digest(ctx, code, secret.digest);
	secret.sealed = box_seal(ctx->app->keys, ctx->arena, seal_context(ctx, reference),
				 (struct bytes){code, VOUCHER_DIGITS});
	return secret;
}

/* The type of an EasyPay voucher changes when it is paid for. */
static enum voucher_type
type_of(const struct voucher_row *row)
{
	if (row->type == VOUCHER_EASYPAY_PENDING && row->settled_at.us != 0)
		return VOUCHER_EASYPAY_ACTIVE;
	return row->type;
}

static enum err
scan(struct ctx *ctx, const struct rows *rows, size_t i, bool secret, struct voucher *out,
     bool *live)
{
	struct voucher_row row = {0};
	struct bytes code = {NULL, 0};

	rows_scan(rows, i, columns, COLUMN_COUNT(columns), &row);
	if (secret && row.code_sealed.length > 0 &&
	    !box_open(ctx->app->keys, ctx->arena, seal_context(ctx, row.reference), row.code_sealed,
		      &code))
		return fault(&ctx->fault, ERR_INTERNAL, NULL, NULL);
	*out = (struct voucher){
		.voucher_id = row.voucher_id,
		.reference = row.reference,
		.user_id = row.user_id,
		.issued_to = secret ? row.issued_to : NULL,
		.type = type_of(&row),
		.status = row.status,
		.easypay_number = row.easypay_number,
		.code = code.data,
		.original = {row.original_minor, voucher_currency()},
		.balance = {row.balance_minor, voucher_currency()},
		.refunded = {row.refunded_minor, voucher_currency()},
		.max_redemptions = row.max_redemptions,
		.redemptions = row.redemptions,
		.created_at = row.created_at,
		.updated_at = row.updated_at,
		.expires_at = row.expires_at,
	};
	*live = row.live;
	return ERR_OK;
}

enum err
voucher_get(struct ctx *ctx, int64_t voucher_id, bool secret, struct voucher *out, bool *live)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_voucher_get, &rows, PARAMS(p_int(voucher_id))));
	return scan(ctx, &rows, 0, secret, out, live);
}

/* Read after the lock was taken, so that the clock is, too. */
enum err
voucher_lock(struct ctx *ctx, int64_t voucher_id, bool secret, struct voucher *out, bool *live)
{
	struct rows locked;
	struct rows rows;
	const struct param id = p_int(voucher_id);
	const struct db_call calls[] = {
		{SQL_voucher_lock, &locked, &id, 1},
		{SQL_voucher_get, &rows, &id, 1},
	};

	TRY(db_pipeline(ctx, calls, 2));
	return scan(ctx, &rows, 0, secret, out, live);
}

int64_t
voucher_found(const struct rows *rows)
{
	return rows->count > 0 ? row_int(rows, 0, 0) : 0;
}

enum err
voucher_list(struct ctx *ctx, enum voucher_status status, int64_t most, int64_t skip,
	     struct list *out, int64_t *total)
{
	struct voucher *vouchers;
	struct rows rows;
	struct rows count;
	bool live = false;

	TRY(db_run(ctx, SQL_voucher_count, &count,
		   PARAMS(p_int(ctx->who.user_id), p_word(voucher_status_words, status))));
	TRY(db_run(ctx, SQL_voucher_list, &rows,
		   PARAMS(p_int(ctx->who.user_id), p_word(voucher_status_words, status),
			  p_int(most), p_int(skip))));
	vouchers = arena_array(ctx->arena, rows.count, sizeof(*vouchers));
	for (size_t i = 0; i < rows.count; i++)
		TRY(scan(ctx, &rows, i, true, &vouchers[i], &live));
	*out = (struct list){vouchers, rows.count};
	*total = row_int(&count, 0, 0);
	return ERR_OK;
}

static struct voucher_sum
sum_of(int64_t count, wide_int minor)
{
	return (struct voucher_sum){count, {minor, voucher_currency()}};
}

enum err
voucher_summary(struct ctx *ctx, struct voucher_summary *out)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_voucher_summary, &rows, PARAMS(p_int(ctx->who.user_id))));
	out->active = sum_of(row_int(&rows, 0, 0), row_wide(&rows, 0, 1));
	out->pending = sum_of(row_int(&rows, 0, 2), row_wide(&rows, 0, 3));
	out->redeemed = sum_of(row_int(&rows, 0, 4), row_wide(&rows, 0, 5));
	out->total = sum_of(out->active.count + out->pending.count + out->redeemed.count,
			    out->active.value.minor + out->pending.value.minor +
				    out->redeemed.value.minor);
	return ERR_OK;
}

struct redemption_row {
	int64_t number;
	int64_t minor;
	const char *redeemer;
	const char *merchant;
	const char *service_provider;
	struct instant created_at;
};

static const struct column redemption_columns[] = {
	COLUMN(struct redemption_row, number),           COLUMN(struct redemption_row, minor),
	COLUMN(struct redemption_row, redeemer),         COLUMN(struct redemption_row, merchant),
	COLUMN(struct redemption_row, service_provider), COLUMN(struct redemption_row, created_at),
};

enum err
voucher_redemptions(struct ctx *ctx, int64_t voucher_id, struct list *out)
{
	struct redemption *items;
	struct rows rows;

	TRY(db_run(ctx, SQL_redemption_list, &rows,
		   PARAMS(p_int(voucher_id), p_int(REDEMPTIONS_SHOWN))));
	items = arena_array(ctx->arena, rows.count, sizeof(*items));
	for (size_t i = 0; i < rows.count; i++) {
		struct redemption_row row = {0};

		rows_scan(&rows, i, redemption_columns, COLUMN_COUNT(redemption_columns), &row);
		items[i] = (struct redemption){
			row.number,           {row.minor, voucher_currency()},
			row.redeemer,         row.merchant,
			row.service_provider, row.created_at,
		};
	}
	*out = (struct list){items, rows.count};
	return ERR_OK;
}

static const char *
metadata(struct ctx *ctx, const struct voucher_entry *entry)
{
	struct bytes text = {"{}", 2};
	struct jw w;

	jw_init(&w, ctx->arena, 128);
	jw_object(&w, NULL);
	jw_text(&w, "description", entry->description);
	jw_text(&w, "voucher", entry->voucher->reference);
	jw_close(&w);
	(void)jw_finish(&w, &text); /* both are ASCII of ours */
	return text.data;
}

struct ledger_transaction *
voucher_transaction(struct ctx *ctx, struct voucher_entry *entry)
{
	struct ledger_transaction *transaction = arena_alloc(ctx->arena, sizeof(*transaction));

	*transaction = (struct ledger_transaction){
		.ledger_id = entry->ledger_id,
		.currency = voucher_currency()->code,
		.reference = arena_printf(ctx->arena, "voucher/%lld/%s",
					  (long long)entry->voucher->voucher_id, entry->event),
		.type = entry->type,
		.metadata = metadata(ctx, entry),
		.postings = entry->postings,
		.count = entry->count,
		.results = entry->results,
	};
	ledger_content(ctx, transaction);
	return transaction;
}

enum err
voucher_post(struct ctx *ctx, struct voucher_entry *entry)
{
	entry->transaction = voucher_transaction(ctx, entry);
	TRY(ledger_post(ctx, &entry->transaction, 1));
	return ledger_report(ctx, entry->transaction);
}

struct voucher_receipt
voucher_receipt(const struct voucher_entry *entry, int64_t balance)
{
	return (struct voucher_receipt){
		.wallet_balance = {balance, voucher_currency()},
		.transaction = entry->transaction->public_id,
		.posted_at = entry->transaction->created_at,
	};
}
