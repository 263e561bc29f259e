/*
 * admission.h - limits on the concurrent work of a worker, so that no client can exhaust its memory
 * or occupy all of its threads: calls of public routes, the bytes of large bodies, and answers in
 * parts, whose clients may be slow. A call over the limit is refused at once with a request to
 * retry: a waiting call would occupy a thread.
 */
#ifndef API_ADMISSION_H
#define API_ADMISSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct admission;

/* For a worker with this number of threads. NULL if out of memory. */
struct admission *admission_new(int64_t threads);
void admission_free(struct admission *admission);

/* Admit a call, or refuse it. Each admitted call must leave, with the same arguments. */
bool admission_enter(struct admission *admission, bool anybody, size_t body_length);
void admission_leave(struct admission *admission, bool anybody, size_t body_length);

/* The same for an answer in parts. */
bool admission_enter_long(struct admission *admission);
void admission_leave_long(struct admission *admission);

#endif
