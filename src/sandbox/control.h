/*
 * control.h - how the fake providers are told to misbehave.
 *
 * A command sets knobs of one fake provider; each works for the next so many calls or webhooks of it
 * and is spent then. Safe for all threads.
 */
#ifndef SANDBOX_CONTROL_H
#define SANDBOX_CONTROL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/money.h"

struct arena;
struct control;
struct json_object;

enum knob {
	KNOB_DELAY,   /* number: milliseconds before a call is looked at */
	KNOB_FAIL,    /* word: how a call fails */
	KNOB_EARLY,   /* an order succeeds, and says so, before the call that made it is answered */
	KNOB_REPEAT,  /* number: how often a webhook is sent */
	KNOB_REORDER, /* webhooks are held back, then sent in reverse */
	KNOB_PAID,    /* amount, currency: what is said to have been paid */
	KNOB_OUTCOME, /* word: how a withdrawal ends */
	KNOB_ID_TOKEN, /* word: what is wrong with an ID token */
	KNOB_SETTLE,   /* number: milliseconds after which a payment of the bank ends */
	KNOB_COUNT,
};

struct setting {
	int64_t times; /* how often it works yet */
	int64_t number;
	const char *word; /* a constant */
	char path[64];    /* only for calls of this path and below it; "": all */
	bool unseen;      /* a call that fails has not been looked at */
	struct decimal amount;
	char currency[4]; /* or "" */
};

struct command {
	int provider; /* all, if it names none */
	bool reset;
	bool rotate_keys;
	bool set[KNOB_COUNT];
	struct setting settings[KNOB_COUNT];
};

enum { CONTROL_ALL = -1, REORDER_TIMES_DEFAULT = 2 };

/* Decode a command. names is the list of fake providers, NULL-terminated. ERR_VALIDATION with a message. */
enum err command_read(struct arena *arena, struct fault *f, const char *const *names,
		      struct json_object *object, struct command *out) MUST_CHECK;

/* For that many fake providers. */
struct control *control_new(int fakes);
void control_free(struct control *control);
void control_apply(struct control *control, const struct command *command);
/* Use a knob of a fake provider once, if it is set and meant for that path (NULL: not a call). */
bool control_take(struct control *control, int provider, enum knob knob, const char *path,
		  struct setting *out) MUST_CHECK;

#endif
