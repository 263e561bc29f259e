/*
 * exchange.h - common parts of the providers, for this folder only: reading the caller's payload,
 * making a call and interpreting its answer, reading a report, and the signature of webhooks.
 */
#ifndef PROVIDER_EXCHANGE_H
#define PROVIDER_EXCHANGE_H

#include "net/http.h"
#include "provider/provider.h"
#include "json/writer.h"

/* The first of two members that is a text of a reasonable length; NULL if none is. other may be
 * NULL. */
const char *payload_text(const struct json_object *payload, const char *name, const char *other);
/* Like payload_text, but usable as a part of a path; also accepts a whole number. */
const char *payload_segment(const struct json_object *payload, const char *name, const char *other);
/* The customer's address: the known one, else the caller's. NULL if there is none. */
const char *order_email(const struct provider_order *order);
/* The members of these names as they are; names ends with NULL. */
void payload_copy(struct jw *w, const struct json_object *payload, const char *const *names);
/* A query of page and page size, or "". */
const char *payload_page(struct arena *arena, const struct json_object *payload,
			 const char *size_name);

/* A request to a provider. */
struct question {
	const char *method;
	const char *path;
	struct http_header auth[2];
	struct jw *body; /* opened by question_body(), still open; or NULL */
};

/* The answer. */
struct exchange {
	struct provider_answer answer; /* judged, with nothing to show yet */
	bool absent;                   /* the provider does not know the object */
	struct json_object *body;      /* of an accepted one; else NULL */
	struct json_object *data;      /* its member "data", an object or a list; or NULL */
};

/* Begin an object. */
void question_body(struct jw *w, struct arena *arena);
struct http_header question_bearer(const struct provider_call *call);
struct exchange exchange_call(const struct provider_call *call, const struct question *question);
/* A call that is authorised by the key as a Bearer token, and its answer, including all of the
 * data. */
struct exchange bearer_call(const struct provider_call *call, const char *method, const char *path,
			    struct jw *body);
struct provider_answer bearer_show(const struct provider_call *call, const char *method,
				   const char *path, struct jw *body);
/* A request that is not sent, because the provider would refuse it. */
struct provider_answer exchange_refuse(const char *message);
/* It was not delivered, or not processed: nothing has happened. */
struct provider_answer exchange_out_of_reach(const char *problem);
/* The answer, including all of the data. */
struct provider_answer exchange_show(struct arena *arena, const struct exchange *exchange);
/* The same, with the state of the order in the data, and its id under that name. */
struct provider_answer exchange_show_order(struct arena *arena, const struct exchange *exchange,
					   const char *id);

/* Format of a provider's reports about an order. */
struct report_form {
	const char *reference; /* names of members */
	const char *id;
	bool hundredths; /* amounts are in hundredths of the currency, whatever its decimals are */
};

/* The value of the member, in the providers' words; pending for all others. */
enum provider_state report_state(struct json_object *data, const char *name);
/* The digits of a non-negative whole number, of any length; else "". */
const char *report_digits(const struct json_object *value);
/* A number without exponent, or any text; else NULL. */
const char *report_number(struct arena *arena, const struct json_object *value);
/* A whole number or a text of visible ASCII; else NULL. */
const char *report_text(struct arena *arena, struct json_object *data, const char *name,
			size_t max);
/* Where the customer pays, or NULL. */
const char *report_url(struct arena *arena, struct json_object *data, const char *name);
/* Reference, id, state and amount. data may be NULL. */
void report_read(struct arena *arena, const struct report_form *form, struct json_object *data,
		 struct provider_report *out);
/* Why an unclear report is ignored. */
extern const char report_unclear[];
/* A look-up's report, from an answer with the data of the order. */
struct provider_report report_of(struct arena *arena, const struct report_form *form,
				 const struct exchange *exchange, const char *reference,
				 bool withdrawal);
/* An event, and the format of its data. */
struct webhook_event {
	const char *name;
	const struct report_form *form;
	bool withdrawal;
	/* The meaning of its name, which the status must confirm; pending: the status alone
	 * decides. */
	enum provider_state state;
};
/* Read a webhook of the form {"event": ..., "data": {...}} by a table of events; the last row
 * has no name. False if it has another form; an event that is not in the table has no reference. */
bool webhook_read(struct arena *arena, const struct webhook_event *events, struct bytes body,
		  size_t values_max, struct provider_report *out);
/* The secret of webhook signatures; empty if there is none, and then no webhook is genuine. */
struct bytes webhook_secret(const struct provider_account *account);
/* A lower-case hexadecimal HMAC-SHA512 over the raw bytes. */
bool webhook_signed(const struct provider_account *account, struct bytes body,
		    const char *signature);

#endif
