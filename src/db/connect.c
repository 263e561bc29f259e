#include "db/connect.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/fiber.h"
#include "base/text.h"
#include "db/hosts.h"
#include "db/race.h"

enum { LOOK_EVERY_MS = 1000 };

struct connector {
	const struct db_options *options;
	atomic_uint dropped;
	atomic_uint moved;
	pthread_mutex_t mutex; /* for the rest */
	struct hosts hosts;    /* as they were found last */
	struct host last;      /* used last */
	bool used;             /* whether there is one */
	int64_t look_at_ns;    /* when the next look may begin */
};

short
wait_for(int fd, int events, int64_t deadline_ns)
{
	struct pollfd waiting = {.fd = fd, .events = (short)events};
	int ready;

	do {
		int64_t left_ms = (deadline_ns - clock_monotonic_ns() + 999999) / 1000000;

		if (left_ms <= 0)
			return 0;
		fiber_block();
		ready = poll(&waiting, 1, left_ms > INT32_MAX ? INT32_MAX : (int)left_ms);
		fiber_unblock();
	} while (ready < 0 && errno == EINTR);
	return ready > 0 ? waiting.revents : 0;
}

struct connector *
connector_new(const struct db_options *options)
{
	struct connector *c = calloc(1, sizeof *c);

	if (c == NULL)
		return NULL;
	c->options = options;
	(void)pthread_mutex_init(&c->mutex, NULL);
	return c;
}

void
connector_free(struct connector *c)
{
	if (c == NULL)
		return;
	(void)pthread_mutex_destroy(&c->mutex);
	free(c);
}

/* The one that was used last comes first; the others keep their order. */
static void
prefer(struct hosts *hosts, const struct host *last)
{
	size_t i = 0;

	while (i < hosts->count && !host_equal(&hosts->items[i], last))
		i++;
	if (i == hosts->count)
		return;
	memmove(&hosts->items[1], &hosts->items[0], i * sizeof hosts->items[0]);
	hosts->items[0] = *last;
}

static struct hosts
known_hosts(struct connector *c)
{
	struct hosts hosts;

	(void)pthread_mutex_lock(&c->mutex);
	hosts = c->hosts;
	if (c->used)
		prefer(&hosts, &c->last);
	(void)pthread_mutex_unlock(&c->mutex);
	return hosts;
}

static PGconn *
open_one(struct connector *c, char server[SESSION_SERVER_MAX], char problem[CONNECTION_PROBLEM_MAX])
{
	struct hosts hosts = known_hosts(c);
	struct host used;
	PGconn *pg = race_run(c->options, &hosts, &used, server, problem);

	if (pg == NULL)
		return NULL;
	(void)pthread_mutex_lock(&c->mutex);
	c->last = used;
	c->used = true;
	(void)pthread_mutex_unlock(&c->mutex);
	return pg;
}

PGconn *
connector_open(struct connector *c, char server[SESSION_SERVER_MAX],
	       char problem[CONNECTION_PROBLEM_MAX])
{
	struct hosts hosts;

	hosts_find(c->options->conninfo, &hosts);
	(void)pthread_mutex_lock(&c->mutex);
	c->hosts = hosts;
	(void)pthread_mutex_unlock(&c->mutex);
	return open_one(c, server, problem);
}

struct connector_news
connector_news(struct connector *c)
{
	return (struct connector_news){atomic_load(&c->dropped), atomic_load(&c->moved)};
}

void
connector_drop(struct connector *c)
{
	(void)atomic_fetch_add(&c->dropped, 1);
}

/* Behind a single unix socket there is no other server. */
static bool
may_look(struct connector *c)
{
	int64_t now_ns = clock_monotonic_ns();
	bool may;

	(void)pthread_mutex_lock(&c->mutex);
	may = now_ns >= c->look_at_ns && (c->hosts.count > 1 || !host_is_local(&c->hosts.items[0]));
	if (may)
		c->look_at_ns = now_ns + LOOK_EVERY_MS * INT64_C(1000000);
	(void)pthread_mutex_unlock(&c->mutex);
	return may;
}

void
connector_look(struct connector *c, const char *server)
{
	char problem[CONNECTION_PROBLEM_MAX];
	char found[SESSION_SERVER_MAX];
	PGconn *pg;

	if (!may_look(c))
		return;
	pg = open_one(c, found, problem);
	if (pg != NULL && !text_equal(found, server)) {
		connector_drop(c);
		(void)atomic_fetch_add(&c->moved, 1);
	}
	PQfinish(pg);
}
