#include "ledger/commit_message.h"

#include <stddef.h>
#include <string.h>

#include "base/arena.h"
#include "base/requester.h"

enum text { REFERENCE, METADATA, CURRENCY, PRINCIPAL, KEY, TEXTS };

/* No text: metadata may be missing, and the Idempotency-Key with its principal. */
enum { NO_TEXT = UINT16_MAX };

struct commit_message {
	struct ledger_transaction transaction; /* its pointers mean nothing here */
	struct requester requester;
	bool has_requester;
	struct ledger_key key; /* if there are its texts */
	struct fault fault;
	uint16_t lengths[TEXTS];
	/* Postings, then texts with their terminators. The results replace the postings. */
	_Alignas(8) char data[];
};

enum { DATA_BYTES = COMMIT_MESSAGE_BYTES - offsetof(struct commit_message, data) };

_Static_assert(sizeof(struct posting_result) <= sizeof(struct posting),
	       "results fit where the postings were");

static size_t
texts_at(const struct ledger_transaction *t)
{
	return t->count * sizeof(struct posting);
}

/* Where a text goes, after those before it; NULL if it does not fit. */
static char *
text_room(struct commit_message *message, size_t *offset, size_t length)
{
	char *room = message->data + *offset;

	if (length >= NO_TEXT || *offset + length + 1 > DATA_BYTES)
		return NULL;
	*offset += length + 1;
	return room;
}

bool
commit_message_write(struct commit_message *message, const struct ledger_transaction *t)
{
	const char *const texts[TEXTS] = {t->reference, t->metadata, t->currency,
					  t->key != NULL ? t->key->principal : NULL,
					  t->key != NULL ? t->key->key : NULL};
	size_t offset = texts_at(t);

	if (offset > DATA_BYTES || t->rules != NULL || t->condition_count > 0)
		return false;
	message->transaction = *t;
	message->has_requester = t->requester != NULL;
	if (t->requester != NULL)
		message->requester = *t->requester;
	if (t->key != NULL)
		message->key = *t->key;
	memcpy(message->data, t->postings, offset);
	for (size_t i = 0; i < TEXTS; i++) {
		size_t length = texts[i] != NULL ? strlen(texts[i]) : NO_TEXT;
		char *room = texts[i] != NULL ? text_room(message, &offset, length) : NULL;

		if (texts[i] != NULL && room == NULL)
			return false;
		message->lengths[i] = (uint16_t)length;
		if (room != NULL)
			memcpy(room, texts[i], length + 1);
	}
	return true;
}

static bool
read_texts(const struct commit_message *message, struct arena *arena, size_t offset,
	   const char *texts[TEXTS])
{
	for (size_t i = 0; i < TEXTS; i++) {
		size_t length = message->lengths[i];

		if (length == NO_TEXT)
			continue;
		if (offset + length + 1 > DATA_BYTES)
			return false;
		texts[i] = arena_strndup(arena, message->data + offset, length);
		offset += length + 1;
	}
	return texts[REFERENCE] != NULL && texts[CURRENCY] != NULL;
}

static const struct ledger_key *
read_key(const struct commit_message *message, struct arena *arena, const char *const *texts)
{
	struct ledger_key *key;

	if (texts[PRINCIPAL] == NULL || texts[KEY] == NULL)
		return NULL;
	key = arena_copy(arena, &message->key, sizeof(*key));
	key->principal = texts[PRINCIPAL];
	key->key = texts[KEY];
	return key;
}

struct ledger_transaction *
commit_message_read(const struct commit_message *message, struct arena *arena)
{
	struct ledger_transaction *t = arena_copy(arena, &message->transaction, sizeof(*t));
	const char *texts[TEXTS] = {NULL};
	struct requester *requester;

	if (t->count < 1 || t->count > POSTINGS_MAX || texts_at(t) > DATA_BYTES ||
	    !read_texts(message, arena, texts_at(t), texts))
		return NULL;
	t->reference = texts[REFERENCE];
	t->metadata = texts[METADATA];
	t->currency = texts[CURRENCY];
	t->postings = arena_copy(arena, message->data, texts_at(t));
	t->results = arena_array(arena, t->count, sizeof(*t->results));
	t->key = read_key(message, arena, texts);
	t->requester = NULL;
	if (message->has_requester) {
		requester = arena_copy(arena, &message->requester, sizeof(*requester));
		requester->fd = -1; /* of another process */
		t->requester = requester;
	}
	return t;
}

/* What points into the memory of the process that reports it can't be shared. */
static void
put_fault(struct commit_message *message, const struct fault *fault)
{
	message->fault = *fault;
	message->fault.violations = NULL;
	message->fault.limit = NULL;
	message->fault.allow = NULL;
	message->fault.file = NULL;
	message->fault.broken = NULL;
	message->fault.broken_file = NULL;
}

void
commit_message_answer(struct commit_message *message, const struct ledger_transaction *t,
		      const struct fault *fault)
{
	struct ledger_transaction *out = &message->transaction;

	if (fault->err != ERR_OK) {
		put_fault(message, fault);
		return;
	}
	message->fault.err = ERR_OK;
	out->err = t->err;
	out->replayed = t->replayed;
	out->transaction_id = t->transaction_id;
	out->public_id = t->public_id;
	out->created_at = t->created_at;
	out->exceeded = t->exceeded;
	memcpy(message->data, t->results, t->count * sizeof(*t->results));
}

void
commit_message_fail(struct commit_message *message, const struct fault *fault)
{
	put_fault(message, fault);
}

void
commit_message_result(const struct commit_message *message, struct ledger_transaction *t,
		      struct fault *fault)
{
	const struct ledger_transaction *in = &message->transaction;

	if (message->fault.err != ERR_OK) {
		*fault = message->fault;
		return;
	}
	t->err = in->err;
	t->replayed = in->replayed;
	t->transaction_id = in->transaction_id;
	t->public_id = in->public_id;
	t->created_at = in->created_at;
	t->exceeded = in->exceeded;
	memcpy(t->results, message->data, t->count * sizeof(*t->results));
}
