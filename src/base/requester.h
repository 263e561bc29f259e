/*
 * requester.h - the client that waits for the answer to a request, and its deadline.
 *
 * The web server waits for a limited time, and closes the connection at once if its client has
 * disconnected. A request that it has abandoned must not be executed afterwards: the client may
 * have repeated it elsewhere and been told that it failed. So changes check the requester before
 * they begin, and again, with their locks held, before they commit. A concurrent repetition waits
 * for those locks, and then sees the outcome.
 */
#ifndef BASE_REQUESTER_H
#define BASE_REQUESTER_H

#include <stdbool.h>
#include <stdint.h>

struct requester {
	int fd;               /* the connection for the answer; -1: it can't be checked */
	int64_t begin_by_ns;  /* of clock_monotonic_ns(); 0: none */
	int64_t commit_by_ns; /* the same */
};

/* Whether to begin: there is enough time, and the client waits. NULL means work without a
 * waiting client: it is always done. */
bool requester_may_begin(const struct requester *requester);
/* Whether the answer can still arrive, so that changes may be committed. NULL: as above. */
bool requester_waits(const struct requester *requester);

#endif
