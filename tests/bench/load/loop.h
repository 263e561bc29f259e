#pragma once

/*
 * A thread of the load: an epoll set with its share of the connections. Closed loop: each connection sends its
 * next request when the last one is answered. Open loop: requests are due at a fixed rate, whatever the
 * server does; one that finds no idle connection is sent late, and its latency counts from when it was
 * due.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "tests/bench/load/connection.h"
#include "tests/bench/load/result.h"
#include "tests/bench/load/template.h"

struct plan {
	struct target target;
	const struct template *template;
	int64_t warm_ns;
	int64_t load_ns;
	double rate; /* requests a second of each thread; 0: closed loop */
	pthread_barrier_t *ready;
	pthread_barrier_t *go;
};

struct thread {
	const struct plan *plan;
	struct connection *connections;
	unsigned count;
	struct draw draw;
	struct result result;
};

/* The thread's function, with a struct thread. Exits with a message if it can't connect. */
void *loop_run(void *thread);
