/* The whole life of a request, top to bottom, in run(). */
#include <string.h>
#include <strings.h>

#include "api/admission.h"
#include "api/auth.h"
#include "api/cors.h"
#include "api/dispatch.h"
#include "api/execute.h"
#include "api/negotiate.h"
#include "api/reply.h"
#include "api/route_number.h"
#include "api/router.h"
#include "api/storage.h"
#include "base/arena.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/requester.h"
#include "runtime/app.h"
#include "json/reader.h"

void
call_header(struct call *call, const char *name, const char *value)
{
	struct reply *reply = &call->reply;

	if (reply->header_count == REPLY_HEADERS_MAX)
		return;
	reply->headers[reply->header_count].name = name;
	reply->headers[reply->header_count++].value = value;
}

void
call_redirect(struct call *call, const char *url)
{
	call->status = 302;
	call_header(call, "Location", url);
}

enum err
call_refuse(struct call *call)
{
	call->refused = true;
	return ERR_OK;
}

enum err
call_refuse_unsettled(struct call *call)
{
	call->unsettled = true;
	return call_refuse(call);
}

const char *
call_id(struct call *call, struct uuid id)
{
	char text[UUID_TEXT_MAX];

	return arena_strdup(call->ctx.arena, uuid_text(text, id));
}

struct uuid
call_opened_id(const struct call *call)
{
	struct uuid id = {{0}};

	(void)(call->opened != NULL && uuid_parse(&id, call->opened));
	return id;
}

static bool
is_harmless(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '.' || c == '_' || c == '-';
}

/* A client's request id is kept if it is harmless; otherwise a new one is generated. */
static void
choose_request_id(struct call *call)
{
	const char *id = call->request->request_id;
	size_t length = 0;

	while (id != NULL && length < REQUEST_ID_MAX && is_harmless(id[length]))
		length++;
	if (length >= 1 && length < REQUEST_ID_MAX && id[length] == '\0')
		memcpy(call->ctx.request_id, id, length + 1);
	else
		(void)uuid_text(call->ctx.request_id, uuid_v7());
}

static bool
is_json(const char *content_type)
{
	static const char json[] = "application/json";

	if (content_type == NULL)
		return false;
	for (size_t i = 0; i < sizeof(json) - 1; i++)
		if ((content_type[i] | ' ') != json[i] && content_type[i] != json[i])
			return false;
	return strchr("; \t", content_type[sizeof(json) - 1]) != NULL;
}

/* Whether all codings of the list are "identity". */
static bool
is_identity(const char *encoding)
{
	static const char identity[] = "identity";

	for (const char *p = encoding; p != NULL && *p != '\0'; p += *p == ',') {
		p += strspn(p, " \t");
		if (strncasecmp(p, identity, sizeof(identity) - 1) != 0)
			return false;
		p += sizeof(identity) - 1;
		p += strspn(p, " \t");
		if (*p != ',' && *p != '\0')
			return false;
	}
	return true;
}

static enum err
check_body(struct call *call)
{
	size_t most = call->route->body.bytes_max > 0 ? call->route->body.bytes_max : BODY_MAX;
	bool has_body = call->route->in != NULL || call->request->body.length > 0;

	if (call->request->body_incomplete)
		return fault(&call->ctx.fault, ERR_BAD_REQUEST, NULL,
			     "The length of the body differs from Content-Length");
	if (has_body && !is_identity(call->request->content_encoding))
		return fault(&call->ctx.fault, ERR_UNSUPPORTED_MEDIA, NULL,
			     "The body must be sent without a Content-Encoding");
	if (call->request->body_too_large || call->request->body.length > most)
		return fault(&call->ctx.fault, ERR_BODY_TOO_LARGE, NULL,
			     "The body is larger than %zu KiB", most / 1024);
	return ERR_OK;
}

static enum err
read_json(struct call *call, const char *text, size_t length, struct json_object **out)
{
	struct ctx *ctx = &call->ctx;
	size_t most = call->route->body.values_max > 0 ? call->route->body.values_max : VALUES_MAX;

	if (call->route->body.lenient)
		return json_read_foreign(ctx->arena, &ctx->fault, text, length, most, out);
	return json_read_bounded(ctx->arena, &ctx->fault, text, length, most, out);
}

