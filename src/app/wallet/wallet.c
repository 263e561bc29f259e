#include "app/wallet/wallet.h"

#include <string.h>

#include "app/events/event.h"
#include "app/platform/platform.h"
#include "base/arena.h"
#include "base/batcher.h"
#include "base/word.h"
#include "db/row.h"
#include "ledger/account.h"
#include "ledger/balance.h"
#include "runtime/app.h"

struct wallet_row {
	int64_t account_id;
	struct uuid public_id;
	struct uuid project_account;
	const char *currency;
	int64_t status;
	int64_t balance;
	int64_t held;
	struct instant created_at;
	int64_t sequence;
	int64_t number; /* among concurrent requests */
	bool allowed;   /* the calling key is valid */
};

static const struct column wallet_columns[] = {
	COLUMN(struct wallet_row, account_id),
	COLUMN(struct wallet_row, public_id),
	COLUMN(struct wallet_row, project_account),
	COLUMN(struct wallet_row, currency),
	COLUMN(struct wallet_row, status),
	COLUMN(struct wallet_row, balance),
	COLUMN(struct wallet_row, held),
	COLUMN(struct wallet_row, created_at),
	COLUMN(struct wallet_row, sequence),
	COLUMN(struct wallet_row, number),
	COLUMN(struct wallet_row, allowed),
};

const char *const wallet_status_words[] = {"active", "frozen", "closed", NULL};

const char *const line_direction_words[] = {"in", "out", NULL};

enum { STATUS_OFFSET = (int)WALLET_ACTIVE - (int)ACCOUNT_ACTIVE };
_Static_assert((int)WALLET_FROZEN - (int)ACCOUNT_FROZEN == STATUS_OFFSET &&
		       (int)WALLET_CLOSED - (int)ACCOUNT_CLOSED == STATUS_OFFSET,
	       "both have the same order");

enum wallet_status
wallet_status_of(int64_t account_status)
{
	return (enum wallet_status)(account_status + STATUS_OFFSET);
}

int64_t
wallet_account_status(enum wallet_status status)
{
	return (int64_t)status - STATUS_OFFSET;
}

static enum err
no_wallet(struct ctx *ctx)
{
	return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "Wallet not found");
}

/* Texts of the answer are constants: those of the row may belong to another thread's request. */
static void
show(const struct ctx *ctx, const struct wallet_row *row, const struct currency *currency,
     struct wallet *out)
{
	*out = (struct wallet){
		.facts = {.id = row->public_id,
			  .project = ctx->who.project_public_id,
			  .project_account = row->project_account,
			  .currency = currency->code,
			  .status = wallet_status_of(row->status),
			  .mode = ctx->who.mode,
			  .created_at = row->created_at},
		.balance = {.currency = currency->code,
			    .ledger = {row->balance, currency},
			    .available = {row->balance - row->held, currency},
			    .held = {row->held, currency}},
		.account_id = row->account_id,
		.sequence = row->sequence,
	};
}

/* A wallet to read, and the result. */
struct wallet_read {
	struct batch_item item; /* first, so that an item is a read */
	struct ctx *ctx;        /* of the requesting thread */
	struct uuid id;
	bool allowed;
	bool found;
	struct wallet *out;
	struct fault fault;
};

/* One query for all waiting reads. Runs with the resources of the first of them. */
static void
read_wallets(void *arg, struct batch_item **items, size_t n)
{
	struct ctx *ctx = ((struct wallet_read *)items[0])->ctx;
	int64_t *ledgers = arena_array(ctx->arena, n, sizeof(*ledgers));
	struct uuid *ids = arena_array(ctx->arena, n, sizeof(*ids));
	int64_t *keys = arena_array(ctx->arena, n, sizeof(*keys));
	struct rows rows = {0};

	(void)arg;
	for (size_t i = 0; i < n; i++) {
		const struct wallet_read *read = (const struct wallet_read *)items[i];

		ledgers[i] = read->ctx->who.ledger_id;
		ids[i] = read->id;
		keys[i] = read->ctx->who.unverified ? read->ctx->who.key_id : 0;
	}
	if (db_run(ctx, SQL_wallet_find, &rows,
		   PARAMS(p_ints(ledgers, n), p_uuids(ids, n), p_ints(keys, n))) != ERR_OK)
		for (size_t i = 0; i < n; i++)
			((struct wallet_read *)items[i])->fault = ctx->fault;
	for (size_t r = 0; r < rows.count; r++) {
		struct wallet_row row = {0};
		struct wallet_read *read;

		rows_scan(&rows, r, wallet_columns, COLUMN_COUNT(wallet_columns), &row);
		read = (struct wallet_read *)items[row.number - 1];
		read->allowed = row.allowed;
		read->found = row.account_id != 0;
		if (read->found)
			show(read->ctx, &row, currency_find(row.currency), read->out);
	}
}

struct batcher *
wallet_reads(size_t batch_max)
{
	return batcher_new(read_wallets, NULL, batch_max);
}

