/*
 * call.h - one call to a fake provider, and the definition of a fake provider. Inside of sandbox/
 * only.
 */
#ifndef SANDBOX_CALL_H
#define SANDBOX_CALL_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "sandbox/control.h"
#include "sandbox/form.h"
#include "sandbox/orders.h"
#include "sandbox/records.h"
#include "sandbox/request_log.h"
#include "sandbox/sandbox.h"
#include "sandbox/secrets.h"
#include "sandbox/timer.h"
#include "sandbox/webhook_sender.h"
#include "json/writer.h"

struct bank_book;
struct google;
struct json_object;

enum { FAKE_PROVIDERS = 9 };

struct sandbox {
	const struct config *config;
	struct arena *memory; /* of equal lifetime */
	const char *base;     /* its address, without a slash at the end */
	struct secrets secrets;
	struct control *control;
	struct request_log *request_log;
	struct orders *orders;
	struct records *records;
	struct timer *timer;
	struct webhook_sender *sender;
	struct google *google;
	struct bank_book *bank;
	pthread_mutex_t mutex;
	pthread_cond_t woken;
	bool stop;
	int64_t resets[FAKE_PROVIDERS]; /* delayed calls wait until the next one */
};

struct sandbox_call {
	struct sandbox *box;
	struct arena *arena;
	const struct fake_provider *fake;
	int provider; /* the fake provider's number */
	const struct sandbox_request *request;
	const char *method;
	const char *path; /* after the fake provider's name, without the query */
	const char *query_text;
	struct form query;
	struct form form;         /* of a form that was posted */
	struct json_object *body; /* of JSON that was posted, or NULL */
	const char *key;          /* what it is authorised with */
	const char *param;        /* the value of {} in the route's path */
	int64_t order;            /* of the order that it made; 0: none */
	struct sandbox_reply *reply;
};

struct fake_route {
	const char *method;
	const char *path; /* "/transfer/verify/{}" */
	void (*handle)(struct sandbox_call *call);
};

/* A failure of a fake provider that is unrelated to the request. */
enum trouble { TROUBLE_BODY, TROUBLE_PATH, TROUBLE_REFUSED, TROUBLE_BROKEN };
enum { TROUBLES = TROUBLE_BROKEN + 1 };

struct refusal {
	int status;
	int64_t code; /* where the provider has codes of its own */
	const char *message;
};

/* How a provider refuses, where a table can say it. */
struct refusals {
	/* Set call->key; false if there is none. */
	bool (*take_key)(struct sandbox_call *call);
	void (*write)(struct sandbox_call *call, const struct refusal *refusal);
	struct refusal without_key;
	struct refusal of[TROUBLES];
};

struct fake_provider {
	const char *name;
	const struct fake_route *routes; /* end with an empty one */
	const struct refusals *refusals; /* NULL: admit and trouble say it */
	/* Whether the call is authorised; else it has answered like the real one. Sets
	 * call->key. */
	bool (*admit)(struct sandbox_call *call);
	/* Answer like the real one on an error. */
	void (*trouble)(struct sandbox_call *call, enum trouble trouble);
	/* The webhook about the state of an order; NULL: there are none. */
	void (*report)(struct sandbox *box, struct arena *arena, const struct order *order,
		       struct webhook *out);
};

extern const struct fake_provider fake_paystack;
extern const struct fake_provider fake_flutterwave;
extern const struct fake_provider fake_paga;
extern const struct fake_provider fake_fingra;
extern const struct fake_provider fake_google;
extern const struct fake_provider fake_flash;
extern const struct fake_provider fake_mobilemart;
extern const struct fake_provider fake_easypay;
extern const struct fake_provider fake_bank;

/* All of them, by number; names end with NULL. */
extern const struct fake_provider *const fakes[FAKE_PROVIDERS];
extern const char *const fake_provider_names[FAKE_PROVIDERS + 1];

/* Whether the call is authorised; else it has been refused. */
bool call_admit(struct sandbox_call *call);
/* Answer with an error, like the real provider. */
void call_trouble(struct sandbox_call *call, enum trouble trouble);
/* Execute the call, with the active faults; entry is the request log's. */
void call_perform(struct sandbox_call *call, int64_t entry);
/* Parse the body by its content type; an empty body is accepted, a malformed one is not. */
bool call_read_body(struct sandbox_call *call) MUST_CHECK;
/* A CGI variable; NULL if it is absent or empty. */
const char *call_variable(const struct sandbox_call *call, const char *name);
/* Take the key from "Authorization: Bearer"; false if there is none. */
bool call_bearer(struct sandbox_call *call);
/* A member of the JSON body as text: of a text, or the digits of a number; else NULL. */
const char *call_text(const struct sandbox_call *call, const char *name);
const char *object_text(struct json_object *object, const char *name);
/* An object member, or NULL. */
struct json_object *object_member(struct json_object *object, const char *name);
/* An amount in major units of a currency, greater than 0. */
bool amount_read(struct money *out, const char *text, const char *currency) MUST_CHECK;

/* Continue the delayed calls of a fake provider, or of all. */
void sandbox_wake(struct sandbox *box, int provider);

/* Answer with what was written. */
void reply_json(struct sandbox_call *call, int status, struct jw *w);
/* Begin {"status": true or false, "message": ...; and answer with that alone. */
void reply_begin(struct sandbox_call *call, struct jw *w, bool status, const char *message);
void reply_refuse(struct sandbox_call *call, int status, const char *message);
void reply_html(struct sandbox_call *call, int status, const char *html);
void reply_redirect(struct sandbox_call *call, const char *url);

/* Record an order of this call; a withdrawal is settled automatically after a while. False:
 * duplicate. */
bool order_take(struct sandbox_call *call, struct order *order) MUST_CHECK;
/* Record a sale of this call, which completes at once, unless the control says otherwise; order
 * is its state then. fails: it can't succeed. False: duplicate. */
bool order_sell(struct sandbox_call *call, struct order *order, bool fails) MUST_CHECK;
/* Settle an order and notify Cowry. False, with the current order, if it was already settled. */
bool order_settle(struct sandbox *box, int provider, int64_t id, enum order_state state,
		  struct order *out);
/* Settle an order as a customer would, or a withdrawal as the control says. */
void order_settle_itself(struct sandbox *box, int provider, int64_t id);

/* The page number and size in the query, "page" and the given name: default size 50, maximum
 * 100. */
void call_page(const struct sandbox_call *call, const char *size, struct order_filter *out);
/* Write "data": the records of a kind, newest first. Returns their number, of which at most
 * RECORDS_SHOWN_MAX are shown. */
size_t write_records(const struct sandbox_call *call, struct jw *w, const char *kind);
/* Open a webhook {"event": ...}; the rest follows, then webhook_end. */
void webhook_begin(struct jw *w, struct arena *arena, const char *event, struct webhook *out);
void webhook_end(struct jw *w, struct webhook *out);
/* An HMAC-SHA512 of a body, in hex. */
const char *sign_sha512(struct arena *arena, const char *key, struct bytes body);
/* An instant for JSON; NULL for none. */
const char *time_text(struct arena *arena, struct instant t);

#endif
