/*
 * dispatch.h - one call from request to reply, and the functions that handlers use.
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
	struct ctx ctx; /* first: this is passed to the use cases */
	const struct request *request;
	const struct dialect *dialect;
	const struct route *route; /* NULL until found */
	size_t route_number;       /* route_number.h */
	struct path_value params[PARAMS_MAX];
	void *query;
	const struct rendering *rendering; /* the requested format; NULL: JSON */
	unsigned char key_digest[32];      /* of an API key that is not verified yet */
	bool by_cookie;  /* the browser may have added the credential automatically */
	bool dry_run;    /* dryRun: decide, but change nothing */
	bool admitted;   /* counted as concurrent work */
	int status;      /* of success; default: the route's */
	bool replayed;   /* the answer of an earlier request */
	bool unfinished; /* out has the first items only; the route's reply.more gives the others */
	void *state; /* EFFECT_CALL: set by handle for outside and finish; NULL: nothing to call */
	/* EFFECT_CALL: the id of what handle opened, in addition to state; kept with the
	 * Idempotency-Key. */
	const char *opened;
	int posted; /* status of the first answer, which is given again; 0: this is the first one */
	bool refused;   /* the changes are committed, but the answer is the fault */
	bool unsettled; /* and the outcome is unknown: the key continues with what was opened */
	size_t headers_before; /* of the reply, before the handler ran */
	/* Called after a refused call was rolled back: what must be done although it was
	 * refused. */
	enum err (*on_refusal)(struct call *call);
	int64_t refused_session;
	int64_t limit; /* calls allowed by the key or the route in its period; 0: unlimited */
	int64_t limit_left;
	int64_t limit_reset_s; /* until the period restarts */
	struct reply reply;
};

/*
 * Answer with the fault in call->ctx, but commit the changes of the handler: a counted attempt, a
 * failed order. At the end of a handler: return call_refuse(call).
 */
enum err call_refuse(struct call *call);
/* The same at the end of finish, if it is unknown whether what was opened was done: a repetition
 * with the same Idempotency-Key asks again. */
enum err call_refuse_unsettled(struct call *call);
/* Convert an id to the form of call->opened, and back. */
const char *call_id(struct call *call, struct uuid id);
struct uuid call_opened_id(const struct call *call);
/* Add a header to the answer, for successes and errors. The name is a constant. */
void call_header(struct call *call, const char *name, const char *value);
/* Answer with 302 to a URL and no body. */
void call_redirect(struct call *call, const char *url);
/* A cookie of the request, or NULL. */
const char *call_cookie(struct call *call, const char *name);

/* The HTTP status of the fault of a call, in its dialect. */
int fault_status(const struct call *call);

/* Answer a request. Never fails; everything it allocates is in the arena. */
void dispatch(const struct app *app, struct arena *arena, const struct request *request,
	      struct reply *reply);

#endif
