#include "app/seal/receipt.h"

#include <inttypes.h>
#include <string.h>

#include "app/seal/proof.h"
#include "app/seal/tree.h"
#include "base/arena.h"
#include "base/text.h"
#include "base/word.h"
#include "db/row.h"
#include "ledger/account.h"
#include "tlog/checkpoint.h"

/* A wallet of the transaction. */
struct part {
	int64_t transaction_id;
	int64_t ledger_id;
	enum mode mode;
	int64_t user_id; /* 0: a project's, or there is no wallet */
	struct uuid wallet;
};

static const struct column columns[] = {
	COLUMN(struct part, transaction_id),
	COLUMN(struct part, ledger_id),
	COLUMN_WORD(struct part, mode, mode_words),
	COLUMN(struct part, user_id),
	COLUMN(struct part, wallet),
};

static bool
may_see(const struct principal *who, const struct part *part)
{
	if (who->kind == PRINCIPAL_PROJECT_KEY)
		return part->ledger_id == who->ledger_id;
	return (who->kind == PRINCIPAL_USER || who->kind == PRINCIPAL_WALLET_KEY) &&
	       (who->admin || (part->user_id != 0 && part->user_id == who->user_id));
}

/* By its id, or by what the dialects show: a reference in the caller's ledger, an id of Drop. */
static enum err
find_named(struct ctx *ctx, const char *name, struct uuid wallet, struct part *out, bool *found)
{
	int64_t ledger = ctx->who.ledger_id;
	struct uuid id;
	struct rows rows;

	if (!uuid_parse(&id, name))
		id = (struct uuid){0};
	if (ctx->who.kind != PRINCIPAL_PROJECT_KEY)
		TRY(ledger_of(ctx, 0, MODE_LIVE, &ledger));
	TRY(db_run(ctx, SQL_receipt_find, &rows, PARAMS(p_uuid(id), p_int(ledger), p_text(name))));
	for (size_t i = 0; i < rows.count && !*found; i++) {
		*out = (struct part){0};
		rows_scan(&rows, i, columns, COLUMN_COUNT(columns), out);
		*found = may_see(&ctx->who, out) &&
			 (uuid_is_nil(wallet) || uuid_equal(wallet, out->wallet));
	}
	return ERR_OK;
}

/* Bitpal shows a transfer with its direction behind the reference. */
static const char *
without_direction(struct arena *arena, const char *name)
{
	static const char *const directions[] = {"_OUT", "_IN"};
	size_t length = strlen(name);

	for (size_t i = 0; i < COUNT(directions); i++) {
		size_t suffix = strlen(directions[i]);

		if (length > suffix && text_equal(name + length - suffix, directions[i]))
			return arena_strndup(arena, name, length - suffix);
	}
	return NULL;
}

/* Whether it is there, for this caller and with this wallet, is answered in the same way. */
static enum err
find(struct ctx *ctx, const char *name, struct uuid wallet, struct part *out)
{
	bool found = false;

	for (; name != NULL && !found; name = without_direction(ctx->arena, name))
		TRY(find_named(ctx, name, wallet, out, &found));
	return found ? ERR_OK : fault(&ctx->fault, ERR_NOT_FOUND, NULL, "Transaction not found");
}

static enum err
not_sealed(struct ctx *ctx, enum mode mode)
{
	struct stored_tree tree;

	TRY(tree_find(ctx, mode, &tree));
	return fault(&ctx->fault, tree.checkpoint == NULL ? ERR_NOT_SIGNED : ERR_NOT_SEALED, NULL,
		     NULL);
}

static struct receipt_content
content_of(struct arena *arena, const struct leaf *leaf)
{
	struct receipt_posting *postings = arena_array(arena, leaf->count, sizeof(*postings));

	for (size_t i = 0; i < leaf->count; i++) {
		const struct leaf_posting *p = &leaf->postings[i];

		postings[i] = (struct receipt_posting){
			p->from, p->to, arena_printf(arena, "%" PRId64, p->amount), p->currency};
	}
	return (struct receipt_content){
		.mode = leaf->mode,
		.project = leaf->project,
		.id = leaf->id,
		.type = leaf->type,
		.time = leaf_time(arena, leaf->time),
		.reverses = leaf->reverses,
		.postings = {postings, leaf->count},
	};
}

static void
open_field(struct arena *arena, const struct leaf *leaf, const char *name, const char *value,
	   struct list *openings)
{
	struct receipt_opening *opening =
		&((struct receipt_opening *)openings->items)[openings->count++];
	struct hash salt;

	leaf_field_salt(leaf->salt, name, &salt);
	*opening = (struct receipt_opening){name, hex_encode(arena, salt.bytes, sizeof(salt.bytes)),
					    value};
}

/* The state of an account after a posting, if it is the wallet's. */
static void
open_side(struct arena *arena, const struct leaf *leaf, bool from, const struct leaf_posting *p,
	  struct list *openings)
{
	open_field(arena, leaf, arena_printf(arena, "%s %" PRId64, from ? "from" : "to", p->line),
		   leaf_state(arena, from ? p->from_balance : p->to_balance,
			      from ? p->from_sequence : p->to_sequence),
		   openings);
}

static struct list
openings_of(struct arena *arena, const struct leaf *leaf, struct uuid wallet)
{
	struct list openings = {
		arena_array(arena, 2 + 2 * leaf->count, sizeof(struct receipt_opening)), 0};

	open_field(arena, leaf, "reference", leaf->reference, &openings);
	open_field(arena, leaf, "metadata", leaf->metadata, &openings);
	for (size_t i = 0; i < leaf->count && !uuid_is_nil(wallet); i++) {
		const struct leaf_posting *p = &leaf->postings[i];

		if (uuid_equal(p->from, wallet))
			open_side(arena, leaf, true, p, &openings);
		if (uuid_equal(p->to, wallet))
			open_side(arena, leaf, false, p, &openings);
	}
	return openings;
}

static struct text_list
path_of(struct arena *arena, const struct merkle_proof *path)
{
	struct text_list list = {arena_array(arena, path->count, sizeof(*list.items)), path->count};

	for (size_t i = 0; i < path->count; i++)
		list.items[i] =
			base64_encode(arena, path->path[i].bytes, sizeof(path->path[i].bytes));
	return list;
}

enum err
receipt_make(struct ctx *ctx, const char *name, struct uuid wallet, struct receipt *out)
{
	struct checkpoint checkpoint;
	struct seal_proof proof;
	struct part part = {0};

	TRY(find(ctx, name, wallet, &part));
	TRY(seal_prove(ctx, part.mode, part.transaction_id, &proof));
	if (!proof.sealed || !checkpoint_of_note(ctx->arena, proof.checkpoint, &checkpoint))
		return not_sealed(ctx, part.mode);
	*out = (struct receipt){
		.format = RECEIPT_FORMAT,
		.transaction = content_of(ctx->arena, &proof.content),
		.leaf = proof.leaf.data,
		.openings = openings_of(ctx->arena, &proof.content, wallet),
		.index = proof.index,
		.size = proof.size,
		.path = path_of(ctx->arena, &proof.path),
		.origin = checkpoint.origin,
		.checkpoint = proof.checkpoint,
	};
	return ERR_OK;
}
