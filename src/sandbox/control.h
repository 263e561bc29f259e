/*
 * control.h - fault injection for the fake providers.
 *
 * A command sets knobs of one fake provider; each is effective for a number of its calls or
 * webhooks and is then used up. Thread-safe.
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
	KNOB_DELAY,    /* number: milliseconds before a call is processed */
	KNOB_FAIL,     /* word: how a call fails */
	KNOB_EARLY,    /* an order succeeds, and its webhook is sent, before its call is answered */
	KNOB_REPEAT,   /* number: how often a webhook is sent */
	KNOB_REORDER,  /* webhooks are delayed, then sent in reverse order */
	KNOB_PAID,     /* amount, currency: reported as paid */
	KNOB_OUTCOME,  /* word: the result of a withdrawal */
	KNOB_ID_TOKEN, /* word: the error in an ID token */
	KNOB_SETTLE,   /* number: milliseconds after which a payment of the bank completes */
	KNOB_COUNT,
};

struct setting {
	int64_t times; /* remaining uses */
	int64_t number;
	const char *word; /* a constant */
	char path[64];    /* only for calls of this path and below it; "": all */
	bool unseen;      /* a failing call is not executed */
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

/* For this number of fake providers. */
struct control *control_new(int fakes);
void control_free(struct control *control);
void control_apply(struct control *control, const struct command *command);
/* Use a knob of a fake provider once, if it is set and applies to that path (NULL: not a call). */
bool control_take(struct control *control, int provider, enum knob knob, const char *path,
		  struct setting *out) MUST_CHECK;

#endif
