/*
 * The life of a payment as rows.
 *
 * What is safe to conclude, and why:
 * - An order that was refused, or never sent, had no effect: a withdrawal's hold is released.
 * - A call without an answer decides nothing. The look-ups do.
 * - "Never heard of it" may only mean "not yet": it counts after a day. By then no provider still
 *   has the request under way, and it is never sent again under the same reference. If the provider
 *   had said before that it took a withdrawal, the two answers contradict each other: a person looks.
 * - A deposit that nobody paid within a week has lapsed: the reference becomes free. A withdrawal
 *   never lapses; its money stays held until somebody knows. When the last look-up has not told, an
 *   administrator finds out and decides, while it is pending still: what the provider tells until then
 *   counts.
 * - That a deposit failed, whoever says so, is never the last word: the customer may pay the same
 *   order by another card, and the provider tells of each attempt in any order. What is paid as it
 *   was asked for is credited, once. Only a deposit whose money went back, or that a person has
 *   rejected, is closed: a success that is told after that may be an old one, and a person looks.
 * - A withdrawal that moves after it has failed, and money that goes back after a success, is never
 *   booked by itself: a person looks. The same for another amount than was asked for.
 * - A failed attempt to pay, told after the deposit succeeded, is an earlier try that came late.
 *   A withdrawal that fails after it succeeded has come back.
 */
#include "app/payment/state.h"

#include "app/payment/payment.h"

#include <assert.h>

enum direction { IN = 1, OUT = 2, BOTH = IN | OUT };

