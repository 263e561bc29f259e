#include "app/wallet/transaction.h"

#include <string.h>

#include "app/audit/audit.h"
#include "app/wallet/hold.h"
#include "app/wallet/wallet.h"
#include "base/arena.h"
#include "base/word.h"
#include "db/row.h"
#include "ledger/account.h"
#include "ledger/hold.h"
#include "ledger/ledger.h"
#include "json/writer.h"

const char *const transaction_status_words[] = {"pending", "completed", "failed", "review", NULL};

/* A transaction in progress: the input of the ledger, and the values for the answer. */
struct draft {
	struct ledger_transaction transaction;
	struct posting postings[2]; /* the order and its fee */
	struct posting_result results[2];
	struct transaction shown;
	bool balance_of_to; /* which side's balance the answer shows */
};

/* Fill the draft of a transaction of one posting. */
static void
prepare(struct draft *draft, int64_t ledger_id, enum transaction_type type, struct money amount,
	struct posting posting, const char *reference, struct json_value metadata)
{
	const char *json = metadata.text != NULL ? metadata.text : "{}";

	posting.amount = amount.minor;
	draft->postings[0] = posting;
	draft->transaction = (struct ledger_transaction){
		.ledger_id = ledger_id,
		.currency = amount.currency->code,
		.reference = reference,
		.type = type,
		.metadata = json,
		.postings = draft->postings,
		.count = 1,
		.results = draft->results,
	};
	draft->shown = (struct transaction){
		.reference = reference,
		.type = type,
		.status = STATUS_COMPLETED,
		.amount = amount,
		.currency = amount.currency->code,
		.metadata = {json},
	};
}

static struct fee_order
order_of(struct draft *draft)
{
	return (struct fee_order){&draft->transaction, draft->postings, &draft->shown.fee};
}

/* The values for the answer, after the ledger has posted it. */
static enum err
show(struct ctx *ctx, struct draft *draft, struct transaction *out)
{
	const struct ledger_transaction *t = &draft->transaction;
	const struct posting_result *moved = &draft->results[0];
	const struct fee_order order = order_of(draft);
	enum fee_bearer shown = draft->balance_of_to ? BEARER_PAYEE : BEARER_PAYER;

	*out = draft->shown;
	out->id = t->public_id;
	out->created_at = t->created_at;
	out->replayed = t->replayed;
	TRY(fee_shown(ctx, &order, 1, &out->fee));
	out->balance =
		(struct money){draft->balance_of_to ? moved->to_balance : moved->from_balance,
			       draft->shown.amount.currency};
	if (out->fee.amount.currency != NULL && out->fee.bearer == shown)
		out->balance.minor = out->fee.balance;
	return ERR_OK;
}

static enum err
submit(struct ctx *ctx, struct draft *draft, bool dry_run, struct transaction *out)
{
	const struct fee_order order = order_of(draft);
	enum err err;

	ledger_content(ctx, &draft->transaction);
	err = fee_submit(ctx, &order);
	if (err == ERR_NOT_FOUND)
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "Wallet not found");
	TRY(err);
	TRY(show(ctx, draft, out));
	out->dry_run = dry_run;
	return ERR_OK;
}

/* A wallet named by a caller. The ids of system accounts can be computed, but callers must not
 * use them. */
static enum err
check_wallet(struct ctx *ctx, struct uuid id)
{
	if (ledger_is_system_account(id))
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "Wallet not found");
	return ERR_OK;
}

static enum err
draft_transfer(struct ctx *ctx, const struct transaction_order *in, struct draft *draft)
{
	struct money amount;

	TRY(transaction_amount(ctx, in->amount, in->currency, &amount));
	TRY(check_wallet(ctx, in->from));
	TRY(check_wallet(ctx, in->to));
	prepare(draft, ctx->who.ledger_id, TRANSACTION_TRANSFER, amount,
		(struct posting){in->from, in->to, 0}, in->reference, in->metadata);
	draft->shown.from = in->from;
	draft->shown.to = in->to;
	return fee_limit(ctx, in->max_fee, &draft->transaction);
}