/* The body as the route's struct. A route whose fields are all optional takes an empty body. */
static enum err
decode_body(struct call *call, void **in)
{
	const struct request *request = call->request;
	struct ctx *ctx = &call->ctx;
	struct json_object *body = NULL;
	struct json_object *dry_run;
	bool present;
	const char *text = request->body.data;
	size_t length = request->body.length;

	TRY(check_body(call));
	if (call->by_cookie && length > 0 && !is_json(request->content_type))
		return fault(&ctx->fault, ERR_UNSUPPORTED_MEDIA, NULL, NULL); /* as of a form */
	if (call->route->in == NULL)
		return ERR_OK;
	if (length == 0) {
		text = "{}";
		length = 2;
	} else if (!is_json(request->content_type)) {
		return fault(&ctx->fault, ERR_UNSUPPORTED_MEDIA, NULL, NULL);
	}
	TRY(read_json(call, text, length, &body));
	if (json_kind(body) != JSON_OBJECT)
		return fault(&ctx->fault, ERR_MALFORMED, NULL, "The body must be a JSON object");
	*in = arena_alloc(ctx->arena, call->route->in->size);
	TRY(schema_decode(call->route->in, ctx->arena, &ctx->fault, body, *in));
	if (call->route->dry_run) {
		dry_run = json_member(body, "dryRun", &present);
		call->dry_run =
			present && json_kind(dry_run) == JSON_BOOL && json_bool_value(dry_run);
	}
	return ERR_OK;
}

enum { QUERY_PAIRS_MAX = 32 };

static enum err
decode_query(struct call *call)
{
	static const struct schema none = {.name = "NoParameters"};
	const struct route *route = call->route;
	const struct schema *schema = route->query != NULL ? route->query : &none;
	bool strict = call->dialect->strict_queries;
	struct query_pair pairs[QUERY_PAIRS_MAX];
	struct ctx *ctx = &call->ctx;
	const char *p = strchr(call->request->target, '?');
	size_t n = 0;

	if (route->query == NULL && !(strict && route->reply.list))
		return ERR_OK;
	for (p = p != NULL ? p + 1 : ""; *p != '\0'; p += *p == '&') {
		size_t length = strcspn(p, "&");
		size_t name = strcspn(p, "=&");
		char *key;
		char *value;
		size_t skip = name < length ? name + 1 : length;

		if (n == QUERY_PAIRS_MAX || !percent_decode(ctx->arena, p, name, true, &key) ||
		    !percent_decode(ctx->arena, p + skip, length - skip, true, &value))
			return fault(&ctx->fault, ERR_BAD_REQUEST, NULL,
				     "The query string is malformed");
		if (length > 0)
			pairs[n++] = (struct query_pair){key, value};
		p += length;
	}
	call->query = arena_alloc(ctx->arena, schema->size);
	return schema_decode_query(schema, ctx->arena, &ctx->fault, pairs, n, strict, call->query);
}

static bool
is_public(const struct call *call)
{
	return call->route->access == ACCESS_PUBLIC;
}

/* Within the limits of memory and threads of the worker. */
static enum err
admit(struct call *call)
{
	call->admitted = admission_enter(call->ctx.app->admission, is_public(call),
					 call->request->body.length);
	if (call->admitted)
		return ERR_OK;
	call->ctx.fault.retry_after_s = 1;
	return fault(&call->ctx.fault, ERR_UNAVAILABLE, NULL,
		     "The server is overloaded; try again");
}

static void
leave(struct call *call)
{
	if (call->admitted)
		admission_leave(call->ctx.app->admission, is_public(call),
				call->request->body.length);
}

static enum err
choose_format(struct call *call)
{
	const struct route_reply *reply = &call->route->reply;

	if (reply->renderings == NULL)
		return ERR_OK;
	if (!reply->is_file)
		return negotiate(&call->ctx.fault, call->request->headers[HEADER_ACCEPT],
				 reply->renderings, &call->rendering);
	call->rendering = reply->renderings;
	return ERR_OK;
}

/* The whole life of a request, in order. Each step may end it. */
static enum err
run(struct call *call)
{
	void *in = NULL;

	if (strlen(call->request->target) > TARGET_MAX)
		return fault(&call->ctx.fault, ERR_URI_TOO_LONG, NULL, NULL);
	if (cors_is_preflight(call))
		return cors_preflight(call);
	TRY(router_find(call->ctx.app->router, call));
	if (!requester_may_begin(call->ctx.requester))
		return fault(&call->ctx.fault, ERR_EXPIRED, NULL, NULL);
	TRY(admit(call));
	TRY(throttle(call));
	TRY(authenticate(call));
	TRY(throttle_user(call));
	if (call->route->allow.check != NULL)
		TRY(call->route->allow.check(call));
	TRY(decode_body(call, &in));
	TRY(decode_query(call));
	TRY(choose_format(call));
	if (call->route->prepare != NULL)
		TRY(call->route->prepare(call, in));
	TRY(execute(call, in));
	return call->refused ? call->ctx.fault.err : ERR_OK;
}

/* Run the action that the handler left for after its refusal; if that fails, the refusal stays. */
static void
after_refusal(struct call *call)
{
	struct fault refusal = call->ctx.fault;

	if (call->on_refusal == NULL)
		return;
	call->ctx.requester = NULL;
	if (call->on_refusal(call) != ERR_OK)
		log_event(LOG_LEVEL_ERROR, "on_refusal",
			  LOG_FIELDS({"detail", call->ctx.fault.detail, 0}));
	call->ctx.fault = refusal;
}

/* Space is made by somebody, not by waiting for a second. */
enum { FULL_RETRY_S = 30 };