static const struct row {
	enum direction direction;
	enum payment_status state;
	enum payment_event event;
	enum payment_status next;
	enum payment_effect effect;
} rows[] = {
	{BOTH, PAYMENT_PENDING, EVENT_TAKEN, PAYMENT_PENDING, DO_NOTHING},
	{IN, PAYMENT_PENDING, EVENT_REFUSED, PAYMENT_UNPAID, DO_LET_GO},
	{OUT, PAYMENT_PENDING, EVENT_REFUSED, PAYMENT_FAILED, DO_LET_GO},
	{BOTH, PAYMENT_PENDING, EVENT_UNANSWERED, PAYMENT_PENDING, DO_NOTHING},
	{IN, PAYMENT_PENDING, EVENT_ABANDONED, PAYMENT_UNPAID, DO_LET_GO},
	{OUT, PAYMENT_PENDING, EVENT_ABANDONED, PAYMENT_PENDING, DO_NOTHING},
	{BOTH, PAYMENT_PENDING, EVENT_PAID, PAYMENT_SUCCEEDED, DO_POST},
	{BOTH, PAYMENT_PENDING, EVENT_PAID_OTHERWISE, PAYMENT_REVIEW, DO_ASK_PERSON},
	{IN, PAYMENT_PENDING, EVENT_NOT_PAID, PAYMENT_UNPAID, DO_LET_GO},
	{OUT, PAYMENT_PENDING, EVENT_NOT_PAID, PAYMENT_FAILED, DO_LET_GO},
	{BOTH, PAYMENT_PENDING, EVENT_TAKEN_BACK, PAYMENT_FAILED, DO_LET_GO},
	{IN, PAYMENT_PENDING, EVENT_ABSENT, PAYMENT_UNPAID, DO_LET_GO},
	{OUT, PAYMENT_PENDING, EVENT_ABSENT, PAYMENT_FAILED, DO_LET_GO},
	{IN, PAYMENT_PENDING, EVENT_VANISHED, PAYMENT_UNPAID, DO_LET_GO},
	{OUT, PAYMENT_PENDING, EVENT_VANISHED, PAYMENT_REVIEW, DO_ASK_PERSON},
	{IN, PAYMENT_PENDING, EVENT_LAPSED, PAYMENT_UNPAID, DO_LET_GO},
	{OUT, PAYMENT_PENDING, EVENT_LAPSED, PAYMENT_PENDING, DO_NOTHING},
	{IN, PAYMENT_PENDING, EVENT_APPROVED, PAYMENT_PENDING, DO_REFUSE},
	{OUT, PAYMENT_PENDING, EVENT_APPROVED, PAYMENT_SUCCEEDED, DO_POST},
	{IN, PAYMENT_PENDING, EVENT_REJECTED, PAYMENT_PENDING, DO_REFUSE},
	{OUT, PAYMENT_PENDING, EVENT_REJECTED, PAYMENT_FAILED, DO_LET_GO},

	{IN, PAYMENT_UNPAID, EVENT_TAKEN, PAYMENT_UNPAID, DO_NOTHING},
	{IN, PAYMENT_UNPAID, EVENT_REFUSED, PAYMENT_UNPAID, DO_NOTHING},
	{IN, PAYMENT_UNPAID, EVENT_UNANSWERED, PAYMENT_UNPAID, DO_NOTHING},
	{IN, PAYMENT_UNPAID, EVENT_ABANDONED, PAYMENT_UNPAID, DO_NOTHING},
	{IN, PAYMENT_UNPAID, EVENT_PAID, PAYMENT_SUCCEEDED, DO_POST},
	{IN, PAYMENT_UNPAID, EVENT_PAID_OTHERWISE, PAYMENT_REVIEW, DO_ASK_PERSON},
	{IN, PAYMENT_UNPAID, EVENT_NOT_PAID, PAYMENT_UNPAID, DO_NOTHING},
	{IN, PAYMENT_UNPAID, EVENT_TAKEN_BACK, PAYMENT_FAILED, DO_LET_GO},
	{IN, PAYMENT_UNPAID, EVENT_ABSENT, PAYMENT_UNPAID, DO_NOTHING},
	{IN, PAYMENT_UNPAID, EVENT_VANISHED, PAYMENT_UNPAID, DO_NOTHING},
	{IN, PAYMENT_UNPAID, EVENT_LAPSED, PAYMENT_UNPAID, DO_NOTHING},
	{IN, PAYMENT_UNPAID, EVENT_APPROVED, PAYMENT_UNPAID, DO_REFUSE},
	{IN, PAYMENT_UNPAID, EVENT_REJECTED, PAYMENT_UNPAID, DO_REFUSE},

	{BOTH, PAYMENT_SUCCEEDED, EVENT_TAKEN, PAYMENT_SUCCEEDED, DO_NOTHING},
	{BOTH, PAYMENT_SUCCEEDED, EVENT_REFUSED, PAYMENT_SUCCEEDED, DO_NOTHING},
	{BOTH, PAYMENT_SUCCEEDED, EVENT_UNANSWERED, PAYMENT_SUCCEEDED, DO_NOTHING},
	{BOTH, PAYMENT_SUCCEEDED, EVENT_ABANDONED, PAYMENT_SUCCEEDED, DO_NOTHING},
	{BOTH, PAYMENT_SUCCEEDED, EVENT_PAID, PAYMENT_SUCCEEDED, DO_NOTHING},
	{BOTH, PAYMENT_SUCCEEDED, EVENT_PAID_OTHERWISE, PAYMENT_REVIEW, DO_ASK_PERSON},
	{IN, PAYMENT_SUCCEEDED, EVENT_NOT_PAID, PAYMENT_SUCCEEDED, DO_NOTHING},
	{OUT, PAYMENT_SUCCEEDED, EVENT_NOT_PAID, PAYMENT_REVIEW, DO_ASK_PERSON},
	{BOTH, PAYMENT_SUCCEEDED, EVENT_TAKEN_BACK, PAYMENT_REVIEW, DO_ASK_PERSON},
	{BOTH, PAYMENT_SUCCEEDED, EVENT_ABSENT, PAYMENT_SUCCEEDED, DO_NOTHING},
	{BOTH, PAYMENT_SUCCEEDED, EVENT_VANISHED, PAYMENT_SUCCEEDED, DO_NOTHING},
	{BOTH, PAYMENT_SUCCEEDED, EVENT_LAPSED, PAYMENT_SUCCEEDED, DO_NOTHING},
	{BOTH, PAYMENT_SUCCEEDED, EVENT_APPROVED, PAYMENT_SUCCEEDED, DO_REFUSE},
	{BOTH, PAYMENT_SUCCEEDED, EVENT_REJECTED, PAYMENT_SUCCEEDED, DO_REFUSE},

	{BOTH, PAYMENT_FAILED, EVENT_TAKEN, PAYMENT_FAILED, DO_NOTHING},
	{BOTH, PAYMENT_FAILED, EVENT_REFUSED, PAYMENT_FAILED, DO_NOTHING},
	{BOTH, PAYMENT_FAILED, EVENT_UNANSWERED, PAYMENT_FAILED, DO_NOTHING},
	{BOTH, PAYMENT_FAILED, EVENT_ABANDONED, PAYMENT_FAILED, DO_NOTHING},
	{BOTH, PAYMENT_FAILED, EVENT_PAID, PAYMENT_REVIEW, DO_ASK_PERSON},
	{BOTH, PAYMENT_FAILED, EVENT_PAID_OTHERWISE, PAYMENT_REVIEW, DO_ASK_PERSON},
	{BOTH, PAYMENT_FAILED, EVENT_NOT_PAID, PAYMENT_FAILED, DO_NOTHING},
	{BOTH, PAYMENT_FAILED, EVENT_TAKEN_BACK, PAYMENT_FAILED, DO_NOTHING},
	{BOTH, PAYMENT_FAILED, EVENT_ABSENT, PAYMENT_FAILED, DO_NOTHING},
	{BOTH, PAYMENT_FAILED, EVENT_VANISHED, PAYMENT_FAILED, DO_NOTHING},
	{BOTH, PAYMENT_FAILED, EVENT_LAPSED, PAYMENT_FAILED, DO_NOTHING},
	{BOTH, PAYMENT_FAILED, EVENT_APPROVED, PAYMENT_FAILED, DO_REFUSE},
	{BOTH, PAYMENT_FAILED, EVENT_REJECTED, PAYMENT_FAILED, DO_REFUSE},

	/* What is told meanwhile is kept as an event; the decision is a person's. */
	{BOTH, PAYMENT_REVIEW, EVENT_TAKEN, PAYMENT_REVIEW, DO_NOTHING},
	{BOTH, PAYMENT_REVIEW, EVENT_REFUSED, PAYMENT_REVIEW, DO_NOTHING},
	{BOTH, PAYMENT_REVIEW, EVENT_UNANSWERED, PAYMENT_REVIEW, DO_NOTHING},
	{BOTH, PAYMENT_REVIEW, EVENT_ABANDONED, PAYMENT_REVIEW, DO_NOTHING},
	{BOTH, PAYMENT_REVIEW, EVENT_PAID, PAYMENT_REVIEW, DO_NOTHING},
	{BOTH, PAYMENT_REVIEW, EVENT_PAID_OTHERWISE, PAYMENT_REVIEW, DO_NOTHING},
	{BOTH, PAYMENT_REVIEW, EVENT_NOT_PAID, PAYMENT_REVIEW, DO_NOTHING},
	{BOTH, PAYMENT_REVIEW, EVENT_TAKEN_BACK, PAYMENT_REVIEW, DO_NOTHING},
	{BOTH, PAYMENT_REVIEW, EVENT_ABSENT, PAYMENT_REVIEW, DO_NOTHING},
	{BOTH, PAYMENT_REVIEW, EVENT_VANISHED, PAYMENT_REVIEW, DO_NOTHING},
	{BOTH, PAYMENT_REVIEW, EVENT_LAPSED, PAYMENT_REVIEW, DO_NOTHING},
	{BOTH, PAYMENT_REVIEW, EVENT_APPROVED, PAYMENT_SUCCEEDED, DO_POST},
	{BOTH, PAYMENT_REVIEW, EVENT_REJECTED, PAYMENT_FAILED, DO_LET_GO},
};
enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static bool
fits(const struct row *row, bool withdrawal, enum payment_status state, enum payment_event event)
{
	return (row->direction & (withdrawal ? OUT : IN)) != 0 && row->state == state &&
	       row->event == event;
}

size_t
payment_step_count(bool withdrawal, enum payment_status state, enum payment_event event)
{
	size_t count = 0;

	for (size_t i = 0; i < ROWS; i++)
		count += fits(&rows[i], withdrawal, state, event);
	return count;
}

struct payment_step
payment_step(bool withdrawal, enum payment_status state, enum payment_event event)
{
	size_t i = 0;

	while (i < ROWS && !fits(&rows[i], withdrawal, state, event))
		i++;
	assert(i < ROWS);
	return (struct payment_step){rows[i].next, rows[i].effect};
}