/* Credit and debit: between the wallet and a system account of the same ledger and currency. */
static enum err
draft_funding(struct ctx *ctx, const struct transaction_order *in, bool credit, struct draft *draft)
{
	struct money amount;
	struct uuid funding;

	TRY(transaction_amount(ctx, in->amount, in->currency, &amount));
	TRY(check_wallet(ctx, in->wallet));
	funding = ledger_system_account(ctx->who.ledger_id, ACCOUNT_PROJECT_FUNDING,
					amount.currency->code);
	prepare(draft, ctx->who.ledger_id, credit ? TRANSACTION_CREDIT : TRANSACTION_DEBIT, amount,
		credit ? (struct posting){funding, in->wallet, 0}
		       : (struct posting){in->wallet, funding, 0},
		in->reference, in->metadata);
	draft->balance_of_to = credit;
	draft->shown.wallet = in->wallet;
	return fee_limit(ctx, in->max_fee, &draft->transaction);
}

enum err
transaction_transfer(struct ctx *ctx, const struct transaction_order *in, struct transaction *out)
{
	struct draft draft = {.balance_of_to = false};

	TRY(draft_transfer(ctx, in, &draft));
	return submit(ctx, &draft, in->dry_run, out);
}

static enum err
fund(struct ctx *ctx, const struct transaction_order *in, bool credit, struct transaction *out)
{
	struct draft draft = {.balance_of_to = false};

	TRY(draft_funding(ctx, in, credit, &draft));
	return submit(ctx, &draft, in->dry_run, out);
}

enum err
transaction_credit(struct ctx *ctx, const struct transaction_order *in, struct transaction *out)
{
	return fund(ctx, in, true, out);
}

enum err
transaction_debit(struct ctx *ctx, const struct transaction_order *in, struct transaction *out)
{
	return fund(ctx, in, false, out);
}

/* A reference made from the id of the captured or reversed object, if none was given: one that
 * clients can't use, because '/' is not in their alphabet. */
static const char *
reference_or(struct ctx *ctx, const char *reference, const char *prefix, struct uuid id)
{
	char text[UUID_TEXT_MAX];

	if (reference != NULL)
		return reference;
	return arena_printf(ctx->arena, "%s/%s", prefix, uuid_text(text, id));
}

/* If the client gave no reference, a second, different order does not fail because of the
 * generated one. */
static enum err
done_before(struct ctx *ctx, const struct transaction_order *in, enum err err, enum err done)
{
	if (err != ERR_DUPLICATE_REFERENCE || in->reference != NULL)
		return err;
	fault_clear(&ctx->fault);
	return fault(&ctx->fault, done, NULL, NULL);
}

/* The given amount of a whole, or without it the rest: what is left, or was when it was taken. */
static enum err
part_of(struct ctx *ctx, struct decimal amount, struct money whole, int64_t rest,
	struct money *part)
{
	*part = (struct money){rest, whole.currency};
	if (!amount.present)
		return ERR_OK;
	TRY(transaction_amount(ctx, amount, whole.currency->code, part));
	if (part->minor <= whole.minor)
		return ERR_OK;
	violation_add(ctx->arena, &ctx->fault, "amount", "RANGE", "exceeds the available amount");
	return ERR_VALIDATION;
}

/* How often an order is decided again. */
enum { TAKE_AGAIN = 5 };

/* Takes a part of the amount of something. */
typedef enum err take_part(struct ctx *ctx, struct uuid id, const struct transaction_order *in,
			   struct transaction *out);

/* An order for all that is left is decided again if another one has taken of it since that was read. */
static enum err
take(struct ctx *ctx, take_part *function, struct uuid id, const struct transaction_order *in,
     struct transaction *out)
{
	enum err err = function(ctx, id, in, out);

	for (int again = 0; err == ERR_EXCEEDS_REST && !in->amount.present && again < TAKE_AGAIN;
	     again++) {
		fault_clear(&ctx->fault);
		err = function(ctx, id, in, out);
	}
	return err;
}

static enum err
check_capture(struct ctx *ctx, const struct transaction_order *in)
{
	if (in->final || in->reference != NULL)
		return check_wallet(ctx, in->to);
	violation_add(ctx->arena, &ctx->fault, "reference", "REQUIRED",
		      "is required if final is false");
	return ERR_VALIDATION;
}

static enum err
capture(struct ctx *ctx, struct uuid id, const struct transaction_order *in,
	struct transaction *out)
{
	struct draft draft = {.balance_of_to = false};
	struct hold hold;
	struct money amount;
	struct uuid to = in->to;
	enum err err;

