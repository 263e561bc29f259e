#include "app/reserve.h"

#include <string.h>

#include "app/movement.h"
#include "base/arena.h"
#include "crypto/hmac.h"
#include "ledger/ledger.h"

static const char *const status_names[] = {
	[HOLD_ACTIVE] = "active",
	[HOLD_CAPTURED] = "captured",
	[HOLD_VOIDED] = "voided",
	[HOLD_EXPIRED] = "expired",
};

static void
show(const struct hold *hold, struct reserve *out)
{
	const struct currency *currency = currency_find(hold->currency);

	*out = (struct reserve){
		.id = hold->public_id,
		.wallet = hold->account,
		.amount = {hold->amount, currency},
		.captured = {hold->captured, currency},
		.currency = hold->currency,
		.status = status_names[hold->status],
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
no_hold(struct ctx *ctx, enum err err)
{
	if (err == ERR_NOT_FOUND)
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "Hold not found");
	return err;
}

/* What tells this order from another one under the same reference. */
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
reserve_place(struct ctx *ctx, const struct reserve_order *in, struct reserve *out)
{
	struct hold hold;
	struct money amount;
	struct hold_order order;

	TRY(movement_amount(ctx, in->amount, in->currency, &amount));
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
	return ERR_OK;
}

enum err
reserve_void(struct ctx *ctx, struct uuid id, struct reserve *out)
{
	struct hold hold;

	TRY(no_hold(ctx, hold_void(ctx, ctx->who.ledger_id, id, &hold)));
	show(&hold, out);
	return ERR_OK;
}

enum err
reserve_get(struct ctx *ctx, struct uuid id, struct reserve *out)
{
	struct hold hold;

	TRY(no_hold(ctx, hold_get(ctx, ctx->who.ledger_id, id, &hold)));
	show(&hold, out);
	return ERR_OK;
}
