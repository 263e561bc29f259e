/*
 * Events from the journal and from event_add(), in one order.
 *
 * The journal is read by the ids of its transactions, up to one before which all transactions have
 * ended (sql/migrations/0006_webhooks.sql has the reason). So postings have no extra cost for their
 * events.
 */
#include <string.h>

#include "app/events/event.h"
#include "app/events/event_stream.h"
#include "base/arena.h"
#include "base/word.h"
#include "db/row.h"
#include "ledger/kernel.h"

enum { TRANSACTIONS_AT_ONCE = 500, EVENTS_AT_ONCE = 1000, EVENTS_A_POSTING = 4 };

struct place {
	int64_t done_id;
	int64_t next_id;
	int64_t sequence;
	int64_t piece_id;
	bool is_final;
	bool is_wanted;
};

static const struct column place_columns[] = {
	COLUMN(struct place, done_id),  COLUMN(struct place, next_id),
	COLUMN(struct place, sequence), COLUMN(struct place, piece_id),
	COLUMN(struct place, is_final), COLUMN(struct place, is_wanted),
};

/* A posting and its transaction. */
struct line_row {
	int64_t transaction_id;
	struct uuid public_id;
	enum transaction_type type;
	const char *reference;
	const char *metadata;
	struct instant created_at;
	int64_t project_id;
	enum mode mode;
	int64_t line;
	const char *currency;
	int64_t amount;
	int64_t from_balance;
	int64_t to_balance;
	struct uuid source;
	bool source_is_wallet;
	struct uuid destination;
	bool destination_is_wallet;
	struct uuid reverses;
	struct uuid hold;
	bool hold_stays;
	bool is_fee;
	bool is_order;
	int64_t fee; /* of the transaction */
};

static const struct column line_columns[] = {
	COLUMN(struct line_row, transaction_id),
	COLUMN(struct line_row, public_id),
	COLUMN_WORD(struct line_row, type, transaction_type_words),
	COLUMN(struct line_row, reference),
	COLUMN(struct line_row, metadata),
	COLUMN(struct line_row, created_at),
	COLUMN(struct line_row, project_id),
	COLUMN_WORD(struct line_row, mode, mode_words),
	COLUMN(struct line_row, line),
	COLUMN(struct line_row, currency),
	COLUMN(struct line_row, amount),
	COLUMN(struct line_row, from_balance),
	COLUMN(struct line_row, to_balance),
	COLUMN(struct line_row, source),
	COLUMN(struct line_row, source_is_wallet),
	COLUMN(struct line_row, destination),
	COLUMN(struct line_row, destination_is_wallet),
	COLUMN(struct line_row, reverses),
	COLUMN(struct line_row, hold),
	COLUMN(struct line_row, hold_stays),
	COLUMN(struct line_row, is_fee),
	COLUMN(struct line_row, is_order),
	COLUMN(struct line_row, fee),
};

/* Events to be inserted, a column each. */
struct batch {
	struct arena *arena;
	size_t n;
	struct uuid *ids;
	int64_t *projects;
	const char **modes;
	struct uuid *objects;
	const char **types;
	const char **data;
	struct instant *times;
	int64_t *places;
	bool failed;
};

static struct batch
batch_of(struct arena *arena, size_t most)
{
	return (struct batch){
		.arena = arena,
		.ids = arena_array(arena, most, sizeof(struct uuid)),
		.projects = arena_array(arena, most, sizeof(int64_t)),
		.modes = arena_array(arena, most, sizeof(const char *)),
		.objects = arena_array(arena, most, sizeof(struct uuid)),
		.types = arena_array(arena, most, sizeof(const char *)),
		.data = arena_array(arena, most, sizeof(const char *)),
		.times = arena_array(arena, most, sizeof(struct instant)),
		.places = arena_array(arena, most, sizeof(int64_t)),
	};
}