	TRY(wallet_hold_find(ctx, id, &hold));
	TRY(part_of(ctx, in->amount,
		    (struct money){hold_amount(&hold), currency_find(hold.currency)}, hold.amount,
		    &amount));
	TRY(check_capture(ctx, in));
	if (uuid_is_nil(to))
		to = ledger_system_account(ctx->who.ledger_id, ACCOUNT_PROJECT_FUNDING,
					   hold.currency);
	prepare(&draft, ctx->who.ledger_id, TRANSACTION_CAPTURE, amount,
		(struct posting){hold.account, to, 0},
		reference_or(ctx, in->reference, "capture", id), in->metadata);
	draft.transaction.hold = id;
	draft.transaction.keeps_hold = !in->final;
	draft.shown.from = hold.account;
	draft.shown.to = in->to;
	draft.shown.hold = id;
	TRY(fee_limit(ctx, in->max_fee, &draft.transaction));
	err = submit(ctx, &draft, in->dry_run, out);
	if (err == ERR_HOLD_CLOSED && in->reference == NULL && hold.status == HOLD_CAPTURED)
		err = ERR_DUPLICATE_REFERENCE;
	return done_before(ctx, in, err, ERR_ALREADY_CAPTURED);
}

enum err
transaction_capture(struct ctx *ctx, struct uuid id, const struct transaction_order *in,
		    struct transaction *out)
{
	return take(ctx, capture, id, in, out);
}

struct transaction_row {
	int64_t transaction_id;
	struct uuid public_id;
	const char *reference;
	enum transaction_type type;
	const char *currency;
	int64_t amount;
	struct uuid source;
	struct uuid destination;
	const char *metadata;
	struct instant created_at;
	int64_t postings;
	bool is_final;
	int64_t rest; /* what a reversal without amount gives back */
	int64_t fee;  /* that it gives back in proportion */
	int64_t fee_version_id;
	enum fee_bearer bearer;
	int64_t version;
	struct uuid schedule;
};

static const struct column transaction_columns[] = {
	COLUMN(struct transaction_row, transaction_id),
	COLUMN(struct transaction_row, public_id),
	COLUMN(struct transaction_row, reference),
	COLUMN_WORD(struct transaction_row, type, transaction_type_words),
	COLUMN(struct transaction_row, currency),
	COLUMN(struct transaction_row, amount),
	COLUMN(struct transaction_row, source),
	COLUMN(struct transaction_row, destination),
	COLUMN(struct transaction_row, metadata),
	COLUMN(struct transaction_row, created_at),
	COLUMN(struct transaction_row, postings),
	COLUMN(struct transaction_row, is_final),
	COLUMN(struct transaction_row, rest),
	COLUMN(struct transaction_row, fee),
	COLUMN(struct transaction_row, fee_version_id),
	COLUMN_WORD(struct transaction_row, bearer, fee_bearer_words),
	COLUMN(struct transaction_row, version),
	COLUMN(struct transaction_row, schedule),
};

/* What is to be reversed, if it may be. */
static enum err
find_reversible(struct ctx *ctx, struct uuid id, struct transaction_row *row)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_transaction_find, &rows,
		   PARAMS(p_int(ctx->who.ledger_id), p_uuid(id))));
	if (rows.count == 0)
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "Transaction not found");
	rows_scan(&rows, 0, transaction_columns, COLUMN_COUNT(transaction_columns), row);
	if (row->is_final || (row->postings != 1 && row->type != TRANSACTION_COMPOUND) ||
	    row->type == TRANSACTION_ADMIN_CREDIT || row->type == TRANSACTION_ADMIN_DEBIT)
		return fault(&ctx->fault, ERR_NOT_REVERSIBLE, NULL, NULL);
	return ERR_OK;
}

/* The postings the other way round, from the last to the first, in the draft; its amount is their sum in the currency
 * of the first. */
static enum err
turn_round(struct ctx *ctx, int64_t transaction_id, struct draft *draft)
{
	struct ledger_transaction *t = &draft->transaction;
	struct posting *postings;
	struct posting_rule *rules;
	struct rows rows;

	TRY(db_run(ctx, SQL_transaction_postings, &rows, PARAMS(p_int(transaction_id))));
	postings = arena_array(ctx->arena, rows.count, sizeof(*postings));
	rules = arena_array(ctx->arena, rows.count, sizeof(*rules));
	draft->shown.amount.minor = 0;
	for (size_t i = 0; i < rows.count; i++) {
		postings[i] = (struct posting){row_uuid(&rows, i, 1), row_uuid(&rows, i, 0),
					       row_int(&rows, i, 3)};
		rules[i].currency = row_text(&rows, i, 2);
		if (strcmp(rules[i].currency, t->currency) == 0 &&
		    __builtin_add_overflow(draft->shown.amount.minor, postings[i].amount,
					   &draft->shown.amount.minor))
			return fault(&ctx->fault, ERR_AMOUNT_TOO_LARGE, NULL, NULL);
	}
	t->postings = postings;
	t->rules = rules;
	t->count = rows.count;
	t->results = arena_array(ctx->arena, rows.count, sizeof(*t->results));
	return ERR_OK;
}

