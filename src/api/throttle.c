/* Limits a minute: of sign-in and the like for each address, of some routes for each person. */
#include "api/auth.h"
#include "base/arena.h"
#include "base/config.h"
#include "db/row.h"
#include "net/client.h"

/* One more call of the route by whoever it is; most of them a minute. */
static enum err
count_call(struct call *call, const char *whoever, int64_t most)
{
	const char *bucket = arena_printf(call->ctx.arena, "%s %s %s", call->dialect->name,
					  call->route->path, whoever);
	struct rows rows;

	TRY(db_run(&call->ctx, SQL_rate_count, &rows, PARAMS(p_text(bucket))));
	call->limit = most;
	call->limit_reset_s = row_int(&rows, 0, 1);
	call->limit_left = most - row_int(&rows, 0, 0);
	if (call->limit_left >= 0)
		return ERR_OK;
	call->limit_left = 0;
	(void)fault(&call->ctx.fault, ERR_RATE_LIMITED, NULL, NULL);
	call->ctx.fault.retry_after_s = call->limit_reset_s;
	return ERR_RATE_LIMITED;
}

enum err
throttle(struct call *call)
{
	const struct config *config = call->ctx.app->config;
	int64_t most = 0;

	if (call->route->rate != RATE_NONE)
		most = config->sign_in_per_minute;
	else if (config->user_limits)
		most = call->route->address_per_minute;
	if (most == 0)
		return ERR_OK;
	return count_call(call, client_group(call->ctx.arena, call->ctx.address), most);
}

enum err
throttle_user(struct call *call)
{
	if (call->route->user_per_minute == 0 || !call->ctx.app->config->user_limits)
		return ERR_OK;
	return count_call(
		call, arena_printf(call->ctx.arena, "user:%lld", (long long)call->ctx.who.user_id),
		call->route->user_per_minute);
}
