#include "app/wallet/hold.h"

#include <string.h>

#include "app/events/event.h"
#include "app/wallet/transaction.h"
#include "base/arena.h"
#include "crypto/hmac.h"
#include "db/row.h"
#include "ledger/account.h"
#include "ledger/hold.h"

enum { HOLD_STATUSES = HOLD_EXPIRED + 1 };

const char *const hold_status_words[] = {
	[HOLD_ACTIVE] = "active",
	[HOLD_CAPTURED] = "captured",
	[HOLD_VOIDED] = "voided",
	[HOLD_EXPIRED] = "expired",
	NULL,
};

static void
show(const struct hold *hold, struct wallet_hold *out)
{
	const struct currency *currency = currency_find(hold->currency);

	*out = (struct wallet_hold){
		.id = hold->public_id,
		.wallet = hold->account,
		.amount = {hold_amount(hold), currency},
		.captured = {hold->captured_before + hold->captured, currency},
		.remaining = {hold->status == HOLD_ACTIVE ? hold->amount : 0, currency},
		.currency = hold->currency,
		.status = hold_status_words[hold->status],
		.reference = hold->reference,
		.metadata = {hold->metadata},
		.transaction = hold->transaction,
		.created_at = hold->created_at,
		.expires_at = hold->expires_at,
		.closed_at = hold->closed_at,
		.replayed = hold->replayed,
	};
}

static enum err
emit_event(struct ctx *ctx, const char *type, int64_t ledger_id, const struct wallet_hold *hold)
{
	const struct event_hold data = {
		.id = hold->id,
		.wallet = hold->wallet,
		.amount = hold->amount,
		.captured = hold->captured,
		.currency = hold->currency,
		.status = hold->status,
		.reference = hold->reference,
		.metadata = hold->metadata,
		.created_at = hold->created_at,
		.expires_at = hold->expires_at,
	};

	return event_add(ctx, ledger_id, type, hold->id, &data);
}

static enum err
emit_expired(struct ctx *ctx, const struct ledger_hold *hold, const char *currency)
{
	const struct currency *known = currency_find(currency);
	const struct event_hold data = {
		.id = hold->public_id,
		.wallet = hold->account,
		.amount = {hold->amount + hold->captured_before, known},
		.captured = {hold->captured_before, known},
		.currency = currency,
		.status = hold_status_words[HOLD_EXPIRED],
		.expires_at = hold->expires_at,
	};

	return event_add(ctx, hold->ledger_id, "hold.expired", hold->public_id, &data);
}

static enum err
no_hold(struct ctx *ctx, enum err err)
{
	if (err == ERR_NOT_FOUND)
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "Hold not found");
	return err;
}

/* What a client created. */
static enum err
check_visible(struct ctx *ctx, const struct hold *hold)
{
	return strchr(hold->reference, '/') == NULL ? ERR_OK : no_hold(ctx, ERR_NOT_FOUND);
}

enum err
wallet_hold_find(struct ctx *ctx, struct uuid id, struct hold *out)
{
	TRY(no_hold(ctx, hold_get(ctx, ctx->who.ledger_id, id, out)));
	return check_visible(ctx, out);
}

/* The data that identifies the same order under the same reference. */
static void
digest_order(struct ctx *ctx, struct hold_order *order)
{
	char id[UUID_TEXT_MAX];
	const char *text = arena_printf(ctx->arena, "cowry-hold-1;%lld;%s;%s;%lld;%lld;%s",
					(long long)order->ledger_id, uuid_text(id, order->account),
					order->currency, (long long)order->amount,
					(long long)order->lifetime_s, order->metadata);

	sha256(text, strlen(text), order->content);
}