/* What has one posting is reversed in parts, and with them its fee. */
static void
give_back(const struct transaction_row *row, struct draft *draft)
{
	draft->transaction.reversible = row->amount;
	if (row->fee == 0)
		return;
	draft->shown.fee = (struct fee){.amount = {row->fee, draft->shown.amount.currency},
					.bearer = row->bearer,
					.schedule = row->schedule,
					.version = row->version};
	fee_refund(&draft->transaction, draft->postings, &draft->shown.fee, row->fee_version_id);
}

static enum err
reverse(struct ctx *ctx, struct uuid id, const struct transaction_order *in,
	struct transaction *out)
{
	struct draft draft = {.balance_of_to = false};
	struct transaction_row row = {0};
	struct money amount;
	enum err err;

	TRY(find_reversible(ctx, id, &row));
	if (in->amount.present && row.postings > 1) {
		violation_add(ctx->arena, &ctx->fault, "amount", "UNEXPECTED",
			      "must not be given: several postings are reversed as a whole");
		return ERR_VALIDATION;
	}
	TRY(part_of(ctx, in->amount, (struct money){row.amount, currency_find(row.currency)},
		    row.rest, &amount));
	prepare(&draft, ctx->who.ledger_id, TRANSACTION_REVERSAL, amount,
		(struct posting){row.destination, row.source, 0},
		reference_or(ctx, in->reference, "reversal", id), in->metadata);
	draft.transaction.reverses = row.transaction_id;
	if (row.postings > 1)
		TRY(turn_round(ctx, row.transaction_id, &draft));
	else
		give_back(&row, &draft);
	draft.shown.reverses = id;
	err = submit(ctx, &draft, in->dry_run, out);
	TRY(done_before(ctx, in, err, ERR_ALREADY_REVERSED));
	out->balance = (struct money){0, NULL};
	return ERR_OK;
}

enum err
transaction_reverse(struct ctx *ctx, struct uuid id, const struct transaction_order *in,
		    struct transaction *out)
{
	return take(ctx, reverse, id, in, out);
}

static enum err
audit(struct ctx *ctx, const char *action, const char *subject, const char *reason)
{
	struct jw detail;

	audit_begin(ctx, &detail);
	jw_text(&detail, "reason", reason);
	return audit_end(ctx, action, subject, &detail);
}

enum err
transaction_admin(struct ctx *ctx, bool credit, const struct admin_order *in,
		  struct transaction *out)
{
	struct draft draft = {.balance_of_to = credit};
	enum transaction_type type = credit ? TRANSACTION_ADMIN_CREDIT : TRANSACTION_ADMIN_DEBIT;
	struct wallet_place place;
	struct money amount;
	struct uuid funding;

	TRY(transaction_amount(ctx, in->amount, in->currency, &amount));
	TRY(wallet_anywhere(ctx, in->wallet, &place));
	funding = ledger_system_account(place.ledger_id, ACCOUNT_OPERATOR_FUNDING,
					amount.currency->code);
	prepare(&draft, place.ledger_id, type, amount,
		credit ? (struct posting){funding, place.id, 0}
		       : (struct posting){place.id, funding, 0},
		in->reference, (struct json_value){NULL});
	draft.shown.wallet = place.id;
	TRY(submit(ctx, &draft, in->dry_run, out));
	return out->replayed ? ERR_OK
			     : audit(ctx, word_text(transaction_type_words, type), in->reference,
				     in->reason);
}

/* One item of a bulk order as a draft. */
static enum err
draft_item(struct ctx *ctx, const struct transaction_order *item, struct draft *draft)
{
	bool transfer = item->type == TRANSACTION_TRANSFER;
	bool complete = transfer ? !uuid_is_nil(item->from) && !uuid_is_nil(item->to)
				 : !uuid_is_nil(item->wallet);

	if (!complete)
		return fault(&ctx->fault, ERR_VALIDATION, NULL, "%s",
			     transfer ? "fromWalletId and toWalletId are required"
				      : "walletId is required");
	return transfer ? draft_transfer(ctx, item, draft)
			: draft_funding(ctx, item, item->type == TRANSACTION_CREDIT, draft);
}

