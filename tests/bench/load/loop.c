#include "tests/bench/load/loop.h"

#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "tests/bench/load/clock.h"
#include "tests/bench/load/ring.h"

enum { EVENTS = 256 };
/* How long connecting may take, and how long answers are waited for after the load. */
static const int64_t PATIENCE_NS = 10 * SECOND_NS;

enum phase { CONNECTING, WARMING, DRAINING, LOADING, ENDING };

struct loop {
	struct thread *thread;
	const struct plan *plan;
	struct result *result;
	enum phase phase;
	int epoll, timer;
	struct ring idle;
	int64_t begin;
	int64_t end;  /* of the phase */
	uint64_t due; /* requests that were sent, in an open loop */
};

static bool
is_open_loop(const struct loop *loop)
{
	return loop->plan->rate > 0 && (loop->phase == LOADING || loop->phase == ENDING);
}

static void
watch(struct loop *loop, struct connection *connection, int operation)
{
	struct epoll_event event = {.events = connection->wants_write ? EPOLLOUT : EPOLLIN,
				    .data.ptr = connection};

	connection->wanted_write = connection->wants_write;
	if (epoll_ctl(loop->epoll, operation, connection->fd, &event) != 0)
		err(1, "epoll_ctl");
}

static void
open_connection(struct loop *loop, struct connection *connection)
{
	if (!connection_open(connection, &loop->plan->target))
		err(1, "connect");
	watch(loop, connection, EPOLL_CTL_ADD);
}

static void progressed(struct loop *loop, struct connection *connection, enum progress progress);

static void
send_request(struct loop *loop, struct connection *connection, int64_t since)
{
	connection->since = since;
	template_render(loop->plan->template, &loop->thread->draw, &connection->request);
	progressed(loop, connection, connection_send(connection));
}

/* The connection can be used: again at once, or when a request is due. */
static void
use(struct loop *loop, struct connection *connection, int64_t since)
{
	if (loop->phase == WARMING || (loop->phase == LOADING && loop->plan->rate <= 0))
		send_request(loop, connection, since);
	else
		ring_put(&loop->idle, (unsigned)(connection - loop->thread->connections));
}

static void
record(struct loop *loop, const struct connection *connection)
{
	int64_t now;

	if (loop->phase != LOADING && loop->phase != ENDING)
		return;
	now = clock_now();
	if (connection->status > 0 && connection->status < STATUS_MAX)
		loop->result->statuses[connection->status]++;
	if (now < loop->begin + loop->plan->load_ns)
		loop->result->in_time++;
	else if (loop->plan->rate <= 0)
		return;
	histogram_add(&loop->result->latency, (now - connection->since) / 1000);
}

static void
reopen(struct loop *loop, struct connection *connection)
{
	if (loop->phase == CONNECTING)
		errx(1, "no connection to %s:%d", loop->plan->target.host, loop->plan->target.port);
	loop->result->reconnects++;
	connection_close(connection);
	/* In a closed loop the next request waits for this. */
	connection->since = clock_now();
	open_connection(loop, connection);
}

static void
progressed(struct loop *loop, struct connection *connection, enum progress progress)
{
	enum state before = connection->state;

	switch (progress) {
	case PROGRESS_WAITS:
		if (connection->wants_write != connection->wanted_write)
			watch(loop, connection, EPOLL_CTL_MOD);
		break;
	case PROGRESS_READY:
		watch(loop, connection, EPOLL_CTL_MOD);
		use(loop, connection, connection->since);
		break;
	case PROGRESS_ANSWERED:
		record(loop, connection);
		if (connection->closes)
			reopen(loop, connection);
		else
			use(loop, connection, clock_now());
		break;
	case PROGRESS_LOST:
		if (before == STATE_IDLE)
			ring_remove(&loop->idle,
				    (unsigned)(connection - loop->thread->connections));
		else if (loop->phase >= LOADING)
			loop->result->lost++;
		reopen(loop, connection);
		break;
	}
}

static struct connection *
take_idle(struct loop *loop)
{
	return &loop->thread->connections[ring_take(&loop->idle)];
}

/* When the next request of an open loop is due. */
static int64_t
next_due(const struct loop *loop)
{
	return loop->begin + (int64_t)((double)loop->due * 1e9 / loop->plan->rate);
}

/* Send what is due, as long as there are idle connections. Returns when to look again. */
static int64_t
send_due(struct loop *loop)
{
	int64_t limit = loop->begin + loop->plan->load_ns;
	int64_t due = next_due(loop);

	while (due < limit && loop->idle.count > 0 && due <= clock_now()) {
		loop->due++;
		send_request(loop, take_idle(loop), due);
		due = next_due(loop);
	}
	return due < limit && loop->idle.count > 0 ? due : loop->end;
}

