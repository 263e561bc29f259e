/*
 * state.h - state machine of payments: one row for each state and event, in each direction. No I/O;
 * payment/settle.c applies the rows.
 */
#ifndef APP_PAYMENT_STATE_H
#define APP_PAYMENT_STATE_H

#include "app/payment/payment.h"

/* Events. */
enum payment_event {
	EVENT_TAKEN,          /* the provider knows the order, and it is pending */
	EVENT_REFUSED,        /* the call certainly had no effect */
	EVENT_UNANSWERED,     /* unknown whether the call had an effect */
	EVENT_ABANDONED,      /* the same, and the caller does not wait for it */
	EVENT_PAID,           /* paid as requested */
	EVENT_PAID_OTHERWISE, /* paid, but another amount or currency */
	EVENT_NOT_PAID,       /* ended without payment */
	EVENT_TAKEN_BACK,     /* paid, and the money returned */
	EVENT_ABSENT,         /* unknown to the provider a day later */
	EVENT_VANISHED,       /* the same, although the provider had accepted it */
	EVENT_LAPSED,         /* no result a week later */
	EVENT_APPROVED,       /* decision: post it */
	EVENT_REJECTED,       /* decision: it failed */
	PAYMENT_EVENTS
};

/* Actions. */
enum payment_effect {
	DO_NOTHING,
	DO_POST,       /* move the money, unless already moved */
	DO_LET_GO,     /* release hold and reference; reverse the posting */
	DO_ASK_PERSON, /* open a review */
	DO_REFUSE,     /* nothing to decide: ERR_CONFLICT */
};

struct payment_step {
	enum payment_status next;
	enum payment_effect effect;
};

/* The step of a payment in a state for an event. There is exactly one. */
struct payment_step payment_step(bool withdrawal, enum payment_status state,
				 enum payment_event event);
/* Number of matching rows of the table: 1, or the table is wrong. */
size_t payment_step_count(bool withdrawal, enum payment_status state, enum payment_event event);

#endif