enum err
wallet_get(struct ctx *ctx, struct uuid id, struct wallet *out)
{
	struct wallet_read read = {.ctx = ctx, .id = id, .out = out};
	struct batch_item *item = &read.item;

	/* A batch is read with the first one's database. */
	if (ctx->db == NULL && ctx->database == &ctx->app->database &&
	    ctx->app->wallet_reads != NULL)
		batcher_submit(ctx->app->wallet_reads, item);
	else
		read_wallets(NULL, &item, 1);
	if (read.fault.err != ERR_OK) {
		ctx->fault = read.fault;
		return read.fault.err;
	}
	if (!read.allowed)
		return fault(&ctx->fault, ERR_UNAUTHORIZED, NULL,
			     "The API key is unknown, expired or revoked");
	ctx->who.unverified = false;
	return read.found ? ERR_OK : no_wallet(ctx);
}

/* A wallet may have no customer, or a customer of the key's project who stays unarchived until it is there. */
static enum err
check_customer(struct ctx *ctx, struct uuid id)
{
	struct rows rows;

	if (uuid_is_nil(id))
		return ERR_OK;
	TRY(db_run(ctx, SQL_project_account_hold, &rows,
		   PARAMS(p_int(ctx->who.project_id), p_uuid(id))));
	if (rows.count == 0)
		return fault(&ctx->fault, ERR_NOT_FOUND, "accountId", "Account not found");
	if (!row_bool(&rows, 0, 0))
		return fault(&ctx->fault, ERR_CONFLICT, "accountId", "The account is archived");
	return ERR_OK;
}

static enum err
tell(struct ctx *ctx, const char *type, const struct wallet *wallet)
{
	const struct event_wallet data = {
		.id = wallet->facts.id,
		.account = wallet->facts.project_account,
		.currency = wallet->facts.currency,
		.status = word_text(wallet_status_words, wallet->facts.status),
		.created_at = wallet->facts.created_at,
	};

	return event_add(ctx, ctx->who.ledger_id, type, wallet->facts.id, &data);
}

enum err
wallet_create(struct ctx *ctx, const struct wallet_order *in, struct wallet *out)
{
	const struct currency *currency = currency_find_any_case(in->currency);
	struct uuid id;
	int64_t account_id;

	TRY(check_customer(ctx, in->project_account));
	TRY(ledger_open_account(ctx, ctx->who.ledger_id, ACCOUNT_WALLET, currency, &account_id,
				&id));
	TRY(db_run(ctx, SQL_wallet_insert, NULL,
		   PARAMS(p_int(account_id), p_int(ctx->who.project_id),
			  p_uuid(in->project_account))));
	TRY(wallet_get(ctx, id, out));
	return tell(ctx, "wallet.created", out);
}

enum err
wallet_list(struct ctx *ctx, const struct wallet_filter *filter, struct wallet **out, size_t *n)
{
	const struct currency *currency =
		filter->currency != NULL ? currency_find_any_case(filter->currency) : NULL;
	struct rows rows;

	TRY(db_run(ctx, SQL_wallet_list, &rows,
		   PARAMS(p_int(ctx->who.ledger_id), p_id(filter->after), p_int(filter->most),
			  p_text(currency != NULL ? currency->code : NULL),
			  p_uuid(filter->project_account))));
	*out = arena_array(ctx->arena, rows.count, sizeof(**out));
	*n = rows.count;
	for (size_t i = 0; i < rows.count; i++) {
		struct wallet_row row = {0};

		rows_scan(&rows, i, wallet_columns, COLUMN_COUNT(wallet_columns), &row);
		show(ctx, &row, currency_find(row.currency), &(*out)[i]);
	}
	return ERR_OK;
}

enum err
wallet_set_status(struct ctx *ctx, struct uuid id, enum wallet_status status, struct wallet *out)
{
	enum wallet_status before;

	TRY(wallet_get(ctx, id, out));
	before = out->facts.status;
	TRY(db_run(ctx, SQL_wallet_set_status, NULL,
		   PARAMS(p_int(out->account_id), p_int(wallet_account_status(status)))));
	TRY(wallet_get(ctx, id, out));
	if (before == status)
		return ERR_OK;
	return tell(ctx, status == WALLET_FROZEN ? "wallet.frozen" : "wallet.activated", out);
}

enum err
wallet_balance_at(struct ctx *ctx, struct uuid id, struct moment at, struct wallet_balance *out)
{
	struct ledger_position position;
	struct wallet wallet;

	TRY(wallet_get(ctx, id, &wallet));
	*out = wallet.balance;
	if (!at.given)
		return ERR_OK;
	TRY(ledger_position_at(ctx, id, at.last, &position));
	out->ledger.minor = position.balance;
	out->available = (struct money){0, NULL};
	out->held = (struct money){0, NULL};
	out->at = at;
	return ERR_OK;
}

struct line_row {
	int64_t sequence;
	struct uuid public_id;
	const char *reference;
	enum transaction_type type;
	enum line_direction direction;
	const char *currency;
	int64_t amount;
	int64_t balance;
	struct uuid counterparty;
	const char *metadata;
	struct instant created_at;
	struct uuid reverses;
	bool is_fee;
};

