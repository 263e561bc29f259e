/*
 * route.h - the rows that say what to do with a request.
 *
 * Authentication, validation, rate limits, transactions, idempotency, the envelope and the
 * OpenAPI document all come from the columns of a row; its handler only calls a use case of
 * app/.
 */
#ifndef API_ROUTE_H
#define API_ROUTE_H

#include "base/ctx.h"
#include "base/value.h"
#include "schema/schema.h"

struct config;

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

const char *method_text(enum method method);
const char *permission_text(unsigned permission);

#endif
