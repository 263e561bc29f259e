/*
 * storage.h - whether the database has room on its disks.
 *
 * A server whose disk is full still answers queries. So that health checks see it, each worker remembers
 * for half a minute that a change failed for lack of space. Used by several threads.
 */
#ifndef API_STORAGE_H
#define API_STORAGE_H

#include <stdbool.h>

struct storage;

/* NULL if out of memory. */
struct storage *storage_new(void);
void storage_free(struct storage *storage);
/* A change has failed for lack of space. */
void storage_fill(struct storage *storage);
/* Whether one has in the last half minute. */
bool storage_is_full(struct storage *storage);

#endif
