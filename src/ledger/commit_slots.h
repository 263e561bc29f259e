/* commit_slots.h - the file of commit_queue.h, for its parts only: opening it, submitting, receiving answers, leading. */
#ifndef LEDGER_COMMIT_SLOTS_H
#define LEDGER_COMMIT_SLOTS_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/waiter.h"
#include "ledger/commit_message.h"
#include "ledger/commit_queue.h"

enum { COMMIT_PATH_MAX = 600, COMMIT_ALL_SLOTS = COMMIT_SLOTS * SHARED_FILE_PARTS };

/*
 * The state of a slot: FREE, FILLING, WAITING, TAKEN, ANSWERED, and FREE again. A worker withdraws what is
 * WAITING; it may leave what is TAKEN, which the leader then frees.
 */
enum { SLOT_FREE, SLOT_FILLING, SLOT_WAITING, SLOT_TAKEN, SLOT_ANSWERED, SLOT_LEFT };

#define NO_SLOT UINT32_MAX

struct slot {
	uint64_t ticket; /* order of arrival */
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
	/* Of each part: changes when some of its slots were answered, and its process sleeps on it. */
	_Alignas(64) _Atomic uint32_t answers[SHARED_FILE_PARTS];
	_Alignas(64) _Atomic uint32_t states[COMMIT_ALL_SLOTS];
};

/* How a wait has ended. */
enum commit_outcome {
	COMMIT_ANSWERED,
	COMMIT_WITHDRAWN, /* the leader does not move, and has not taken it */
	COMMIT_LEFT,      /* the leader has taken it, and was waited for long enough */
};

/* A request that waits for the answer in a slot of ours. */
struct commit_wait {
	struct waiter waiter;
	int64_t since_ns;
	int64_t until_ns;
	enum commit_outcome outcome;
};

struct commit_queue {
	char path[COMMIT_PATH_MAX];
	int fd;
	struct head *head;
	struct slot *slots;
	uint32_t first; /* of our slots */
	_Atomic uint32_t hint;
	_Atomic(struct commit_wait *) waits[COMMIT_SLOTS];
	pthread_mutex_t collecting; /* held by a thread that ends waits */
	pthread_t receiver;
	bool receives; /* the thread was started */
	atomic_bool closing;
};

struct commit_message *slots_message(struct commit_queue *queue, uint32_t slot);
/* Change the state of a slot, unless it has another one by now. */
bool slots_change(struct commit_queue *queue, uint32_t slot, uint32_t from, uint32_t to);
/* Sleep until another thread, of any process, wakes those that sleep on the word; not if its value has
 * changed. */
void slots_sleep(_Atomic uint32_t *word, uint32_t value, int64_t most_ms);
void slots_wake(_Atomic uint32_t *word);
/* Wake the receiver of a part. */
void slots_notify(struct commit_queue *queue, uint32_t part);

/* End the waits of those of our slots that are answered, or not waited for any longer. */
void commit_queue_collect(struct commit_queue *queue);
/* A thread of this process that does so; the argument is the queue. */
void *commit_queue_receive(void *arg);

#endif