enum err
wallet_hold_place(struct ctx *ctx, const struct wallet_hold_order *in, struct wallet_hold *out)
{
	struct hold hold;
	struct money amount;
	struct hold_order order;

	TRY(transaction_amount(ctx, in->amount, in->currency, &amount));
	if (ledger_is_system_account(in->wallet))
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "Wallet not found");
	order = (struct hold_order){
		.ledger_id = ctx->who.ledger_id,
		.account = in->wallet,
		.currency = amount.currency->code,
		.amount = amount.minor,
		.reference = in->reference,
		.metadata = in->metadata.text != NULL ? in->metadata.text : "{}",
		.lifetime_s = in->lifetime_s != 0 ? in->lifetime_s : HOLD_LIFETIME_DEFAULT_S,
	};
	digest_order(ctx, &order);
	TRY(hold_place(ctx, &order, &hold));
	show(&hold, out);
	out->dry_run = in->dry_run;
	return hold.replayed ? ERR_OK : emit_event(ctx, "hold.created", hold.ledger_id, out);
}

enum err
wallet_hold_void(struct ctx *ctx, struct uuid id, struct wallet_hold *out)
{
	struct hold hold;

	TRY(wallet_hold_find(ctx, id, &hold));
	TRY(no_hold(ctx, hold_void(ctx, ctx->who.ledger_id, id, &hold)));
	show(&hold, out);
	return emit_event(ctx, "hold.voided", hold.ledger_id, out);
}

enum err
wallet_hold_get(struct ctx *ctx, struct uuid id, struct wallet_hold *out)
{
	struct hold hold;

	if (ctx->who.kind == PRINCIPAL_PROJECT_KEY) {
		TRY(wallet_hold_find(ctx, id, &hold));
	} else if (ctx->who.admin) {
		TRY(no_hold(ctx, hold_get_anywhere(ctx, id, &hold)));
		TRY(check_visible(ctx, &hold));
	} else {
		return no_hold(ctx, ERR_NOT_FOUND);
	}
	show(&hold, out);
	return ERR_OK;
}

/* Their numbers, which are those of enum hold_status. */
static size_t
statuses_of(const char *status, int64_t statuses[HOLD_STATUSES])
{
	size_t n = 0;

	for (int64_t i = 0; i < HOLD_STATUSES; i++)
		if (status == NULL || text_equal(status, hold_status_words[i]))
			statuses[n++] = i;
	return n;
}

/* Are all wanted that are read in the order of an index? */
static bool
is_plain(const struct hold_filter *filter)
{
	return filter->common.prefix == NULL && filter->common.currency == NULL &&
	       (uuid_is_nil(filter->common.wallet) || filter->status == NULL);
}

static enum err
find(struct ctx *ctx, const struct hold_filter *filter, int64_t after, int64_t most,
     struct rows *out)
{
	const struct list_filter *common = &filter->common;
	int64_t statuses[HOLD_STATUSES];
	size_t n = statuses_of(filter->status, statuses);
	struct range amounts;
	struct range times = filter_times(common);
	int64_t ledger_id;

	TRY(filter_books(ctx, common, &ledger_id));
	TRY(filter_amounts(ctx, common, &amounts));
	return db_run(ctx, SQL_lookup_holds, out,
		      PARAMS(p_int(ledger_id), p_ints(statuses, n), p_int(after), p_since(&times),
			     p_upto(&times), p_uuid(common->wallet), p_text(common->reference),
			     p_text(common->prefix), p_text(filter_currency(common)),
			     p_int(amounts.least), p_int(amounts.greatest),
			     p_int(is_plain(filter) ? most + 1 : LOOKED_AT), p_int(most + 1),
			     p_bool(common->oldest_first)));
}

enum err
wallet_hold_list(struct ctx *ctx, const struct hold_filter *filter, int64_t after, int64_t most,
		 struct list *out, int64_t *next)
{
	struct wallet_hold *items;
	struct rows found;
	struct hold hold = {0};
	size_t n;

	TRY(find(ctx, filter, after, most, &found));
	n = filter_shown(&found, HOLD_COLUMNS, most, next);
	items = arena_array(ctx->arena, n, sizeof(*items));
	for (size_t i = 0; i < n; i++) {
		hold_scan(&found, i, &hold);
		show(&hold, &items[i]);
	}
	*out = (struct list){items, n};
	return ERR_OK;
}

enum err
wallet_hold_expire_due(struct ctx *ctx, int64_t *expired)
{
	return hold_expire_due(ctx, emit_expired, expired);
}
