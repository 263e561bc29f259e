/*
 * dispatch.h - one call on its way from request to reply, and what handlers may say about it.
 */
#ifndef API_DISPATCH_H
#define API_DISPATCH_H

#include "api/dialect.h"
#include "api/request.h"
#include "api/route.h"
#include "base/ctx.h"

/* A part of the path that a route names. */
struct path_value {
	const char *text;
	struct uuid id;
};

struct call {
	struct ctx ctx; /* first: what the use cases are given */
	const struct request *request;
	const struct dialect *dialect;
	const struct route *route; /* NULL until it is found */
	struct path_value params[PARAMS_MAX];
	void *query;
	const struct rendering *rendering; /* the form that the client wants; NULL: JSON */
	unsigned char key_digest[32];      /* of an API key that is yet to be proven */
	bool by_cookie;                    /* a browser may have sent the credential by itself */
	bool dry_run;                      /* dryRun: decide, but change nothing */
	bool admitted;                     /* it counts among what is under work */
	int status;    /* of success; the route's unless the handler says otherwise */
	bool replayed; /* the answer of an earlier request */
	void *state; /* EFFECT_CALL: what handle leaves for outside and finish; NULL: all is done */
	/* EFFECT_CALL: the id of what handle opened, beside state; kept with the Idempotency-Key. */
	const char *opened;
	bool refused;   /* what was done is committed, but the answer is the fault */
	bool unsettled; /* and how it ends is not known: the key goes on with what was opened */
	size_t headers_before; /* of the reply, before the handler ran */
	/* Done once a refused call has rolled back: what must happen although it was refused. */
	enum err (*on_refusal)(struct call *call);
	int64_t refused_session;
	int64_t limit; /* calls that the key or the route may make in its time; 0: any number */
	int64_t limit_left;
	int64_t limit_reset_s; /* until it starts anew */
	struct reply reply;
};

/*
 * The fault that stands in call->ctx is the answer, but what the handler did is committed: an attempt
 * that was counted, an order that failed. For the end of a handler: return call_refuse(call).
 */
enum err call_refuse(struct call *call);
/* The same for the end of finish, where nobody knows whether what was opened was done: a repetition
 * with the same Idempotency-Key asks again. */
enum err call_refuse_unsettled(struct call *call);
/* An id as call->opened has it, and back. */
const char *call_id(struct call *call, struct uuid id);
struct uuid call_opened_id(const struct call *call);
/* Add a header to the answer, whatever becomes of the call. The name is a constant. */
void call_header(struct call *call, const char *name, const char *value);
/* Answer with 302 to a URL and no body. */
void call_redirect(struct call *call, const char *url);
/* A cookie of the request, or NULL. */
const char *call_cookie(struct call *call, const char *name);

/* The HTTP status of the fault of a call, as its dialect has it. */
int fault_status(const struct call *call);

/* Answer a request. Never fails; everything it makes lives in the arena. */
void dispatch(const struct app *app, struct arena *arena, const struct request *request,
	      struct reply *reply);

#endif