static void
emit(struct batch *batch, const struct line_row *row, const char *type,
     const struct event_posting *posting, struct uuid object)
{
	const char *data = event_type_write(batch->arena, type, posting);

	if (data == NULL) {
		batch->failed = true;
		return;
	}
	batch->ids[batch->n] = uuid_v7();
	batch->projects[batch->n] = row->project_id;
	batch->modes[batch->n] = word_text(mode_words, row->mode);
	batch->objects[batch->n] = object;
	batch->types[batch->n] = type;
	batch->data[batch->n] = data;
	batch->places[batch->n] = row->transaction_id;
	batch->times[batch->n++] = row->created_at;
}

/* What all events of a posting have in common. */
static struct event_posting
posting_of(const struct line_row *row, struct uuid id)
{
	return (struct event_posting){
		.id = id,
		.amount = {row->amount, currency_find(row->currency)},
		.currency = row->currency,
		.reference = row->reference,
		.metadata = {row->metadata},
		.created_at = row->created_at,
		.transaction = row->public_id,
	};
}

/* One side of a posting that is a wallet. */
static void
emit_side(struct batch *batch, const struct line_row *row, bool credit)
{
	struct uuid wallet = credit ? row->destination : row->source;
	bool other = credit ? row->source_is_wallet : row->destination_is_wallet;
	struct event_posting posting = posting_of(row, wallet);

	posting.balance = (struct money){credit ? row->to_balance : row->from_balance,
					 posting.amount.currency};
	posting.is_fee = row->is_fee;
	posting.transaction_type = word_text(transaction_type_words, row->type);
	if (other)
		posting.counterparty = credit ? row->source : row->destination;
	emit(batch, row, credit ? "wallet.credited" : "wallet.debited", &posting, wallet);
}

/* What the transaction is, in addition to its postings. */
static void
emit_transaction(struct batch *batch, const struct line_row *row)
{
	struct event_posting posting = posting_of(row, row->public_id);
	const char *type;

	if (row->type == TRANSACTION_TRANSFER) {
		type = "transfer.completed";
		posting.status = "completed";
		posting.to = row->destination;
	} else if (row->type == TRANSACTION_CAPTURE && !uuid_is_nil(row->hold)) {
		type = "hold.captured";
		posting.status = row->hold_stays ? "active" : "captured";
		posting.id = row->hold;
	} else if (!uuid_is_nil(row->reverses)) {
		type = "transaction.reversed";
		posting.status = "reversed";
		posting.id = row->reverses;
	} else {
		return;
	}
	if (row->fee > 0)
		posting.fee = (struct money){row->fee, posting.amount.currency};
	posting.from = row->source;
	emit(batch, row, type, &posting, posting.id);
}

/* Read the journal up to an id. Its events wait to be published. */
static enum err
read_journal(struct ctx *ctx, int64_t after, int64_t upto)
{
	struct batch batch;
	struct rows rows;

	TRY(db_run(ctx, SQL_event_stream_journal, &rows, PARAMS(p_int(after), p_int(upto))));
	batch = batch_of(ctx->arena, rows.count * EVENTS_A_POSTING);
	for (size_t i = 0; i < rows.count; i++) {
		struct line_row row = {0};

		rows_scan(&rows, i, line_columns, COLUMN_COUNT(line_columns), &row);
		if (row.source_is_wallet)
			emit_side(&batch, &row, false);
		if (row.destination_is_wallet)
			emit_side(&batch, &row, true);
		if (row.is_order)
			emit_transaction(&batch, &row);
	}
	if (batch.failed)
		return fault(&ctx->fault, ERR_INTERNAL, NULL, NULL);
	if (batch.n == 0)
		return ERR_OK;
	return db_run(ctx, SQL_event_insert, NULL,
		      PARAMS(p_uuids(batch.ids, batch.n), p_ints(batch.projects, batch.n),
			     p_texts(batch.modes, batch.n), p_uuids(batch.objects, batch.n),
			     p_texts(batch.types, batch.n), p_texts(batch.data, batch.n),
			     p_times(batch.times, batch.n), p_ints(batch.places, batch.n)));
}

