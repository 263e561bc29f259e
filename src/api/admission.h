/*
 * admission.h - how much a worker has under work at once, so that nobody makes it outgrow its memory
 * or keeps all of its threads: calls that anybody may make, and the bytes of large bodies. What does
 * not get in is told to come again, at once: a call that waits would hold a thread.
 */
#ifndef API_ADMISSION_H
#define API_ADMISSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct admission;

/* For a worker with so many threads. NULL if the system has no memory. */
struct admission *admission_new(int64_t threads);
void admission_free(struct admission *admission);

/* Let a call in, or not. Each that got in must leave, with the same arguments. */
bool admission_enter(struct admission *admission, bool anybody, size_t body_length);
void admission_leave(struct admission *admission, bool anybody, size_t body_length);

#endif