/* The result of an item. A refusal before the ledger is stored in *f. */
static void
show_line(struct bulk_line *line, size_t i, const struct transaction_order *item,
	  const struct draft *draft, enum err refused, const char *message)
{
	enum err err = refused != ERR_OK ? refused : draft->transaction.err;

	*line = (struct bulk_line){.index = (int64_t)i, .reference = item->reference};
	line->status = err == ERR_OK ? STATUS_COMPLETED : STATUS_FAILED;
	if (err == ERR_OK) {
		line->id = draft->transaction.public_id;
		line->replayed = draft->transaction.replayed;
		return;
	}
	line->code = err_code(err);
	line->message = refused != ERR_OK ? message : err_message(err);
}

/* All or nothing: report the reason for each refused one. */
static enum err
refuse_all(struct ctx *ctx, const struct bulk_line *lines, size_t n, enum err first)
{
	fault_clear(&ctx->fault);
	for (size_t i = 0; i < n; i++)
		if (lines[i].code != NULL)
			violation_add(ctx->arena, &ctx->fault,
				      arena_printf(ctx->arena, "transactions[%zu]", i),
				      lines[i].code, lines[i].message);
	ctx->fault.err = first;
	return first;
}

struct bulk_state {
	const struct transaction_order *items;
	struct draft *drafts;
	enum err *refused;
	const char **messages;
	size_t n;
};

/* Draft every item; invalid ones are refused, the others go to the ledger together. */
static enum err
post_bulk(struct ctx *ctx, const struct bulk_state *bulk)
{
	struct fee_order *orders = arena_array(ctx->arena, bulk->n, sizeof(*orders));
	size_t count = 0;

	for (size_t i = 0; i < bulk->n; i++) {
		bulk->refused[i] = draft_item(ctx, &bulk->items[i], &bulk->drafts[i]);
		if (bulk->refused[i] != ERR_OK) {
			bulk->messages[i] = arena_strdup(ctx->arena, ctx->fault.message);
			fault_clear(&ctx->fault);
			continue;
		}
		ledger_content(ctx, &bulk->drafts[i].transaction);
		orders[count++] = order_of(&bulk->drafts[i]);
	}
	return count > 0 ? fee_post(ctx, ctx->who.ledger_id, orders, count) : ERR_OK;
}

/* The fees of the items that the ledger has. */
static enum err
show_fees(struct ctx *ctx, const struct bulk_state *bulk, struct bulk_line *lines)
{
	struct fee_order *orders = arena_array(ctx->arena, bulk->n, sizeof(*orders));
	struct fee *fees = arena_array(ctx->arena, bulk->n, sizeof(*fees));

	for (size_t i = 0; i < bulk->n; i++) {
		if (bulk->refused[i] != ERR_OK)
			bulk->drafts[i].transaction.err = bulk->refused[i];
		orders[i] = order_of(&bulk->drafts[i]);
	}
	TRY(fee_shown(ctx, orders, bulk->n, fees));
	for (size_t i = 0; i < bulk->n; i++)
		lines[i].fee = fees[i];
	return ERR_OK;
}

enum err
transaction_bulk(struct ctx *ctx, const struct bulk_order *in, struct bulk_result *out)
{
	size_t n = in->transactions.count;
	struct bulk_state bulk = {
		.items = in->transactions.items,
		.drafts = arena_array(ctx->arena, n, sizeof(struct draft)),
		.refused = arena_array(ctx->arena, n, sizeof(enum err)),
		.messages = arena_array(ctx->arena, n, sizeof(const char *)),
		.n = n,
	};
	struct bulk_line *lines = arena_array(ctx->arena, n, sizeof(*lines));
	enum err first = ERR_OK;

	TRY(post_bulk(ctx, &bulk));
	*out = (struct bulk_result){.lines = {lines, n}};
	for (size_t i = 0; i < n; i++) {
		enum err err = bulk.refused[i] != ERR_OK ? bulk.refused[i]
							 : bulk.drafts[i].transaction.err;

		show_line(&lines[i], i, &bulk.items[i], &bulk.drafts[i], bulk.refused[i],
			  bulk.messages[i]);
		if (err == ERR_OK)
			*(lines[i].replayed ? &out->replayed : &out->posted) += 1;
		else if (out->failed++ == 0)
			first = err;
	}
	if (in->atomic && first != ERR_OK)
		return refuse_all(ctx, lines, n, first);
	return show_fees(ctx, &bulk, lines);
}
