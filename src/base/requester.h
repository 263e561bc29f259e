/*
 * requester.h - who waits for the answer to a request, and until when.
 *
 * The web server waits for a limited time, and closes the connection at once where its client has
 * gone. What it has given up must not be done afterwards: the client may have repeated it elsewhere
 * and been told that it failed. So what changes something asks before it begins, and again, with
 * its locks held, before it commits. Whoever repeats it meanwhile waits for those locks, and then
 * sees what became of it.
 */
#ifndef BASE_REQUESTER_H
#define BASE_REQUESTER_H

#include <stdbool.h>
#include <stdint.h>

struct requester {
	int fd;               /* the connection that the answer goes to; -1: it can't be asked */
	int64_t begin_by_ns;  /* of clock_monotonic_ns(); 0: at any time */
	int64_t commit_by_ns; /* likewise */
};

/* Whether it makes sense to begin: there is time enough, and somebody waits. NULL stands for work
 * that nobody waits for: it is done all the same. */
bool requester_may_begin(const struct requester *requester);
/* Whether the answer can still arrive, so that what was begun may be committed. NULL: as above. */
bool requester_waits(const struct requester *requester);

#endif
