/* The table of what may become of a payment has one row for each state and event. */
#include "tests/support/cmocka.h"

#include "app/payment/payment.h"
#include "app/payment/state.h"
#include "base/word.h"

enum { STATES_FIRST = PAYMENT_PENDING, STATES = PAYMENT_UNPAID + 1 };

/* A withdrawal that failed has no second card. */
static bool
is_reachable(bool withdrawal, enum payment_status state)
{
	return !withdrawal || state != PAYMENT_UNPAID;
}

static bool
has_failed(enum payment_status state)
{
	return state == PAYMENT_FAILED || state == PAYMENT_UNPAID;
}

static void
test_complete(void **state)
{
	(void)state;
	for (int out = 0; out < 2; out++)
		for (int s = STATES_FIRST; s < STATES; s++)
			for (int e = 0; e < PAYMENT_EVENTS; e++)
				if (payment_step_count(out == 1, (enum payment_status)s,
						       (enum payment_event)e) !=
				    is_reachable(out == 1, (enum payment_status)s))
					fail_msg("state %d, event %d", s, e);
}

/* Transitions that must never happen, for any event. */
static void
check_step(bool withdrawal, enum payment_status from, enum payment_event event)
{
	struct payment_step step = payment_step(withdrawal, from, event);

	/* Money moves only when it was paid as requested, or approved. */
	if (step.effect == DO_POST)
		assert_true(((from == PAYMENT_PENDING || from == PAYMENT_UNPAID) &&
			     event == EVENT_PAID) ||
			    (from == PAYMENT_REVIEW && event == EVENT_APPROVED) ||
			    (withdrawal && from == PAYMENT_PENDING && event == EVENT_APPROVED));
	assert_true((step.effect == DO_POST) ==
		    (step.next == PAYMENT_SUCCEEDED && from != PAYMENT_SUCCEEDED));
	assert_true((step.effect == DO_LET_GO) == (has_failed(step.next) && step.next != from));
	assert_true((step.effect == DO_ASK_PERSON) ==
		    (step.next == PAYMENT_REVIEW && from != PAYMENT_REVIEW));
	/* Only a decision ends a review, and final states stay final. */
	if (from == PAYMENT_REVIEW && step.next != PAYMENT_REVIEW)
		assert_true(event == EVENT_APPROVED || event == EVENT_REJECTED);
	if (from != PAYMENT_PENDING)
		assert_true(step.next != PAYMENT_PENDING);
	if (from == PAYMENT_FAILED)
		assert_true(step.next == PAYMENT_FAILED || step.next == PAYMENT_REVIEW);
	/* An unknown outcome never releases money that may have been paid out. */
	if (withdrawal && from == PAYMENT_PENDING &&
	    (event == EVENT_UNANSWERED || event == EVENT_ABANDONED || event == EVENT_LAPSED ||
	     event == EVENT_TAKEN))
		assert_int_equal(step.next, PAYMENT_PENDING);
	/* Money that was paid is never lost. */
	if (event == EVENT_PAID || event == EVENT_PAID_OTHERWISE)
		assert_true(step.next == PAYMENT_SUCCEEDED || step.next == PAYMENT_REVIEW);
	assert_true(is_reachable(withdrawal, step.next));
}

static void
test_money_is_safe(void **state)
{
	(void)state;
	for (int out = 0; out < 2; out++)
		for (int s = STATES_FIRST; s < STATES; s++)
			for (int e = 0; e < PAYMENT_EVENTS; e++)
				if (is_reachable(out == 1, (enum payment_status)s))
					check_step(out == 1, (enum payment_status)s,
						   (enum payment_event)e);
}

/* Where a deposit ends up after these, and how often money moved. */
static enum payment_status
deposit_after(const enum payment_event *events, size_t n, int *posted)
{
	enum payment_status state = PAYMENT_PENDING;

	*posted = 0;
	for (size_t i = 0; i < n; i++) {
		struct payment_step step = payment_step(false, state, events[i]);

		*posted += step.effect == DO_POST;
		state = step.next;
	}
	return state;
}

/* One success among failures of every kind, at any position and reported twice: credited once. */
static void
test_paid_after_failures(void **state)
{
	static const enum payment_event failures[] = {EVENT_REFUSED,  EVENT_ABANDONED,
						      EVENT_NOT_PAID, EVENT_ABSENT,
						      EVENT_VANISHED, EVENT_LAPSED};
	enum { FAILURES = COUNT(failures), LENGTH = 5 };
	enum payment_event events[LENGTH];
	int posted;

	(void)state;
	for (size_t f = 0; f < FAILURES; f++)
		for (size_t g = 0; g < FAILURES; g++)
			for (size_t first = 0; first < LENGTH; first++)
				for (size_t second = 0; second < LENGTH; second++) {
					for (size_t i = 0; i < LENGTH; i++)
						events[i] = failures[i % 2 == 0 ? f : g];
					events[first] = EVENT_PAID;
					events[second] = EVENT_PAID;
					assert_int_equal(deposit_after(events, LENGTH, &posted),
							 PAYMENT_SUCCEEDED);
					assert_int_equal(posted, 1);
				}
}

/* A returned or rejected deposit is not credited by a late success. */
static void
test_closed_deposit(void **state)
{
	static const enum payment_event back[] = {EVENT_NOT_PAID, EVENT_TAKEN_BACK, EVENT_NOT_PAID,
						  EVENT_PAID};
	static const enum payment_event rejected[] = {EVENT_PAID_OTHERWISE, EVENT_REJECTED,
						      EVENT_NOT_PAID, EVENT_PAID};
	int posted;

	(void)state;
	assert_int_equal(deposit_after(back, 4, &posted), PAYMENT_REVIEW);
	assert_int_equal(posted, 0);
	assert_int_equal(deposit_after(rejected, 4, &posted), PAYMENT_REVIEW);
	assert_int_equal(posted, 0);
}

static void
test_names(void **state)
{
	(void)state;
	for (unsigned s = STATES_FIRST; s < PAYMENT_UNPAID; s++)
		assert_int_equal(
			word_find(transaction_status_words, word_text(transaction_status_words, s)),
			s);
	assert_null(transaction_status_words[PAYMENT_UNPAID - 1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_complete),
		cmocka_unit_test(test_money_is_safe),
		cmocka_unit_test(test_paid_after_failures),
		cmocka_unit_test(test_closed_deposit),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
