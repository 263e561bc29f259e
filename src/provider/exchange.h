/*
 * exchange.h - what the providers have in common, for this folder only: what is taken of a
 * caller's payload, how a call is made and its answer judged, how a report is read, and the
 * signature of webhooks.
 */
#ifndef PROVIDER_EXCHANGE_H
#define PROVIDER_EXCHANGE_H

#include "net/http.h"
#include "provider/provider.h"
#include "json/writer.h"

/* The first of two members that is a text of a sane length; NULL if none is. other may be NULL. */
const char *payload_text(const struct json_object *payload, const char *name, const char *other);
/* Like payload_text, but fit to be a part of a path; a whole number will do as well. */
const char *payload_segment(const struct json_object *payload, const char *name, const char *other);
/* The customer's address: the one we know, else the caller's. NULL if there is none. */
const char *order_email(const struct provider_order *order);
/* The members of these names as they are; names ends with NULL. */
void payload_copy(struct jw *w, const struct json_object *payload, const char *const *names);
/* A query of page and page size, or "". */
const char *payload_page(struct arena *arena, const struct json_object *payload,
			 const char *size_name);

/* What is asked of a provider. */
struct question {
	const char *method;
	const char *path;
	struct http_header auth[2];
	struct jw *body; /* begun by question_body(), still open; or NULL */
};

/* What came of it. */
struct exchange {
	struct provider_answer answer; /* judged, with nothing to show yet */
	bool absent;                   /* it said that it does not know what it was asked about */
	struct json_object *body;      /* of an accepted one; else NULL */
	struct json_object *data;      /* its member "data", an object or a list; or NULL */
};

/* Begin an object. */
void question_body(struct jw *w, struct arena *arena);
struct http_header question_bearer(const struct provider_call *call);
struct exchange exchange_call(const struct provider_call *call, const struct question *question);
/* A call that is authorised by the key as a Bearer token, and its answer, showing all of the data. */
struct exchange bearer_call(const struct provider_call *call, const char *method, const char *path,
			    struct jw *body);
struct provider_answer bearer_show(const struct provider_call *call, const char *method,
				   const char *path, struct jw *body);
/* What is not even sent, because the provider would refuse it. */
struct provider_answer exchange_refuse(const char *message);
/* It did not get there, or was not looked at: nothing has happened. */
struct provider_answer exchange_out_of_reach(const char *problem);
/* The answer, which shows all of the data. */
struct provider_answer exchange_show(struct arena *arena, const struct exchange *exchange);
/* The same, with the state of the order that the data are about, and its id under that name. */
struct provider_answer exchange_show_order(struct arena *arena, const struct exchange *exchange,
					   const char *id);

/* How a provider tells of an order. */
struct report_form {
	const char *reference; /* names of members */
	const char *id;
	bool hundredths; /* amounts are in hundredths of the currency, whatever its decimals are */
};

/* What the member says, in the words that providers have for it; pending for all others. */
enum provider_state report_state(struct json_object *data, const char *name);
/* The digits of a whole number that is not negative, however many; else "". */
const char *report_digits(const struct json_object *value);
/* A number without exponent, or a text, which may be anything; else NULL. */
const char *report_number(struct arena *arena, const struct json_object *value);
/* A whole number or a text of visible ASCII; else NULL. */
const char *report_text(struct arena *arena, struct json_object *data, const char *name,
			size_t max);
/* Where the customer pays, or NULL. */
const char *report_url(struct arena *arena, struct json_object *data, const char *name);
/* Reference, id, state and amount. data may be NULL. */
void report_read(struct arena *arena, const struct report_form *form, struct json_object *data,
		 struct provider_report *out);
/* Why nothing is believed of a report that is unclear. */
extern const char report_unclear[];
/* A look-up's report, from an answer whose data are about the order. */
struct provider_report report_of(struct arena *arena, const struct report_form *form,
				 const struct exchange *exchange, const char *reference,
				 bool withdrawal);
/* An event, and how its data tell of the order. */
struct webhook_event {
	const char *name;
	const struct report_form *form;
	bool withdrawal;
	/* What its name says, which the status must confirm; pending: the status alone tells. */
	enum provider_state state;
};
/* Read a webhook of the form {"event": ..., "data": {...}} by a table of events; the last row has
 * no name. False if it is not of that form; an event that the table lacks has no reference. */
bool webhook_read(struct arena *arena, const struct webhook_event *events, struct bytes body,
		  size_t values_max, struct provider_report *out);
/* The secret that webhooks are signed with; empty if there is none, and then nothing is genuine. */
struct bytes webhook_secret(const struct provider_account *account);
/* A lower-case hexadecimal HMAC-SHA512 over the raw bytes. */
bool webhook_signed(const struct provider_account *account, struct bytes body,
		    const char *signature);

#endif
