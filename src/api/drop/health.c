/* Server health: whether the database answers, and has room. */
#include <config.h>

#include "api/drop/drop.h"
#include "api/storage.h"
#include "db/db.h"
#include "runtime/app.h"

static const char *const statuses[] = {"ok", "error", NULL};
static const char *const db_states[] = {"connected", "disconnected", NULL};

struct health {
	const char *status;
	const char *version;
	int64_t uptime_s;
	const char *db;
	int64_t db_latency_ms;
	struct instant timestamp;
};

static const struct field health_fields[] = {
	FIELD(struct health, status, .name = "status", .choices = statuses, .required = true,
	      .example = "\"ok\""),
	FIELD(struct health, version, .name = "version", .required = true, .example = "\"0.1.0\""),
	FIELD(struct health, uptime_s, .name = "uptime", .required = true, .doc = "Seconds.",
	      .example = "3600"),
	FIELD(struct health, db, .name = "db", .choices = db_states, .required = true,
	      .example = "\"connected\""),
	FIELD(struct health, db_latency_ms, .name = "dbLatencyMs", .required = true,
	      .example = "0"),
	FIELD(struct health, timestamp, .name = "timestamp", .required = true),
};

static const struct schema health_out = SCHEMA(struct health, "Health", health_fields);

static enum err
health(struct call *call, const void *in, void *out)
{
	struct ctx *ctx = &call->ctx;
	struct health *reply = out;
	int64_t latency_ns = 0;
	bool connected = db_ping(ctx, &latency_ns) == ERR_OK;
	bool healthy = connected && !storage_is_full(ctx->app->storage);

	(void)in;
	fault_clear(&ctx->fault);
	call->status = healthy ? 200 : 503;
	*reply = (struct health){
		.status = healthy ? "ok" : "error",
		.version = PACKAGE_VERSION,
		.uptime_s = (clock_monotonic_ns() - ctx->app->started_ns) / 1000000000,
		.db = connected ? "connected" : "disconnected",
		.db_latency_ms = latency_ns / 1000000,
		.timestamp = ctx->now,
	};
	return ERR_OK;
}

const struct route drop_health[] = {
	{GET, "/api/health", "Check the health of the server",
	 "503 with status error while the database is unavailable, and for half a minute after a "
	 "change failed because its disk is full.",
	 health, .out = &health_out, .reply.no_envelope = true, .docs.statuses = {503},
	 .status = 200, .docs.tag = "Health"},
	{0},
};
