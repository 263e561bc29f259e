/* Limits per minute: of sign-in and similar routes per address, of some routes per user. Limits
 * per day: of free actions that store data. */
#include "api/auth.h"
#include "base/arena.h"
#include "base/config.h"
#include "db/row.h"
#include "net/client.h"
#include "runtime/app.h"

/* The state of a counter: a call above most is refused. */
static enum err
take_count(struct call *call, const struct rows *rows, int64_t most)
{
	call->limit = most;
	call->limit_reset_s = row_int(rows, 0, 1);
	call->limit_left = most - row_int(rows, 0, 0);
	if (call->limit_left >= 0)
		return ERR_OK;
	call->limit_left = 0;
	(void)fault(&call->ctx.fault, ERR_RATE_LIMITED, NULL, NULL);
	call->ctx.fault.retry_after_s = call->limit_reset_s;
	return ERR_RATE_LIMITED;
}

/* Count a call of the route by a user or address; most per minute. */
static enum err
count_call(struct call *call, const char *who, int64_t most)
{
	const char *bucket = arena_printf(call->ctx.arena, "%s %s %s", call->dialect->name,
					  call->route->path, who);
	struct rows rows;

	TRY(db_run(&call->ctx, SQL_rate_count, &rows, PARAMS(p_text(bucket))));
	return take_count(call, &rows, most);
}

static int64_t
daily_most(const struct config *config, enum daily daily)
{
	switch (daily) {
	case DAILY_NONE:
		break;
	case DAILY_REGISTRATIONS:
		return config->sign_in_per_minute == 0 ? 0 : config->registrations_per_day;
	case DAILY_COMPLAINTS:
		return config->complaints_per_day;
	case DAILY_EXPORTS:
		return config->exports_per_day;
	case DAILY_CREATIONS:
		return config->creations_per_day;
	}
	return 0;
}

/* Count a call per day, across all dialects. */
static enum err
count_daily(struct call *call, const char *what, const char *who)
{
	const struct config *config = call->ctx.app->config;
	int64_t most = config->user_limits ? daily_most(config, call->route->limits.daily) : 0;
	struct rows rows;

	if (most == 0)
		return ERR_OK;
	TRY(db_run(&call->ctx, SQL_day_count, &rows,
		   PARAMS(p_text(arena_printf(call->ctx.arena, "%s %s", what, who)))));
	return take_count(call, &rows, most);
}

enum err
throttle(struct call *call)
{
	const struct config *config = call->ctx.app->config;
	const struct route *route = call->route;
	int64_t most = 0;

	if (route->limits.rate != RATE_NONE)
		most = config->sign_in_per_minute;
	else if (config->user_limits)
		most = route->limits.per_address;
	if (most > 0)
		TRY(count_call(call, client_group(call->ctx.arena, call->ctx.address), most));
	if (route->limits.daily != DAILY_REGISTRATIONS)
		return ERR_OK;
	return count_daily(call, "registrations", client_group(call->ctx.arena, call->ctx.address));
}

enum err
throttle_user(struct call *call)
{
	static const char *const whats[] = {[DAILY_COMPLAINTS] = "complaints",
					    [DAILY_EXPORTS] = "exports",
					    [DAILY_CREATIONS] = "creations"};
	const struct route *route = call->route;
	const char *user;

	if (!call->ctx.app->config->user_limits ||
	    (route->limits.per_user == 0 && route->limits.daily <= DAILY_REGISTRATIONS))
		return ERR_OK;
	user = arena_printf(call->ctx.arena, "user:%lld", (long long)call->ctx.who.user_id);
	if (route->limits.per_user > 0)
		TRY(count_call(call, user, route->limits.per_user));
	if (route->limits.daily <= DAILY_REGISTRATIONS)
		return ERR_OK;
	return count_daily(call, whats[route->limits.daily], user);
}
