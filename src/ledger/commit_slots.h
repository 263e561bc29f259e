/* commit_slots.h - the file of commit_queue.h, for its three parts only: opening it, submitting, leading. */
#ifndef LEDGER_COMMIT_SLOTS_H
#define LEDGER_COMMIT_SLOTS_H

#include <pthread.h>
#include <stdatomic.h>

#include "ledger/commit_message.h"
#include "ledger/commit_queue.h"

enum { COMMIT_PATH_MAX = 600, COMMIT_ALL_SLOTS = COMMIT_SLOTS * SHARED_FILE_PARTS };

/*
 * The state of a slot: FREE, FILLING, WAITING, TAKEN, ANSWERED, and FREE again. A worker withdraws what is
 * WAITING; it may leave what is TAKEN, which the leader then frees.
 */
enum { SLOT_FREE, SLOT_FILLING, SLOT_WAITING, SLOT_TAKEN, SLOT_ANSWERED, SLOT_LEFT };

/* Of a batch, the slots of one process form a tree: each thread that wakes up wakes two others. */
enum { SLOT_WAKES = 2 };
#define NO_SLOT UINT32_MAX

struct slot {
	uint64_t ticket; /* order of arrival */
	uint32_t wakes[SLOT_WAKES];
	_Alignas(64) char message[COMMIT_MESSAGE_BYTES];
};

/* The beginning of the file. */
struct head {
	pthread_mutex_t leader; /* held by the one who leads */
	_Alignas(64) _Atomic uint64_t tickets;
	_Atomic uint32_t arrivals; /* the leader sleeps on it */
	_Atomic uint32_t asleep;   /* whether it does */
	_Atomic uint32_t stuck;    /* the leader did not move */
	_Atomic int64_t looked_ns; /* when it took something, or found nothing */
	_Atomic uint32_t parts;    /* one more than the highest part that was ever taken */
	_Alignas(64) _Atomic uint32_t states[COMMIT_ALL_SLOTS];
};

struct commit_queue {
	char path[COMMIT_PATH_MAX];
	int fd;
	struct head *head;
	struct slot *slots;
	uint32_t first; /* of our slots */
	_Atomic uint32_t hint;
};

struct commit_message *slots_message(struct commit_queue *queue, uint32_t slot);
/* Change the state of a slot, unless it has another one by now. */
bool slots_change(struct commit_queue *queue, uint32_t slot, uint32_t from, uint32_t to);
/* Sleep until another thread, of any process, wakes those that sleep on the word; not if its value has
 * changed. */
void slots_sleep(_Atomic uint32_t *word, uint32_t value, int64_t most_ms);
void slots_wake(_Atomic uint32_t *word);
/* Wake the threads that the one of this slot is to wake. */
void slots_wake_next(struct commit_queue *queue, uint32_t slot);

#endif
