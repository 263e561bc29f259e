/* The table of what may become of a payment has one row for each state and event. */
#include "tests/cmocka.h"

#include "app/payment_state.h"

enum { STATES = PAYMENT_REVIEW + 1 };

static void
test_complete(void **state)
{
	(void)state;
	for (int out = 0; out < 2; out++)
		for (int s = 0; s < STATES; s++)
			for (int e = 0; e < PAYMENT_EVENTS; e++)
				if (payment_step_count(out == 1, (enum payment_status)s,
						       (enum payment_event)e) != 1)
					fail_msg("state %d, event %d", s, e);
}

/* What must never happen, whatever comes. */
static void
test_money_is_safe(void **state)
{
	(void)state;
	for (int out = 0; out < 2; out++)
		for (int s = 0; s < STATES; s++)
			for (int e = 0; e < PAYMENT_EVENTS; e++) {
				enum payment_status from = (enum payment_status)s;
				enum payment_event event = (enum payment_event)e;
				struct payment_step step = payment_step(out == 1, from, event);

				/* Money moves only when it was paid as asked, or a person says so. */
				if (step.effect == DO_POST)
					assert_true(
						(from == PAYMENT_PENDING && event == EVENT_PAID) ||
						(from == PAYMENT_REVIEW &&
						 event == EVENT_APPROVED));
				assert_true((step.effect == DO_POST) ==
					    (step.next == PAYMENT_SUCCEEDED &&
					     from != PAYMENT_SUCCEEDED));
				assert_true(
					(step.effect == DO_LET_GO) ==
					(step.next == PAYMENT_FAILED && from != PAYMENT_FAILED));
				assert_true(
					(step.effect == DO_ASK_PERSON) ==
					(step.next == PAYMENT_REVIEW && from != PAYMENT_REVIEW));
				/* Nothing but a person ends a review, and nothing is open again. */
				if (from == PAYMENT_REVIEW && step.next != PAYMENT_REVIEW)
					assert_true(event == EVENT_APPROVED ||
						    event == EVENT_REJECTED);
				if (from != PAYMENT_PENDING)
					assert_true(step.next != PAYMENT_PENDING);
				/* What nobody knows never lets go of money that may have left. */
				if (out == 1 && from == PAYMENT_PENDING &&
				    (event == EVENT_UNANSWERED || event == EVENT_ABANDONED ||
				     event == EVENT_LAPSED || event == EVENT_TAKEN))
					assert_int_equal(step.next, PAYMENT_PENDING);
				/* Money that was paid is never lost. */
				if (event == EVENT_PAID || event == EVENT_PAID_OTHERWISE)
					assert_true(step.next == PAYMENT_SUCCEEDED ||
						    step.next == PAYMENT_REVIEW);
			}
}

static void
test_names(void **state)
{
	(void)state;
	for (int s = 0; s < STATES; s++)
		assert_int_equal(payment_status_parse(payment_status_name((enum payment_status)s)),
				 s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_complete),
		cmocka_unit_test(test_money_is_safe),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
