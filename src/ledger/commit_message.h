/*
 * commit_message.h - a transaction and its result in memory that processes share.
 *
 * The process that submits a transaction writes it, the one that posts it reads it, and writes the
 * result. Both are the same release of the program: another one uses another file (commit_queue.h).
 * Lengths are checked when a message is read.
 */
#ifndef LEDGER_COMMIT_MESSAGE_H
#define LEDGER_COMMIT_MESSAGE_H

#include <stdbool.h>

#include "ledger/kernel.h"

enum { COMMIT_MESSAGE_BYTES = 4096 };

struct commit_message;

/* False if the transaction is too large for a message. */
bool commit_message_write(struct commit_message *message, const struct ledger_transaction *t);
/* A copy of the transaction in the arena; its requester is a deadline only. NULL if the message is
 * malformed. */
struct ledger_transaction *commit_message_read(const struct commit_message *message,
					       struct arena *arena);

/* The result, by the process that posted it. fault is that of the batch. */
void commit_message_answer(struct commit_message *message, const struct ledger_transaction *t,
			   const struct fault *fault);
/* A result that was never computed. */
void commit_message_fail(struct commit_message *message, const struct fault *fault);
/* The result, into the transaction that was written and the fault. */
void commit_message_result(const struct commit_message *message, struct ledger_transaction *t,
			   struct fault *fault);

#endif