static void
serve_events(struct loop *loop)
{
	struct epoll_event events[EVENTS];
	int n = epoll_wait(loop->epoll, events, EVENTS, -1);

	if (n < 0 && errno != EINTR)
		err(1, "epoll_wait");
	for (int i = 0; i < n; i++) {
		struct connection *connection = events[i].data.ptr;
		uint64_t expired;

		if (connection == NULL)
			(void)!read(loop->timer, &expired, sizeof(expired));
		else
			progressed(loop, connection, connection_advance(connection));
	}
}

/* Whether all connections wait for work, and in an open loop nothing is due. */
static bool
is_quiet(const struct loop *loop)
{
	return loop->idle.count == loop->thread->count &&
	       (!is_open_loop(loop) || next_due(loop) >= loop->begin + loop->plan->load_ns);
}

/* Run until the time is over, or, if quiet ends it, until nothing is under way. */
static void
run_phase(struct loop *loop, enum phase phase, int64_t end, bool until_quiet)
{
	int64_t next = end;

	loop->phase = phase;
	loop->end = end;
	clock_wake(loop->timer, end);
	while (clock_now() < end && !(until_quiet && is_quiet(loop))) {
		if (is_open_loop(loop)) {
			int64_t wanted = send_due(loop);

			if (wanted != next)
				clock_wake(loop->timer, wanted);
			next = wanted;
		}
		serve_events(loop);
	}
}

/* Each connection sends its first request. */
static void
use_idle(struct loop *loop)
{
	for (unsigned n = loop->idle.count; n > 0; n--)
		use(loop, take_idle(loop), clock_now());
}

static void
prepare(struct loop *loop)
{
	struct epoll_event event = {.events = EPOLLIN};

	loop->epoll = epoll_create1(EPOLL_CLOEXEC);
	loop->timer = clock_timer();
	loop->idle = ring_create(loop->thread->count);
	if (loop->epoll < 0 || epoll_ctl(loop->epoll, EPOLL_CTL_ADD, loop->timer, &event) != 0)
		err(1, "epoll");
	for (unsigned i = 0; i < loop->thread->count; i++)
		open_connection(loop, &loop->thread->connections[i]);
}

static void
warm_up(struct loop *loop)
{
	run_phase(loop, CONNECTING, clock_now() + PATIENCE_NS, true);
	if (!is_quiet(loop))
		errx(1, "only %u of %u connections in 10 s", loop->idle.count, loop->thread->count);
	loop->phase = WARMING;
	if (loop->plan->warm_ns > 0)
		use_idle(loop);
	run_phase(loop, WARMING, clock_now() + loop->plan->warm_ns, false);
	run_phase(loop, DRAINING, clock_now() + PATIENCE_NS, true);
	for (unsigned i = 0; i < loop->thread->count; i++)
		loop->thread->connections[i].answered = 0;
	loop->result->reconnects = 0;
}

/* What is still under way is given up. */
static void
count_rest(struct loop *loop)
{
	struct result *result = loop->result;

	if (loop->plan->rate > 0)
		for (; next_due(loop) < loop->begin + loop->plan->load_ns; loop->due++) {
			result->unanswered++;
			histogram_add(&result->latency, (clock_now() - next_due(loop)) / 1000);
		}
	result->least = UINT64_MAX;
	for (unsigned i = 0; i < loop->thread->count; i++) {
		struct connection *connection = &loop->thread->connections[i];

		if (connection->state == STATE_BUSY) {
			result->unanswered++;
			histogram_add(&result->latency, (clock_now() - connection->since) / 1000);
		}
		if (connection->answered < result->least)
			result->least = connection->answered;
		if (connection->answered > result->most)
			result->most = connection->answered;
		connection_close(connection);
		SSL_SESSION_free(connection->session);
		free(connection->request.data);
	}
}

void *
loop_run(void *argument)
{
	struct thread *thread = argument;
	struct loop loop = {.thread = thread, .plan = thread->plan, .result = &thread->result};

	prepare(&loop);
	warm_up(&loop);
	(void)pthread_barrier_wait(loop.plan->ready);
	(void)pthread_barrier_wait(loop.plan->go);
	loop.begin = clock_now();
	loop.phase = LOADING;
	if (loop.plan->rate <= 0)
		use_idle(&loop);
	run_phase(&loop, LOADING, loop.begin + loop.plan->load_ns, false);
	run_phase(&loop, ENDING, clock_now() + PATIENCE_NS, true);
	count_rest(&loop);
	free(loop.idle.numbers);
	(void)close(loop.timer);
	(void)close(loop.epoll);
	return NULL;
}