/* Plan the deliveries of the events with these numbers; the first of each line is due. */
static enum err
plan_deliveries(struct ctx *ctx, int64_t after, int64_t upto)
{
	struct rows rows;
	size_t n;
	struct uuid *ids;
	int64_t *subscriptions;
	int64_t *events;
	struct uuid *objects;
	int64_t *sequences;

	TRY(db_run(ctx, SQL_delivery_wanted, &rows, PARAMS(p_int(after), p_int(upto))));
	n = rows.count;
	if (n == 0)
		return ERR_OK;
	ids = arena_array(ctx->arena, n, sizeof(*ids));
	subscriptions = arena_array(ctx->arena, n, sizeof(*subscriptions));
	events = arena_array(ctx->arena, n, sizeof(*events));
	objects = arena_array(ctx->arena, n, sizeof(*objects));
	sequences = arena_array(ctx->arena, n, sizeof(*sequences));
	for (size_t i = 0; i < n; i++) {
		ids[i] = uuid_v7();
		events[i] = row_int(&rows, i, 0);
		subscriptions[i] = row_int(&rows, i, 1);
		objects[i] = row_uuid(&rows, i, 2);
		sequences[i] = row_int(&rows, i, 3);
	}
	TRY(db_run(ctx, SQL_delivery_line_lock, &rows,
		   PARAMS(p_ints(subscriptions, n), p_uuids(objects, n))));
	db_defer(ctx, SQL_delivery_tell, NO_PARAMS);
	return db_run(ctx, SQL_delivery_insert, NULL,
		      PARAMS(p_uuids(ids, n), p_ints(subscriptions, n), p_ints(events, n),
			     p_uuids(objects, n), p_ints(sequences, n)));
}

/* Number the waiting events, up to a position in the journal. */
static enum err
publish(struct ctx *ctx, const struct place *place, int64_t upto, int64_t *published)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_event_publish, &rows,
		   PARAMS(p_int(place->sequence), p_int(upto), p_int(EVENTS_AT_ONCE))));
	*published = row_int(&rows, 0, 0);
	return *published > 0 ? plan_deliveries(ctx, place->sequence, place->sequence + *published)
			      : ERR_OK;
}

/* In one transaction: process a range of final entries. */
static enum err
stream_some(struct ctx *ctx, void *arg)
{
	bool *more = arg;
	struct place place = {0};
	int64_t upto;
	int64_t published = 0;
	struct rows rows;

	*more = false;
	TRY(db_run(ctx, SQL_event_stream_claim, &rows, NO_PARAMS));
	if (rows.count == 0)
		return ERR_OK;
	TRY(db_run(ctx, SQL_event_stream_place, &rows, PARAMS(p_int(TRANSACTIONS_AT_ONCE))));
	rows_scan(&rows, 0, place_columns, COLUMN_COUNT(place_columns), &place);
	if (!place.is_final)
		return ERR_OK;
	upto = place.is_wanted ? place.piece_id : place.next_id;
	if (place.is_wanted && upto > place.done_id)
		TRY(read_journal(ctx, place.done_id, upto));
	TRY(publish(ctx, &place, upto, &published));
	*more = upto < place.next_id || published == EVENTS_AT_ONCE;
	if (upto == place.done_id && published == 0)
		return ERR_OK;
	return db_run(ctx, SQL_event_stream_done, NULL,
		      PARAMS(p_int(upto), p_int(place.sequence + published)));
}

/* Record the current end of the journal, if there are new entries. */
static enum err
note_moment(struct ctx *ctx, void *arg)
{
	struct rows rows;

	(void)arg;
	TRY(db_run(ctx, SQL_event_stream_look, &rows, NO_PARAMS));
	if (!row_bool(&rows, 0, 1))
		return ERR_OK;
	return db_run(ctx, SQL_event_stream_note, NULL, PARAMS(p_int(row_int(&rows, 0, 0))));
}

enum err
event_stream_read(struct ctx *ctx, bool *found)
{
	TRY(db_transact(ctx, stream_some, found));
	return *found ? ERR_OK : db_transact(ctx, note_moment, NULL);
}
