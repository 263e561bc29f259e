/*
 * call.h - one request on its way through dispatch, and the rows that say what to do with it.
 *
 * A route is a row of a const table. Authentication, validation, rate limits,
 * transactions, idempotency, the envelope and the OpenAPI document all come from
 * its columns; the handler only calls a use case of app/.
 */
#ifndef API_CALL_H
#define API_CALL_H

#include "base/ctx.h"
#include "base/text.h"
#include "schema/schema.h"

enum method { GET, POST, PUT, PATCH, DELETE, METHOD_COUNT };

enum access {
	ACCESS_PUBLIC,
	ACCESS_USER,            /* an access token */
	ACCESS_USER_OR_KEY,     /* an access token or a personal API key */
	ACCESS_ADMIN,           /* an access token of an administrator */
	ACCESS_PROJECT_KEY,     /* a project's API key */
	ACCESS_USER_OR_PROJECT, /* an access token or a project's API key */
	ACCESS_WALLET,          /* an access token, or a wallet key with the route's permission */
	ACCESS_COOKIE,          /* an access token, as Bearer or in the cookie of Drop */
};

enum effect {
	EFFECT_NONE,  /* reads, or looks after its own transactions */
	EFFECT_WRITE, /* the handler runs in one database transaction */
	EFFECT_POST,  /* plain postings: group commit, or one transaction with an idempotency key */
	EFFECT_CALL,  /* handle in one transaction, outside in none, finish in a second one */
};

/* What a wallet key may do; bits. */
enum permission { PERMIT_READ = 1, PERMIT_DEPOSIT = 2, PERMIT_TRANSFER = 4 };

enum rate {
	RATE_NONE,
	RATE_SIGN_IN, /* sign-in, registration, codes and tokens: per client address and minute */
};

/* What costs who does it nothing and is kept: limited a UTC day, by a setting each. */
enum daily {
	DAILY_NONE,
	DAILY_REGISTRATIONS, /* per client address */
	DAILY_COMPLAINTS,    /* these per person */
	DAILY_EXPORTS,
	DAILY_CREATIONS,
};

/* The cookie with an access token of ACCESS_COOKIE. */
#define TOKEN_COOKIE "drop_token"

struct call;
struct rendering;

/* in and out are the structs of the route's tables; out is zeroed. */
typedef enum err handler(struct call *call, const void *in, void *out);
/* Work before the transaction begins, such as hashing a password; may note things in *in. */
typedef enum err preparation(struct call *call, void *in);
/* Work between two transactions, which may wait for somebody else's server. What it learns it
 * leaves in call->state, for finish: a call that was made has no way to fail. */
typedef void outside_call(struct call *call);

typedef enum err resumption(struct call *call, const void *in);

enum { OTHER_ERRORS_MAX = 6, OTHER_STATUSES_MAX = 2 };

/* Who may call, beside what access says. */
struct route_allow {
	unsigned permission; /* enum permission that a wallet key needs */
	/* The request itself says who calls: asked before its body is read as JSON. */
	enum err (*check)(struct call *call);
	/* Whether the path exists at all: while it says no, the answer is 404. NULL: always. */
	bool (*enabled)(const struct config *config);
	bool open_by_setting; /* COWRY_OPEN_WALLET_PROVIDERS lets everybody in */
	bool revalidates;     /* the handler's first query checks that the API key is still good */
};

/* What is read of the body. */
struct route_body {
	const struct schema *raw; /* what the handler reads of the bytes itself; NULL: nothing */
	size_t bytes_max;         /* 0: BODY_MAX */
	size_t values_max;        /* JSON values; 0: VALUES_MAX */
	bool lenient;             /* written by servers that we do not control */
	bool violations_are_400;  /* also where the dialect has 422 for them */
};

/* The form of a successful reply. */
struct route_reply {
	bool list;           /* out is a struct page */
	bool numbered;       /* its pages have numbers, from 1 */
	bool no_envelope;    /* out is the whole body */
	bool redirects;      /* may answer with 302 instead */
	const char *message; /* where the envelope has one; NULL: the usual */
	/* Forms beside JSON (api/negotiate.h), ending with a row without type. */
	const struct rendering *renderings;
};

struct route_limits {
	enum rate rate;
	int64_t per_address; /* calls of one client address a minute; 0: any number */
	int64_t per_user;    /* calls of one person a minute; 0: any number */
	enum daily daily;
};

/* EFFECT_CALL: what happens between the two transactions, and after. */
struct route_outside {
	outside_call *call; /* follows handle, if that set call->state */
	handler *finish;    /* in the second transaction */
	/* In the place of handle for a repeated Idempotency-Key whose first request did not end: set
	 * call->state from call->opened, so that call and finish go on with the same. */
	resumption *resume;
	/* EFFECT_POST: which requests are EFFECT_CALL all the same. NULL: none. */
	bool (*wanted)(const void *in);
};

/* For the OpenAPI document: what the other columns do not tell. */
struct route_docs {
	const char *tag;                  /* one of the dialect's tags */
	int errors[OTHER_ERRORS_MAX];     /* further statuses of refusals */
	int statuses[OTHER_STATUSES_MAX]; /* further statuses of the reply */
	bool not_found;                   /* 404, although the path names nothing */
};

