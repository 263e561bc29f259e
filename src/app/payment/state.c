/*
 * The state machine of payments as rows.
 *
 * Safe conclusions, and the reasons:
 * - An order that was refused, or never sent, had no effect: a withdrawal's hold is released.
 * - A call without an answer decides nothing. The look-ups do.
 * - "Unknown order" may mean "not yet": it counts after a day. By then no provider still has the
 *   request in progress, and it is never sent again under the same reference. If the provider had
 *   confirmed a withdrawal before, the two answers contradict each other: a review is opened.
 * - A deposit that was not paid within a week has lapsed: the reference is released. A withdrawal
 *   never lapses; its money stays held until the outcome is known. After the last unsuccessful
 *   look-up an administrator finds out and decides, while it is still pending: reports of the
 *   provider until then count.
 * - A reported failure of a deposit is never final: the customer may pay the same order with
 *   another card, and the provider reports the attempts in any order. A payment as requested is
 *   credited, once. Only a deposit whose money was returned, or that an administrator has rejected,
 *   is closed: a success reported after that may be an old one, and a review is opened.
 * - A withdrawal that is paid after it has failed, and money returned after a success, are never
 *   posted automatically: a review is opened. The same for an amount that differs from the request.
 * - A failed attempt to pay, reported after the deposit succeeded, is an earlier attempt that was
 *   reported late. A withdrawal that fails after it succeeded was returned.
 */
#include "app/payment/state.h"

#include "app/payment/payment.h"
#include "base/attributes.h"

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

	/* Later reports are kept as events; an administrator decides. */
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
enum { ROWS = COUNT(rows) };

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
