/*
 * event_type.h - the types of events and their data.
 *
 * The tables from which events are written are those from which they are documented, so that the
 * documents can't be wrong about them.
 */
#ifndef APP_EVENTS_EVENT_TYPE_H
#define APP_EVENTS_EVENT_TYPE_H

#include "base/clock.h"
#include "base/ctx.h"
#include "base/id.h"
#include "base/money.h"
#include "base/value.h"
#include "schema/schema.h"

/* The data of events of each kind of object; a type has those members that its table names. */
struct event_wallet {
	struct uuid id;
	struct uuid account;
	const char *currency;
	const char *status;
	struct instant created_at;
};

/* Of a transaction: of the side of a wallet, or of a transfer, a capture or a reversal. */
struct event_posting {
	struct uuid id; /* of the wallet, transfer, hold, or of what was reversed */
	struct money amount;
	const char *currency;
	const char *reference;
	struct json_value metadata;
	struct instant created_at;
	struct money balance;
	struct uuid transaction;
	const char *transaction_type;
	struct uuid counterparty;
	struct uuid from;
	struct uuid to;
	const char *status;
	struct money fee; /* of the transaction; no currency: none */
	bool is_fee;      /* this posting is it */
};

/* Of a transaction to whose metadata something was added. */
struct event_update {
	struct uuid id;
	const char *reference;
	int64_t revision;
	struct json_value metadata; /* as they are now */
};

struct event_hold {
	struct uuid id;
	struct uuid wallet;
	struct money amount;
	struct money captured; /* before it ended */
	const char *currency;
	const char *status;
	const char *reference;
	struct json_value metadata;
	struct instant created_at;
	struct instant expires_at;
};

struct event_payment {
	struct uuid id;
	const char *reference;
	const char *type;
	const char *status;
	struct money amount;
	const char *currency;
	struct uuid wallet;
	const char *provider;
	struct uuid transaction;
	const char *problem;
};

/* Of a statement that was ordered as PDF. */
struct event_statement {
	struct uuid id;
	struct uuid wallet;
	const char *status;
	int64_t lines;
	struct instant created_at;
	struct instant expires_at;
};

struct event_type {
	const char *name;
	const char *doc;
	const struct schema *data;
	const char *status; /* the only one that the data have; NULL: none, or one of several */
};

#define EVENT_STATUS "status"

/* Ends with a row without name. */
extern const struct event_type event_types[];
/* "*", which stands for all, and their names; ends with NULL. */
extern const char *const event_type_words[];

/* Members that data gets on publication, behind its own. */
struct event_place {
	enum mode mode;
	int64_t sequence;
};

extern const struct schema event_place;

/* An event as it is delivered and listed. */
struct event_body {
	const char *id; /* evt_… */
	const char *type;
	struct json_value data;
	struct instant created_at;
	const char *version;
};

#define EVENT_ID_PREFIX "evt_"
#define EVENT_VERSION   "1"

extern const struct schema event_body;

const char *event_name(struct arena *arena, struct uuid event);
/* NULL if there is none of that name. */
const struct event_type *event_type_find(const char *name);
/* The data of an event, from the struct of its type. NULL if they can't be written. */
const char *event_type_write(struct arena *arena, const char *name, const void *data) MUST_CHECK;

#endif
