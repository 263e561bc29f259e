/*
 * route.h - rows that describe the routes.
 *
 * Authentication, validation, rate limits, transactions, idempotency, the envelope and the OpenAPI
 * document are all derived from the columns of a row; its handler only calls a use case of app/.
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
	ACCESS_OWNER,           /* one of these: as COOKIE, USER_OR_PROJECT or WALLET */
};

enum effect {
	EFFECT_NONE,  /* reads, or manages its own transactions */
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

/* Free actions that store data: limited per UTC day, by a setting each. */
enum daily {
	DAILY_NONE,
	DAILY_REGISTRATIONS, /* per client address */
	DAILY_COMPLAINTS,    /* these per user */
	DAILY_EXPORTS,
	DAILY_CREATIONS,
};

/* The cookie with an access token, where the access takes one. */
#define TOKEN_COOKIE "drop_token"

struct call;
struct rendering;

/* in and out are the structs of the route's tables; out is zeroed. */
typedef enum err handler(struct call *call, const void *in, void *out);
/* Fill out again, with the items that follow; clears call->unfinished with the last ones. */
typedef enum err continuation(struct call *call, void *out);
/* Work before the transaction begins, such as hashing a password; may store results in *in. */
typedef enum err preparation(struct call *call, void *in);
/* Work between two transactions, which may wait for an outside server. It leaves its result in
 * call->state, for finish: it can't fail, because the call was made. */
typedef void outside_call(struct call *call);

typedef enum err resumption(struct call *call, const void *in);

enum { OTHER_ERRORS_MAX = 6, OTHER_STATUSES_MAX = 2 };

/* Access rules in addition to access. */
struct route_allow {
	unsigned permission; /* enum permission that a wallet key needs */
	/* The request authenticates itself: checked before its body is parsed as JSON. */
	enum err (*check)(struct call *call);
	/* Whether the path exists: while false, the answer is 404. NULL: always. */
	bool (*enabled)(const struct config *config);
	bool open_by_setting; /* public if COWRY_OPEN_WALLET_PROVIDERS is set */
	bool enrols;          /* also for administrators who must enrol a second factor */
	bool revalidates;     /* the handler's first query checks that the API key is still valid */
};

/* How the body is read. */
struct route_body {
	const struct schema *raw; /* schema of a body that the handler parses itself; NULL: none */
	size_t bytes_max;         /* 0: BODY_MAX */
	size_t values_max;        /* JSON values; 0: VALUES_MAX */
	bool lenient;             /* sent by servers that we do not control */
	bool violations_are_400;  /* even if the dialect uses 422 for them */
};

/* A successful answer of another form: call->status is set to its status. */
struct other_answer {
	int status;               /* 0: there is none */
	const struct schema *out; /* of the same struct as the route's */
	const char *doc;
};

/* The format of a successful reply. */
struct route_reply {
	bool list;           /* out is a struct page */
	bool numbered;       /* its pages have numbers, from 1 */
	bool grows;          /* at its end: every page has a cursor (page_fill_growing) */
	bool no_envelope;    /* out is the whole body */
	bool redirects;      /* may answer with 302 instead */
	const char *message; /* if the envelope has one; NULL: the default */
	/* Called for the rest of an answer that the handler left unfinished (api/stream.h), with
	 * EFFECT_NONE only. The field of out that has the items is in_parts; what is known with the last
	 * of them comes after it. */
	continuation *more;
	/* Formats in addition to JSON (api/negotiate.h), ending with a row without type. */
	const struct rendering *renderings;
	bool is_file; /* the answer is the first of them, whatever is accepted, and never JSON */
	struct other_answer other;
};

struct route_limits {
	enum rate rate;
	int64_t per_address; /* calls per client address and minute; 0: unlimited */
	int64_t per_user;    /* calls per user and minute; 0: unlimited */
	enum daily daily;
};

/* EFFECT_CALL: the steps between the two transactions, and after. */
struct route_outside {
	outside_call *call; /* runs after handle, if that set call->state */
	handler *finish;    /* in the second transaction */
	/* Replaces handle for a repeated Idempotency-Key whose first request did not finish:
	 * sets call->state from call->opened, so that call and finish continue with the same. */
	resumption *resume;
	/* EFFECT_POST: requests that are EFFECT_CALL nevertheless. NULL: none. */
	bool (*wanted)(const void *in);
};

/* For the OpenAPI document: facts that the other columns do not contain. */
struct route_docs {
	const char *tag;                  /* one of the dialect's tags */
	int errors[OTHER_ERRORS_MAX];     /* additional error statuses */
	int statuses[OTHER_STATUSES_MAX]; /* additional success statuses */
	bool not_found;                   /* 404, although the path has no parameter */
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
	/* A list or a report, for which a replica's data will do (COWRY_DATABASE_READ_URL); never
	 * what decides about anything, and only with EFFECT_NONE. */
	bool stale;
	bool dry_run; /* takes dryRun */
	bool alone;   /* no other request of the account runs at the same time */
	/* An Idempotency-Key is ignored: the answer sets a cookie, which must not be stored, or
	 * the request has another idempotency mechanism. */
	bool ignores_key;
	/* EFFECT_POST: it posts one transaction, and does nothing else. A repetition is posted again, which
	 * gives the first answer: only its status is stored with an Idempotency-Key (ledger_key). */
	bool answers_from_ledger;
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
	bool is_end; /* the last one, although the list grows and goes on from its cursor */
	int64_t limit;
	int64_t number; /* from 1; 0: requested by cursor, not counted */
	int64_t total;  /* items on all pages */
};

const char *method_text(enum method method);
const char *permission_text(unsigned permission);

#endif
