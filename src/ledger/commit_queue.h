/*
 * commit_queue.h - the transactions of all workers of a machine, in one queue.
 *
 * Group commit is worth the more the larger its batches are, so that workers with a queue each would cost
 * the database more, the more of them there are. Here each worker has slots in a file that all of them
 * map. One of them leads: it takes the waiting transactions, posts them, and writes the results. The
 * others sleep until theirs are there.
 *
 * The leader is only an optimisation: the database's locks keep transactions apart, whichever worker posts them. If
 * a leader dies, the next one takes its slot at once, and the outcome of what the dead one had taken is
 * ERR_OUTCOME_UNKNOWN. If it does not move, workers post what it has not taken by themselves.
 */
#ifndef LEDGER_COMMIT_QUEUE_H
#define LEDGER_COMMIT_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/shared_file.h"
#include "ledger/kernel.h"

enum {
	COMMIT_SLOTS = 1024,       /* of a worker */
	COMMIT_PATIENCE_MS = 1000, /* with a leader that does not move */
	COMMIT_TAKEN_MS =
		30000, /* a transaction without a deadline; afterwards its outcome is unknown */
};

struct commit_queue;

/*
 * A queue for the processes of the same identity, a hash of the database that they use, in a file in the
 * folder. NULL, with the reason in problem, if there is none; problem is empty if the folder is.
 */
struct commit_queue *commit_queue_open(const char *folder, uint64_t identity,
				       char problem[SHARED_FILE_PROBLEM_MAX]);
void commit_queue_close(struct commit_queue *queue);

/*
 * Wait until the transaction was posted by the leader; fault is that of its batch, as is its
 * outage. False if it was not posted and will not be: the caller may do so.
 */
bool commit_queue_submit(struct commit_queue *queue, struct ledger_transaction *transaction,
			 struct fault *fault) MUST_CHECK;

/* Become the leader within the time. One thread of a process may try. */
bool commit_queue_lead(struct commit_queue *queue, int64_t within_ms) MUST_CHECK;
void commit_queue_resign(struct commit_queue *queue);

/* What the leader has taken. */
struct commit_batch {
	size_t count;
	struct ledger_transaction **transactions; /* in order of arrival; in the arena */
	uint32_t *slots;
};

/* As the leader: wait for transactions, and take the oldest ones. Empty after the time. */
struct commit_batch commit_queue_take(struct commit_queue *queue, struct arena *arena, size_t most,
				      int64_t within_ms);
/* As the leader: each transaction's result and the fault of its posting. */
void commit_queue_answer(struct commit_queue *queue, const struct commit_batch *batch,
			 const struct fault *faults);

#endif