static void
write_failure(struct call *call)
{
	struct fault *f = &call->ctx.fault;

	reply_failure(call);
	if (f->full && call->reply.status == 503) {
		storage_fill(call->ctx.app->storage);
		f->retry_after_s = FULL_RETRY_S;
	}
	if (f->allow != NULL)
		call_header(call, "Allow", f->allow);
	if (f->retry_after_s > 0)
		reply_number(call, "Retry-After", f->retry_after_s);
	else if (call->reply.status == 503 || call->reply.status == 429)
		call_header(call, "Retry-After", "1");
	if (call->reply.status == 401)
		call_header(call, "WWW-Authenticate", "Bearer");
}

static void
write_headers(struct call *call)
{
	call_header(call, "X-Request-Id", call->ctx.request_id);
	if (call->replayed)
		call_header(call, "Idempotent-Replayed", "true");
	if (call->limit > 0) {
		reply_number(call, "RateLimit-Limit", call->limit);
		reply_number(call, "RateLimit-Remaining", call->limit_left);
		reply_number(call, "RateLimit-Reset", call->limit_reset_s);
	}
	cors_headers(call);
}

/*
 * The web server's access log has every request under the same id. This one adds what it can't
 * know: why one failed, and which caller was refused.
 */
static enum log_level
level_of(int status, enum err err)
{
	if (err == ERR_EXPIRED)
		return LOG_LEVEL_INFO; /* mostly clients that have disconnected */
	if (status >= 500)
		return LOG_LEVEL_ERROR;
	return status == 401 || status == 403 || status == 409 || status == 429 ? LOG_LEVEL_INFO
										: LOG_LEVEL_DEBUG;
}

static void
count_call(const struct call *call, int64_t took_ns)
{
	struct metrics *metrics = call->ctx.app->metrics;
	size_t number = call->route != NULL ? call->route_number : route_number_of(call->dialect);

	metrics_count(metrics, METRIC_REQUESTS, number, metrics_status(call->reply.status), 1);
	metrics_observe(metrics, METRIC_REQUEST_SECONDS, number, took_ns);
	metrics_gauge_add(metrics, GAUGE_REQUESTS, -1);
}

static void
log_call(const struct call *call, int64_t took_us)
{
	const struct fault *f = &call->ctx.fault;
	enum log_level level = level_of(call->reply.status, f->err);
	const char *trace = call->ctx.trace.id; /* the last field: without one, there is none */

	if (f->err == ERR_OK) {
		log_event(level, "request",
			  LOG_FIELDS({"request_id", call->ctx.request_id, 0},
				     {"method", call->request->method, 0},
				     {"route", call->route != NULL ? call->route->path : "", 0},
				     {"status", NULL, call->reply.status}, {"us", NULL, took_us},
				     {trace[0] != '\0' ? "trace_id" : NULL, trace, 0}));
		return;
	}
	log_event(level, "request",
		  LOG_FIELDS({"request_id", call->ctx.request_id, 0},
			     {"method", call->request->method, 0},
			     {"route", call->route != NULL ? call->route->path : "", 0},
			     {"status", NULL, call->reply.status}, {"us", NULL, took_us},
			     {"code", err_code(f->err), 0}, {"detail", f->detail, 0},
			     {"file", f->file != NULL ? f->file : "", 0}, {"line", NULL, f->line},
			     {trace[0] != '\0' ? "trace_id" : NULL, trace, 0}));
}

/* A caller without a valid key learns that first, and no other errors. */
static enum err
settle_key(struct call *call, enum err err)
{
	struct fault refusal = call->ctx.fault;

	if (!call->ctx.who.unverified)
		return err;
	fault_clear(&call->ctx.fault);
	TRY(revalidate(call));
	call->ctx.fault = refusal;
	return err;
}

void
dispatch(const struct app *app, struct arena *arena, const struct request *request,
	 struct reply *reply)
{
	int64_t began_ns = clock_monotonic_ns();
	struct call *call = arena_alloc(arena, sizeof(*call));
	int64_t took_ns;
	enum err err;

	metrics_gauge_add(app->metrics, GAUGE_REQUESTS, 1);
	call->request = request;
	call->dialect = router_dialect(request->target);
	call->ctx.app = app;
	call->ctx.database = &app->database;
	call->ctx.arena = arena;
	call->ctx.now = app->now();
	call->ctx.requester = request->requester;
	text_copy(call->ctx.address, sizeof(call->ctx.address),
		  request->address != NULL ? request->address : "");
	choose_request_id(call);
	(void)trace_read(&call->ctx.trace, request->traceparent);
	err = run(call);
	if (err != ERR_OK)
		err = settle_key(call, err);
	call->ctx.fault.err = err;
	if (err != ERR_OK) {
		after_refusal(call);
		write_failure(call);
	}
	leave(call);
	write_headers(call);
	took_ns = clock_monotonic_ns() - began_ns;
	count_call(call, took_ns);
	log_call(call, took_ns / 1000);
	*reply = call->reply;
}
