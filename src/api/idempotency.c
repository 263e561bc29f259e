#include "api/idempotency.h"

#include <string.h>

#include "base/arena.h"
#include "base/config.h"
#include "base/ensure.h"
#include "base/word.h"
#include "crypto/box.h"
#include "crypto/hmac.h"
#include "db/row.h"
#include "ledger/kernel.h"
#include "runtime/app.h"

enum { KEY_BYTES_MAX = 255, OPEN = 0, CALLS_MAX = 3, SLACK_S = 10 };

/* The columns of idempotency_find. */
enum { HASH, STATUS, BODY, POSTED, OPENED, RUNS, PRINCIPAL };

enum err
idempotency_wanted(struct call *call, bool *wanted)
{
	const char *key = call->request->idempotency_key;
	size_t length = key != NULL ? strlen(key) : 0;

	*wanted = key != NULL && call->route->method != GET && !call->dry_run &&
		  !call->route->ignores_key;
	if (!*wanted)
		return ERR_OK;
	if (call->request->contradicting_keys)
		return fault(&call->ctx.fault, ERR_BAD_REQUEST, NULL,
			     "There is more than one Idempotency-Key");
	if (length == 0 || length > KEY_BYTES_MAX)
		return fault(&call->ctx.fault, ERR_BAD_REQUEST, NULL,
			     "Idempotency-Key must have 1 to 255 characters");
	for (const char *p = key; *p != '\0'; p++)
		if (*p < ' ' || *p > '~')
			return fault(&call->ctx.fault, ERR_BAD_REQUEST, NULL,
				     "Idempotency-Key must be printable ASCII");
	return ERR_OK;
}

/* The owner of the key: the same text from another owner is another key. */
static const char *
owner_name(struct call *call)
{
	const struct principal *who = &call->ctx.who;

	switch (who->kind) {
	case PRINCIPAL_USER:
	case PRINCIPAL_USER_KEY:
	case PRINCIPAL_WALLET_KEY:
		return arena_printf(call->ctx.arena, "user:%lld", (long long)who->user_id);
	case PRINCIPAL_PROJECT_KEY:
		return arena_printf(call->ctx.arena, "project:%lld %s", (long long)who->project_id,
				    word_text(mode_words, who->mode));
	case PRINCIPAL_NONE:
		break;
	}
	return arena_printf(call->ctx.arena, "public:%s %s", call->dialect->name,
			    call->ctx.address);
}

/* The name under which earlier releases, which bound keys to credentials, stored answers; they
 * are valid for a day after an upgrade. */
static const char *
credential_name(struct call *call)
{
	const struct principal *who = &call->ctx.who;

	if (who->key_id == 0)
		return NULL;
	return arena_printf(call->ctx.arena, "%s:%lld",
			    who->kind == PRINCIPAL_WALLET_KEY ? "wallet-key" : "key",
			    (long long)who->key_id);
}

/* The maximum time that a request can wait for outside servers. */
static int64_t
longest_run_s(const struct call *call)
{
	return CALLS_MAX * call->ctx.app->config->outside_timeout_ms / 1000 + SLACK_S;
}

static void
hash_request(const struct call *call, unsigned char out[SHA256_SIZE])
{
	const struct request *request = call->request;
	const char *head =
		arena_printf(call->ctx.arena, "%s %s\n", request->method, request->target);
	size_t head_length = strlen(head);
	char *all = arena_alloc(call->ctx.arena, head_length + request->body.length);

	memcpy(all, head, head_length); /* NOLINT: not a text */
	if (request->body.length > 0)
		memcpy(all + head_length, request->body.data, request->body.length);
	sha256(all, head_length + request->body.length, out);
}

static int64_t
lock_number(const char *principal, const char *key, struct arena *arena)
{
	const char *name = arena_printf(arena, "idempotency %s %s", principal, key);
	unsigned char digest[SHA256_SIZE];
	uint64_t number = 0;

	sha256(name, strlen(name), digest);
	for (size_t i = 0; i < 8; i++)
		number = number << 8 | digest[i];
	return (int64_t)number;
}

/* The context of the sealed answer. */
static const char *
seal_context(struct call *call, const char *principal)
{
	return arena_printf(call->ctx.arena, "idempotency %s %s", principal,
			    call->request->idempotency_key);
}

static enum err
take_answer(struct call *call, const struct rows *rows)
{
	struct bytes body;

	if (!box_open(call->ctx.app->keys, call->ctx.arena,
		      seal_context(call, row_text(rows, 0, PRINCIPAL)), row_bytes(rows, 0, BODY),
		      &body))
		return fault(&call->ctx.fault, ERR_INTERNAL, NULL, NULL);
	call->reply.status = (int)row_int(rows, 0, STATUS);
	call->reply.body = body;
	call->replayed = true;
	return ERR_OK;
}