struct route {
	enum method method;
	const char *path; /* "/v1/wallets/{id}": ids are UUIDs; "{type:word}" is any segment */
	const char *summary;
	const char *doc;
	handler *handle;
	const struct schema *in;    /* the body; NULL: none */
	const struct schema *query; /* query parameters; NULL: none */
	const struct schema *out;   /* the reply, or one item of it in a list */
	int status;                 /* of success */
	enum access access;
	enum effect effect;
	bool dry_run; /* takes dryRun */
	/* An Idempotency-Key is ignored: the answer sets a cookie, which is not for keeping, or callers
	 * have another way to say that a request is the same. */
	bool ignores_key;
	preparation *prepare;
	struct route_allow allow;
	struct route_limits limits;
	struct route_body body;
	struct route_reply reply;
	struct route_outside outside;
	struct route_docs docs;
};

enum {
	BODY_MAX = 64 * 1024,
	VALUES_MAX = 8192,
	BULK_BODY_MAX = 512 * 1024,
	BULK_VALUES_MAX = 65536,
	WEBHOOK_BODY_MAX = 1024 * 1024,
	PARAMS_MAX = 4,
	TARGET_MAX = 4096
};

/* A page of a list: the handler fills it, by page_fill() or page_fill_numbered(). */
struct page {
	struct list items;
	const char *next_cursor; /* NULL: this is the last page, or the order has no cursor */
	int64_t limit;
	int64_t number; /* from 1; 0: it was asked for by cursor, and nobody counted */
	int64_t total;  /* items on all pages */
};

/* Headers beyond those that every request is asked for. */
enum request_header {
	HEADER_ACCEPT, /* asked for where a route has several forms of its answer */
	HEADER_COOKIE,
	HEADER_ORIGIN,
	HEADER_FETCH_SITE,     /* Sec-Fetch-Site: a browser sent it */
	HEADER_REQUEST_METHOD, /* Access-Control-Request-Method: it asks before it sends another */
	HEADER_PAYSTACK_SIGNATURE,
	HEADER_FLUTTERWAVE_HASH,
	HEADER_PAGA_SIGNATURE,
	HEADER_FINGRA_SIGNATURE,
	HEADER_EASYPAY_SIGNATURE,
	HEADER_COUNT
};

/* What the web server handed over. Absent headers are NULL. */
struct request {
	const char *method;
	const char *target; /* raw request URI */
	const char *content_type;
	const char *content_encoding;
	const char *authorization;
	const char *api_key;
	const char *idempotency_key;
	const char *request_id;
	const char *address;
	const char *headers[HEADER_COUNT];
	bool repeated_credentials; /* an authentication header came twice */
	bool contradicting_keys; /* Idempotency-Key and X-Idempotency-Key do not all say the same */
	struct bytes body;
	bool body_too_large;               /* the body was not read */
	bool body_incomplete;              /* likewise, since there is less than was announced */
	const struct requester *requester; /* NULL: nobody can be asked whether they still wait */
};

enum { REPLY_HEADERS_MAX = 20 };

struct reply {
	int status;
	const char *content_type; /* of body; NULL: JSON */
	struct bytes body;        /* empty for 204 and redirects */
	size_t header_count;
	struct {
		const char *name;
		const char *value;
	} headers[REPLY_HEADERS_MAX];
};

/* A part of the path that a route names. */
struct path_value {
	const char *text;
	struct uuid id;
};

struct dialect;

/* A member of an object, for the documentation; type as JSON Schema names it. */
struct property {
	const char *name;
	const char *type;
	const char *constant; /* as JSON; NULL: any value of the type */
	bool optional;        /* not always there */
};

/* A group of routes in the documentation. */
struct tag {
	const char *name;
	const char *doc;
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
 * A dialect: how one API shows what all share. write_ok gets the out struct of the
 * route (a struct page for lists, NULL for none).
 */
struct dialect {
	const char *name;
	const char *title;
	const char *version;
	const char *doc;
	const char *implied; /* first segment that may be left out of paths; NULL: none */
	const struct route *const
		*groups;        /* tables of routes, each ending with a row without path */
	const struct tag *tags; /* ends with a row without name; NULL: none */
	enum amount_style amounts;
	void (*write_ok)(struct jw *w, const struct call *call, const void *out);
	void (*write_fail)(struct jw *w, const struct call *call);
	/* Status of an error where it is not the catalogue's. */
	int (*status)(const struct fault *f);
	/* The envelope around out as JSON Schema, or as an example, for the documentation. */
	void (*describe_ok)(struct jw *w, const struct dialect *dialect, const struct route *route,
			    bool example, const char *name);
	/* What write_fail writes: members of simple types, ending with a row without name, and the
	 * name of the list of violations (NULL: none), each with or without a code. */
	const struct property *error;
	const char *violations;
	bool violation_codes;
	bool unprocessable; /* a broken rule is 422 */
};

/* All dialects; ends with NULL. */
extern const struct dialect *const dialects[];
const struct dialect *dialect_find(const char *name);

const char *method_text(enum method method);
const char *permission_text(unsigned permission);
/* The name of a header, lower case, and the header with a name, or NULL. */
const char *header_name(enum request_header header);
const char *request_header(const struct request *request, const char *name);

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
