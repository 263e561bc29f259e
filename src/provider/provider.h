/*
 * provider.h - payment providers: one const struct of functions each.
 *
 * A provider knows HTTP and amounts, never the database nor the ledger: its answers are recorded by
 * app/payment. Each call is accepted, rejected or unknown; a time-out is unknown, not failed.
 * Reports of a provider, by webhook or look-up, have one form.
 */
#ifndef PROVIDER_PROVIDER_H
#define PROVIDER_PROVIDER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/fault.h"
#include "base/metrics.h"
#include "base/money.h"
#include "base/text.h"

struct arena;
struct http_client;
struct json_object;

/* The account at the provider, and the address of the provider. */
struct provider_account {
	const char *base_url;       /* without a trailing slash */
	const char *api_key;        /* authorises calls */
	const char *public_key;     /* Paga's principal, or NULL */
	const char *webhook_secret; /* signs webhooks; NULL: api_key */
	enum outside_service service;
};

/* Arguments of all calls. */
struct provider_call {
	struct arena *arena;
	struct http_client *http;
	const struct provider_account *account;
	const struct trace *trace; /* of the operation */
};

/* The order. */
struct provider_order {
	/* Ours, made by provider_reference(): lower-case letters, digits and '-', 16 to 50. */
	const char *reference;
	struct money amount;
	const char *email;        /* of the customer, or NULL */
	const char *callback_url; /* where the customer is sent after a checkout, or NULL */
	const struct json_object *payload; /* the caller's providerPayload: an object, or NULL */
};

enum provider_outcome {
	PROVIDER_ACCEPTED, /* accepted by the provider */
	PROVIDER_REJECTED, /* certainly not accepted */
	PROVIDER_UNKNOWN,  /* unknown */
};

/* State of an order at the provider. */
enum provider_state {
	PROVIDER_PENDING,
	PROVIDER_SUCCEEDED,
	PROVIDER_FAILED,
	PROVIDER_REVERSED, /* reversed after success */
	PROVIDER_ABSENT,   /* the provider does not know it */
};

struct provider_answer {
	enum provider_outcome outcome;
	/* False: the provider can't be reached now. A request that it would refuse is not sent
	 * either, but counts as sent: the caller must correct it. */
	bool sent;
	enum provider_state state; /* of an accepted order; most are pending */
	const char *id;            /* the provider's own, or NULL */
	const char *checkout_url;  /* where the customer pays, or NULL */
	const char *message;       /* why it was rejected, for the client; never NULL then */
	const char *problem;       /* for the log */
	/* Shown to clients under "provider": a JSON object of selected members or the provider's
	 * own "data"; "{}" if there is nothing to show. */
	const char *shown;
};

/* A provider's report about an order. */
struct provider_report {
	enum provider_outcome outcome; /* of a look-up: accepted when the provider answered */
	const char *event;             /* its name of the event, such as "charge.success" */
	const char *reference;         /* ours; NULL: it is not about an order */
	const char *id;                /* the provider's own, or NULL */
	enum provider_state state;
	bool withdrawal;     /* outgoing; false: incoming */
	struct money amount; /* the amount paid; no currency: not reported */
	/* A decisive field was repeated with different values, or can't be read: this report
	 * must be ignored, and only a look-up can clarify. */
	bool unclear;
	const char *problem; /* for the log */
};

struct webhook_event;

struct provider {
	const char *name; /* "paystack" */
	const char *title;
	const char *signature_header; /* of its webhooks, lower case: "x-paystack-signature" */
	/* Customer wallets at the provider: payload is the caller's, an object or NULL. */
	struct provider_answer (*create)(const struct provider_call *call,
					 const struct json_object *payload);
	struct provider_answer (*fetch)(const struct provider_call *call,
					const struct json_object *payload);
	struct provider_answer (*list)(const struct provider_call *call,
				       const struct json_object *payload);
	/* Money in and out. */
	struct provider_answer (*deposit)(const struct provider_call *call,
					  const struct provider_order *order);
	struct provider_answer (*withdraw)(const struct provider_call *call,
					   const struct provider_order *order);
	/* Look up an order. */
	struct provider_report (*poll)(const struct provider_call *call, const char *reference,
				       bool withdrawal);
	const struct webhook_event *events; /* of its webhooks */
	/* Whether the signature is the account's own, over the raw bytes, in constant time. */
	bool (*verify)(const struct provider_account *account, struct bytes body,
		       const char *signature);
};

/*
 * Read a webhook that may not be trusted yet: what it claims, from the raw bytes, with so many values at
 * most. False if it is not JSON of the provider's form. An event that is of no interest has no
 * reference.
 */
bool provider_read_webhook(const struct provider *provider, struct arena *arena, struct bytes body,
			   size_t values_max, struct provider_report *out);

extern const struct provider provider_paystack;
extern const struct provider provider_flutterwave;
extern const struct provider provider_paga;
extern const struct provider provider_fingra;

/* All of them; ends with NULL. */
extern const struct provider *const providers[];
/* NULL for an unknown name. */
const struct provider *provider_find(const char *name);

/* A new reference of characters that all providers allow: "cw-" and 26 lower-case letters and
 * digits. */
const char *provider_reference(struct arena *arena);

#endif