static enum err
judge(struct call *call, const struct rows *rows, enum idempotency_state *state)
{
	unsigned char hash[SHA256_SIZE];
	struct bytes stored = row_bytes(rows, 0, HASH);

	hash_request(call, hash);
	if (stored.length != SHA256_SIZE || memcmp(stored.data, hash, SHA256_SIZE) != 0)
		return fault(&call->ctx.fault, ERR_IDEMPOTENCY_MISMATCH, NULL, NULL);
	if (row_int(rows, 0, STATUS) != OPEN) {
		*state = IDEMPOTENCY_ANSWERED;
		return take_answer(call, rows);
	}
	if (!row_is_null(rows, 0, POSTED)) {
		call->posted = (int)row_int(rows, 0, POSTED);
		*state = IDEMPOTENCY_POSTED;
		return ERR_OK;
	}
	call->opened = row_text(rows, 0, OPENED);
	if (row_bool(rows, 0, RUNS) || call->opened == NULL)
		return fault(&call->ctx.fault, ERR_IDEMPOTENCY_RUNNING, NULL, NULL);
	*state = IDEMPOTENCY_OPENED;
	return ERR_OK;
}

const struct ledger_key *
idempotency_key(struct call *call)
{
	struct ledger_key *key = arena_alloc(call->ctx.arena, sizeof(*key));

	*key = (struct ledger_key){.principal = owner_name(call),
				   .key = call->request->idempotency_key,
				   .status = call->route->status,
				   .lifetime_s = call->ctx.app->config->idempotency_s};
	hash_request(call, key->hash);
	return key;
}

enum err
idempotency_begin(struct call *call, enum idempotency_state *state)
{
	const char *const owners[] = {owner_name(call), credential_name(call)};
	const char *key = call->request->idempotency_key;
	struct rows lock;
	struct rows found;
	const struct param lock_param = p_int(lock_number(owners[0], key, call->ctx.arena));
	const struct param find_params[] = {p_texts(owners, owners[1] != NULL ? 2 : 1),
					    p_text(key)};
	const struct db_call calls[] = {
		{SQL_idempotency_lock, &lock, &lock_param, 1},
		{SQL_idempotency_find, &found, find_params, 2},
	};

	TRY(db_pipeline(&call->ctx, calls, 2));
	if (!row_bool(&lock, 0, 0))
		return fault(&call->ctx.fault, ERR_IDEMPOTENCY_RUNNING, NULL, NULL);
	*state = IDEMPOTENCY_NEW;
	return found.count > 0 ? judge(call, &found, state) : ERR_OK;
}

enum err
idempotency_reserve(struct call *call)
{
	unsigned char hash[SHA256_SIZE];

	TRY(ensure(&call->ctx, call->opened != NULL));
	hash_request(call, hash);
	return db_run(&call->ctx, SQL_idempotency_reserve, NULL,
		      PARAMS(p_text(owner_name(call)), p_text(call->request->idempotency_key),
			     p_bytes(hash, sizeof(hash)), p_text(call->opened),
			     p_text(call->ctx.app->name), p_int(longest_run_s(call)),
			     p_int(call->ctx.app->config->idempotency_s)));
}

enum err
idempotency_pause(struct call *call)
{
	return db_run(&call->ctx, SQL_idempotency_pause, NULL,
		      PARAMS(p_text(owner_name(call)), p_text(call->request->idempotency_key),
			     p_text(call->ctx.app->name)));
}

enum err
idempotency_release(struct call *call)
{
	return db_run(&call->ctx, SQL_idempotency_release, NULL,
		      PARAMS(p_text(owner_name(call)), p_text(call->request->idempotency_key)));
}

enum err
idempotency_end(struct call *call)
{
	const char *owner = owner_name(call);
	unsigned char hash[SHA256_SIZE];
	struct bytes sealed = box_seal(call->ctx.app->keys, call->ctx.arena,
				       seal_context(call, owner), call->reply.body);

	hash_request(call, hash);
	return db_run(&call->ctx, SQL_idempotency_insert, NULL,
		      PARAMS(p_text(owner), p_text(call->request->idempotency_key),
			     p_bytes(hash, sizeof(hash)), p_int(call->reply.status),
			     p_bytes(sealed.data, sealed.length),
			     p_int(call->ctx.app->config->idempotency_s)));
}
