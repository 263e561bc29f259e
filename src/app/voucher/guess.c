#include "app/voucher/guess.h"

#include "base/arena.h"
#include "db/row.h"
#include "net/client.h"

enum { COUNTED = 2, SWEEP_AT_ONCE = 1000 };

/* The counters, in the order of most. */
static const int64_t most[COUNTED] = {GUESS_PERSON_MOST, GUESS_ADDRESS_MOST};

static const char **
counted_clients(struct ctx *ctx)
{
	const char **names = arena_array(ctx->arena, COUNTED, sizeof(*names));

	names[0] = arena_printf(ctx->arena, "person %lld", (long long)ctx->who.user_id);
	names[1] = arena_printf(ctx->arena, "address %s", client_group(ctx->arena, ctx->address));
	return names;
}

static enum err
limited(struct ctx *ctx, int64_t wait_s)
{
	(void)fault(&ctx->fault, ERR_RATE_LIMITED, NULL,
		    "Too many wrong voucher codes; try again later");
	ctx->fault.retry_after_s = wait_s;
	return ERR_RATE_LIMITED;
}

enum err
guess_allowed(struct ctx *ctx)
{
	struct rows rows;
	int64_t wait_s;

	TRY(db_run(ctx, SQL_guess_state, &rows,
		   PARAMS(p_texts(counted_clients(ctx), COUNTED), p_ints(most, COUNTED))));
	wait_s = row_int(&rows, 0, 0);
	return wait_s > 0 ? limited(ctx, wait_s) : ERR_OK;
}

enum err
guess_wrong(struct ctx *ctx)
{
	const char **names = counted_clients(ctx);
	struct rows rows;

	TRY(db_run(ctx, SQL_guess_count, &rows,
		   PARAMS(p_texts(names, COUNTED), p_int(GUESS_WINDOW_S))));
	(void)fault(&ctx->fault, ERR_VOUCHER_NOT_FOUND, NULL, NULL);
	for (size_t i = 0; i < rows.count; i++)
		for (size_t k = 0; k < COUNTED; k++)
			if (text_equal(row_text(&rows, i, 0), names[k]) &&
			    row_int(&rows, i, 1) > most[k])
				(void)limited(ctx, row_int(&rows, i, 2));
	return ERR_OK;
}

enum err
guess_sweep(struct ctx *ctx)
{
	return db_run(ctx, SQL_guess_sweep, NULL, PARAMS(p_int(SWEEP_AT_ONCE)));
}
