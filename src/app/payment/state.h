/*
 * state.h - what may become of a payment: one row for each state and event, in each
 * direction. No I/O; payment_settle.c does what a row says.
 */
#ifndef APP_PAYMENT_STATE_H
#define APP_PAYMENT_STATE_H

#include "app/payment/payment.h"

/* What has happened. */
enum payment_event {
	EVENT_TAKEN,          /* the provider knows the order and has not ended it */
	EVENT_REFUSED,        /* the call certainly had no effect */
	EVENT_UNANSWERED,     /* nobody knows whether the call had an effect */
	EVENT_ABANDONED,      /* likewise, and whoever asked does not wait for it */
	EVENT_PAID,           /* paid as it was asked for */
	EVENT_PAID_OTHERWISE, /* paid, but another amount or currency */
	EVENT_NOT_PAID,       /* it ended without money */
	EVENT_TAKEN_BACK,     /* it was paid, and the money went back */
	EVENT_ABSENT,         /* a day later the provider has still never heard of it */
	EVENT_VANISHED,       /* likewise, though it had said that it has taken it */
	EVENT_LAPSED,         /* a week later nothing has come of it */
	EVENT_APPROVED,       /* a person says: post it */
	EVENT_REJECTED,       /* a person says: it failed */
	PAYMENT_EVENTS
};

/* What is to be done about it. */
enum payment_effect {
	DO_NOTHING,
	DO_POST,       /* move the money, unless it was moved before */
	DO_LET_GO,     /* give back hold and reference; take back what was posted */
	DO_ASK_PERSON, /* open a review */
	DO_REFUSE,     /* there is nothing to decide: ERR_CONFLICT */
};

struct payment_step {
	enum payment_status next;
	enum payment_effect effect;
};

/* The step of a payment in a state when an event comes. There is one for each. */
struct payment_step payment_step(bool withdrawal, enum payment_status state,
				 enum payment_event event);
/* How many rows of the table fit: 1, or the table is wrong. */
size_t payment_step_count(bool withdrawal, enum payment_status state, enum payment_event event);

#endif
