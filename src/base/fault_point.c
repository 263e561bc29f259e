#include "base/fault_point.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { WORD_MAX = 32 };

/* "NAME ACTION [MILLISECONDS]" */
struct order {
	char name[WORD_MAX];
	char action[WORD_MAX];
	long ms;
};

static int
read_order(const char *path, struct order *order)
{
	FILE *file = fopen(path, "re");
	int words;

	if (file == NULL)
		return 0;
	words = fscanf(file, "%31s %31s %9ld", order->name, order->action, &order->ms); // NOLINT
	(void)fclose(file);
	return words >= 2;
}

static void
obey(const struct order *order)
{
	const struct timespec pause = {order->ms / 1000, order->ms % 1000 * 1000000};

	if (strcmp(order->action, "kill") == 0)
		(void)kill(getpid(), SIGKILL);
	else if (strcmp(order->action, "stop") == 0)
		(void)kill(getpid(), SIGSTOP);
	else
		(void)nanosleep(&pause, NULL);
}

void
fault_point(const char *name)
{
	const char *path = getenv("FAULT_POINT_FILE"); // NOLINT(concurrency-mt-unsafe)
	struct order order = {{0}, {0}, 0};

	if (path == NULL || !read_order(path, &order) || strcmp(order.name, name) != 0)
		return;
	/* Of several processes at the point, one removes the file. */
	if (unlink(path) == 0)
		obey(&order);
}
