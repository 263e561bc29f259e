/* The whole life of a request, top to bottom, in run(). */
#include <stdio.h>
#include <string.h>

#include "api/auth.h"
#include "api/call.h"
#include "api/idempotency.h"
#include "api/negotiate.h"
#include "api/router.h"
#include "base/arena.h"
#include "base/log.h"
#include "db/db.h"
#include "json/reader.h"

/* What the transaction of a call needs. */
struct work {
	struct call *call;
	void *in;
	bool keyed; /* there is an Idempotency-Key */
};

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

static void
add_number(struct call *call, const char *name, int64_t value)
{
	call_header(call, name, arena_printf(call->ctx.arena, "%lld", (long long)value));
}

/* A caller's request id is kept if it can't do harm; otherwise the call gets one. */
static void
choose_request_id(struct call *call)
{
	const char *id = call->request->request_id;
	size_t length = id != NULL ? strlen(id) : 0;

	if (length >= 1 && length < REQUEST_ID_MAX &&
	    id[strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")] ==
		    '\0')
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

static enum err
check_size(struct call *call)
{
	size_t most = call->route->body_max > 0 ? call->route->body_max : BODY_MAX;

	if (call->request->body_too_large || call->request->body.length > most)
		return fault(&call->ctx.fault, ERR_BODY_TOO_LARGE, NULL,
			     "The body is larger than %zu KiB", most / 1024);
	return ERR_OK;
}

/* The body as the route's struct. A route whose fields are all optional takes an empty body. */
static enum err
decode_body(struct call *call, void **in)
{
	const struct request *request = call->request;
	struct ctx *ctx = &call->ctx;
	struct json_object *body = NULL;
	struct json_object *rehearse;
	bool present;
	const char *text = request->body.data;
	size_t length = request->body.length;

	TRY(check_size(call));
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
	TRY(json_read(ctx->arena, &ctx->fault, text, length, &body));
	if (json_kind(body) != JSON_OBJECT)
		return fault(&ctx->fault, ERR_MALFORMED, NULL, "The body must be a JSON object");
	*in = arena_alloc(ctx->arena, call->route->in->size);
	TRY(schema_decode(call->route->in, ctx->arena, &ctx->fault, body, *in));
	if (call->route->rehearses) {
		rehearse = json_member(body, "dryRun", &present);
		call->rehearse =
			present && json_kind(rehearse) == JSON_BOOL && json_bool_value(rehearse);
	}
	return ERR_OK;
}

enum { QUERY_PAIRS_MAX = 32 };

static enum err
decode_query(struct call *call)
{
	struct query_pair pairs[QUERY_PAIRS_MAX];
	struct ctx *ctx = &call->ctx;
	const char *p = strchr(call->request->target, '?');
	size_t n = 0;

	if (call->route->query == NULL)
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
	call->query = arena_alloc(ctx->arena, call->route->query->size);
	return schema_decode_query(call->route->query, ctx->arena, &ctx->fault, pairs, n,
				   call->query);
}

/* Put the envelope around out. */
static enum err
write_reply(struct call *call, const void *out)
{
	struct jw w;

	call->reply.status = call->status;
	if (call->status == 204 || call->status == 302)
		return ERR_OK;
	if (call->rendering != NULL) {
		call->reply.content_type =
			text_starts_with(call->rendering->type, "text/")
				? arena_printf(call->ctx.arena, "%s; charset=utf-8",
					       call->rendering->type)
				: call->rendering->type;
		return call->rendering->write(call, out, &call->reply.body);
	}
	jw_init(&w, call->ctx.arena, 512);
	call->dialect->write_ok(&w, call, out);
	if (!jw_finish(&w, &call->reply.body))
		return fault(&call->ctx.fault, ERR_INTERNAL, NULL, NULL);
	return ERR_OK;
}

/* Run the handler or what finishes a call, and write the reply unless more is to come. */
static enum err
handle(struct call *call, handler *function, const void *in)
{
	const struct route *route = call->route;
	size_t size = route->list ? sizeof(struct page) : route->out != NULL ? route->out->size : 1;
	void *out = arena_alloc(call->ctx.arena, size);
	size_t headers = call->reply.header_count;
	enum err err;

	call->status = route->status;
	call->replayed = false;
	call->refused = false;
	err = function(call, in, out);
	if (err != ERR_OK)
		call->reply.header_count = headers;
	TRY(err);
	if (call->refused || (call->state != NULL && function != route->finish))
		return ERR_OK;
	return write_reply(call, out);
}

/* The handler, and around it what an idempotency key asks for. May run again. */
static enum err
handle_in_transaction(struct ctx *ctx, void *arg)
{
	struct work *work = arg;
	struct call *call = work->call;
	bool replayed = false;

	(void)ctx;
	if (work->keyed)
		TRY(idempotency_begin(call, &replayed));
	if (replayed)
		return ERR_OK;
	call->state = NULL;
	TRY(handle(call, call->route->handle, work->in));
	if (!work->keyed || call->refused)
		return ERR_OK;
	return call->state != NULL ? idempotency_reserve(call) : idempotency_end(call);
}

static enum err
finish_in_transaction(struct ctx *ctx, void *arg)
{
	struct work *work = arg;
	struct call *call = work->call;

	(void)ctx;
	TRY(handle(call, call->route->finish, work->in));
	if (!work->keyed)
		return ERR_OK;
	return call->refused ? idempotency_release(call) : idempotency_end(call);
}

/* Record what is to be done, do it outside of any transaction, and take down what came of it. */
static enum err
run_outside(struct call *call, struct work *work)
{
	TRY(db_transact(&call->ctx, handle_in_transaction, work));
	if (call->state == NULL || call->refused)
		return ERR_OK;
	call->route->outside(call);
	return db_transact(&call->ctx, finish_in_transaction, work);
}

static bool
calls_outside(const struct route *route, const void *in)
{
	return route->effect == EFFECT_CALL || (route->calls != NULL && route->calls(in));
}

static enum err
run_handler(struct call *call, void *in)
{
	struct work work = {call, in, false};
	bool outside = calls_outside(call->route, in);

	TRY(idempotency_wanted(call, &work.keyed));
	if (call->rehearse || work.keyed || outside)
		TRY(prove(call));
	if (call->rehearse)
		return db_rehearse(&call->ctx, handle_in_transaction, &work);
	if (outside)
		return run_outside(call, &work);
	if (work.keyed || call->route->effect == EFFECT_WRITE)
		return db_transact(&call->ctx, handle_in_transaction, &work);
	TRY(handle(call, call->route->handle, in));
	return prove(call);
}

/* The whole life of a request, in order. Each step may end it. */
static enum err
run(struct call *call)
{
	void *in = NULL;

	if (strlen(call->request->target) > TARGET_MAX)
		return fault(&call->ctx.fault, ERR_URI_TOO_LONG, NULL, NULL);
	TRY(router_find(call->ctx.app->router, call));
	TRY(throttle(call));
	TRY(authenticate(call));
	TRY(throttle_user(call));
	TRY(decode_body(call, &in));
	TRY(decode_query(call));
	if (call->route->renderings != NULL)
		TRY(negotiate(&call->ctx.fault, call->request->headers[HEADER_ACCEPT],
			      call->route->renderings, &call->rendering));
	if (call->route->prepare != NULL)
		TRY(call->route->prepare(call, in));
	TRY(run_handler(call, in));
	return call->refused ? call->ctx.fault.err : ERR_OK;
}

/* What a broken constraint means to a client; any other is a bug of ours. */
static const struct {
	const char *constraint;
	enum err err;
	const char *message;
} conflicts[] = {
	{"users_email_key_key", ERR_CONFLICT, "The e-mail address is taken"},
	{"users_phone", ERR_CONFLICT, "The phone number is taken"},
	{"users_document", ERR_CONFLICT, "The identity document is registered already"},
	{"merchant_org_number", ERR_CONFLICT, "A business with this number is registered already"},
	{"merchant_user_id_key", ERR_CONFLICT, "You are a merchant already"},
	{"platform_account_user_id_key", ERR_CONFLICT, "You have a platform account already"},
	{"project_slug", ERR_CONFLICT, "You have a project with this slug already"},
	{"project_account_reference", ERR_CONFLICT,
	 "The project has an account with this reference already"},
	{"chart_code_key", ERR_CONFLICT, "There is an account with this code already"},
	{"easypay_settlement_external", ERR_DUPLICATE_REFERENCE,
	 "The transaction_id was used with other content"},
	{"transaction_reference", ERR_DUPLICATE_REFERENCE, NULL},
	{"transaction_reverses_key", ERR_ALREADY_REVERSED, NULL},
	{"hold_reference", ERR_DUPLICATE_REFERENCE, NULL},
	{"payment_reference", ERR_DUPLICATE_REFERENCE, NULL},
	{"payment_provider_reference", ERR_DUPLICATE_REFERENCE, NULL},
	{"bank_payment_reference", ERR_DUPLICATE_REFERENCE, NULL},
	{"idempotency_pkey", ERR_IDEMPOTENCY_RUNNING, NULL},
};

static void
translate_conflict(struct fault *f)
{
	if (f->constraint[0] == '\0')
		return;
	for (size_t i = 0; i < sizeof(conflicts) / sizeof(conflicts[0]); i++)
		if (strcmp(conflicts[i].constraint, f->constraint) == 0) {
			f->err = conflicts[i].err;
			(void)snprintf(f->message, sizeof(f->message), "%s",
				       conflicts[i].message != NULL ? conflicts[i].message
								    : err_message(f->err));
			return;
		}
	f->err = ERR_INTERNAL;
	(void)snprintf(f->message, sizeof(f->message), "%s", err_message(ERR_INTERNAL));
}

int
fault_status(const struct call *call)
{
	const struct dialect *dialect = call->dialect;

	if (call->ctx.fault.err == ERR_VALIDATION && call->route != NULL &&
	    call->route->bad_request)
		return 400;
	return dialect->status != NULL ? dialect->status(&call->ctx.fault)
				       : err_status(call->ctx.fault.err);
}

/* Do what the handler left for after its refusal; if that fails, the refusal stands all the same. */
static void
after_refusal(struct call *call)
{
	struct fault refusal = call->ctx.fault;

	if (call->on_refusal == NULL)
		return;
	if (call->on_refusal(call) != ERR_OK)
		log_event(LOG_LEVEL_ERROR, "on_refusal",
			  LOG_FIELDS({"detail", call->ctx.fault.detail, 0}));
	call->ctx.fault = refusal;
}

static void
write_failure(struct call *call)
{
	struct fault *f = &call->ctx.fault;
	struct jw w;

	translate_conflict(f);
	call->reply.status = fault_status(call);
	call->reply.content_type = NULL;
	jw_init(&w, call->ctx.arena, 512);
	call->dialect->write_fail(&w, call);
	if (!jw_finish(&w, &call->reply.body))
		call->reply.body = (struct bytes){"{}", 2};
	if (f->allow != NULL)
		call_header(call, "Allow", f->allow);
	if (f->retry_after_s > 0)
		add_number(call, "Retry-After", f->retry_after_s);
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
		add_number(call, "RateLimit-Limit", call->limit);
		add_number(call, "RateLimit-Remaining", call->limit_left);
		add_number(call, "RateLimit-Reset", call->limit_reset_s);
	}
}

/*
 * The web server's access log has every request under the same id. Here stands what it can't
 * know: why one failed, and who was refused.
 */
static enum log_level
level_of(int status)
{
	if (status >= 500)
		return LOG_LEVEL_ERROR;
	return status == 401 || status == 403 || status == 409 || status == 429 ? LOG_LEVEL_INFO
										: LOG_LEVEL_DEBUG;
}

static void
log_call(const struct call *call, int64_t began_ns)
{
	const struct fault *f = &call->ctx.fault;
	int64_t took_us = (clock_monotonic_ns() - began_ns) / 1000;
	enum log_level level = level_of(call->reply.status);

	if (f->err == ERR_OK) {
		log_event(level, "request",
			  LOG_FIELDS({"request_id", call->ctx.request_id, 0},
				     {"method", call->request->method, 0},
				     {"route", call->route != NULL ? call->route->path : "", 0},
				     {"status", NULL, call->reply.status}, {"us", NULL, took_us}));
		return;
	}
	log_event(level, "request",
		  LOG_FIELDS({"request_id", call->ctx.request_id, 0},
			     {"method", call->request->method, 0},
			     {"route", call->route != NULL ? call->route->path : "", 0},
			     {"status", NULL, call->reply.status}, {"us", NULL, took_us},
			     {"code", err_code(f->err), 0}, {"detail", f->detail, 0},
			     {"file", f->file != NULL ? f->file : "", 0}, {"line", NULL, f->line}));
}

/* Who has no good key learns that, and not what else was wrong. */
static enum err
settle_key(struct call *call, enum err err)
{
	struct fault refusal = call->ctx.fault;

	if (!call->ctx.who.unproven)
		return err;
	fault_clear(&call->ctx.fault);
	TRY(prove(call));
	call->ctx.fault = refusal;
	return err;
}

void
dispatch(const struct app *app, struct arena *arena, const struct request *request,
	 struct reply *reply)
{
	int64_t began_ns = clock_monotonic_ns();
	struct call *call = arena_alloc(arena, sizeof(*call));
	enum err err;

	call->request = request;
	call->dialect = router_dialect(request->target);
	call->ctx.app = app;
	call->ctx.arena = arena;
	call->ctx.now = app->now();
	(void)snprintf(call->ctx.address, sizeof(call->ctx.address), "%s",
		       request->address != NULL ? request->address : "");
	choose_request_id(call);
	err = run(call);
	if (err != ERR_OK)
		err = settle_key(call, err);
	call->ctx.fault.err = err;
	if (err != ERR_OK) {
		after_refusal(call);
		write_failure(call);
	}
	write_headers(call);
	log_call(call, began_ns);
	*reply = call->reply;
}