static const struct column line_columns[] = {
	COLUMN(struct line_row, sequence),
	COLUMN(struct line_row, public_id),
	COLUMN(struct line_row, reference),
	COLUMN_WORD(struct line_row, type, transaction_type_words),
	COLUMN_WORD(struct line_row, direction, line_direction_words),
	COLUMN(struct line_row, currency),
	COLUMN(struct line_row, amount),
	COLUMN(struct line_row, balance),
	COLUMN(struct line_row, counterparty),
	COLUMN(struct line_row, metadata),
	COLUMN(struct line_row, created_at),
	COLUMN(struct line_row, reverses),
	COLUMN(struct line_row, is_fee),
};

/* Lines of an account. */
struct line_range {
	int64_t account_id;
	int64_t before; /* below this number; 0: from the newest */
	int64_t most;
	bool with_counterparties;
	bool with_metadata;
};

static void
scan_line(const struct rows *rows, size_t i, struct wallet_line *out)
{
	struct line_row row = {0};
	const struct currency *currency;

	rows_scan(rows, i, line_columns, COLUMN_COUNT(line_columns), &row);
	currency = currency_find(row.currency);
	*out = (struct wallet_line){
		.sequence = row.sequence,
		.id = row.public_id,
		.reference = row.reference,
		.type = row.type,
		.status = STATUS_COMPLETED,
		.direction = row.direction,
		.amount = {row.amount, currency},
		.balance = {row.balance, currency},
		.currency = row.currency,
		.counterparty = row.counterparty,
		.reverses = row.reverses,
		.is_fee = row.is_fee,
		.metadata = {row.metadata},
		.created_at = row.created_at,
	};
}

const char *
wallet_line_type(const struct wallet_line *line)
{
	return line->is_fee ? "fee" : word_text(transaction_type_words, line->type);
}

static enum err
read_lines(struct ctx *ctx, const struct line_range *range, struct wallet_line **out, size_t *n)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_wallet_transactions, &rows,
		   PARAMS(p_int(range->account_id),
			  p_int(range->before > 0 ? range->before : INT64_MAX), p_int(range->most),
			  p_bool(range->with_counterparties), p_bool(range->with_metadata))));
	*out = arena_array(ctx->arena, rows.count, sizeof(**out));
	*n = rows.count;
	for (size_t i = 0; i < rows.count; i++)
		scan_line(&rows, i, &(*out)[i]);
	return ERR_OK;
}

enum err
wallet_lines(struct ctx *ctx, int64_t account_id, int64_t before, int64_t most,
	     struct wallet_line **out, size_t *n)
{
	return read_lines(ctx, &(struct line_range){account_id, before, most, false, true}, out, n);
}

static void
turn_round(struct wallet_line *lines, size_t n)
{
	for (size_t i = 0; i < n / 2; i++) {
		struct wallet_line line = lines[i];

		lines[i] = lines[n - 1 - i];
		lines[n - 1 - i] = line;
	}
}

enum err
wallet_lines_after(struct ctx *ctx, int64_t account_id, int64_t after, int64_t most,
		   struct wallet_line **out, size_t *n)
{
	struct line_range range = {account_id, after + most + 1, most, false, false};

	TRY(read_lines(ctx, &range, out, n));
	turn_round(*out, *n);
	return ERR_OK;
}

enum err
wallet_history(struct ctx *ctx, struct uuid id, int64_t before, int64_t most,
	       struct wallet_line **out, size_t *n)
{
	struct wallet wallet = {0};

	TRY(wallet_get(ctx, id, &wallet));
	return read_lines(ctx, &(struct line_range){wallet.account_id, before, most, true, true},
			  out, n);
}

static const struct column place_columns[] = {
	COLUMN_NAMED(struct wallet_place, id, "public_id"),
	COLUMN(struct wallet_place, account_id),
	COLUMN(struct wallet_place, ledger_id),
	COLUMN(struct wallet_place, currency),
	COLUMN(struct wallet_place, number),
	COLUMN(struct wallet_place, user_id),
	COLUMN(struct wallet_place, project_id),
};

enum err
wallet_anywhere(struct ctx *ctx, const char *id, struct wallet_place *out)
{
	struct uuid public_id = {{0}};
	bool is_uuid = uuid_parse(&public_id, id);
	struct rows rows;

	TRY(db_run(ctx, SQL_wallet_anywhere, &rows,
		   PARAMS(p_uuid(public_id), p_text(is_uuid ? NULL : id))));
	if (rows.count == 0)
		return no_wallet(ctx);
	rows_scan(&rows, 0, place_columns, COLUMN_COUNT(place_columns), out);
	return ERR_OK;
}

static bool
may_see(const struct principal *who, const struct wallet_place *place)
{
	if (who->kind == PRINCIPAL_PROJECT_KEY)
		return place->ledger_id == who->ledger_id;
	return who->kind == PRINCIPAL_USER &&
	       (who->admin || (place->user_id != 0 && place->user_id == who->user_id));
}

enum err
wallet_visible(struct ctx *ctx, const char *id, struct wallet_place *out)
{
	TRY(wallet_anywhere(ctx, id, out));
	return may_see(&ctx->who, out) ? ERR_OK : no_wallet(ctx);
}
