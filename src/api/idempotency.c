#include "api/idempotency.h"

#include <string.h>

#include "base/arena.h"
#include "base/config.h"
#include "crypto/box.h"
#include "crypto/hmac.h"
#include "db/row.h"

enum { KEY_BYTES_MAX = 255, RESERVED_S = 120, RUNNING = 0 };

enum err
idempotency_wanted(struct call *call, bool *wanted)
{
	const char *key = call->request->idempotency_key;
	size_t length = key != NULL ? strlen(key) : 0;

	*wanted =
		key != NULL && call->route->method != GET && !call->rehearse && !call->route->fresh;
	if (!*wanted)
		return ERR_OK;
	if (length == 0 || length > KEY_BYTES_MAX)
		return fault(&call->ctx.fault, ERR_BAD_REQUEST, NULL,
			     "Idempotency-Key must have 1 to 255 characters");
	for (const char *p = key; *p != '\0'; p++)
		if (*p < ' ' || *p > '~')
			return fault(&call->ctx.fault, ERR_BAD_REQUEST, NULL,
				     "Idempotency-Key must be printable ASCII");
	return ERR_OK;
}

/* Whose key it is: the same text from another sender is another key. */
static const char *
principal_name(struct call *call)
{
	const struct principal *who = &call->ctx.who;

	switch (who->kind) {
	case PRINCIPAL_USER:
		return arena_printf(call->ctx.arena, "user:%lld", (long long)who->user_id);
	case PRINCIPAL_USER_KEY:
	case PRINCIPAL_PROJECT_KEY:
		return arena_printf(call->ctx.arena, "key:%lld", (long long)who->key_id);
	case PRINCIPAL_WALLET_KEY:
		return arena_printf(call->ctx.arena, "wallet-key:%lld", (long long)who->key_id);
	case PRINCIPAL_NONE:
		break;
	}
	return arena_printf(call->ctx.arena, "public:%s %s", call->dialect->name,
			    call->ctx.address);
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

/* What the sealed answer belongs to. */
static const char *
seal_context(struct call *call, const char *principal)
{
	return arena_printf(call->ctx.arena, "idempotency %s %s", principal,
			    call->request->idempotency_key);
}

static enum err
take_answer(struct call *call, const struct rows *rows, const char *principal)
{
	unsigned char hash[SHA256_SIZE];
	struct bytes stored = row_bytes(rows, 0, 0);
	struct bytes body;

	hash_request(call, hash);
	if (stored.length != SHA256_SIZE || memcmp(stored.data, hash, SHA256_SIZE) != 0)
		return fault(&call->ctx.fault, ERR_IDEMPOTENCY_MISMATCH, NULL, NULL);
	if (row_int(rows, 0, 1) == RUNNING)
		return fault(&call->ctx.fault, ERR_IDEMPOTENCY_RUNNING, NULL, NULL);
	if (!box_open(call->ctx.app->keys, call->ctx.arena, seal_context(call, principal),
		      row_bytes(rows, 0, 2), &body))
		return fault(&call->ctx.fault, ERR_INTERNAL, NULL, NULL);
	call->reply.status = (int)row_int(rows, 0, 1);
	call->reply.body = body;
	call->replayed = true;
	return ERR_OK;
}

enum err
idempotency_begin(struct call *call, bool *replayed)
{
	const char *principal = principal_name(call);
	const char *key = call->request->idempotency_key;
	struct rows lock;
	struct rows answer;
	const struct param lock_param = p_int(lock_number(principal, key, call->ctx.arena));
	const struct param find_params[] = {p_text(principal), p_text(key)};
	const struct db_call calls[] = {
		{SQL_idempotency_lock, &lock, &lock_param, 1},
		{SQL_idempotency_find, &answer, find_params, 2},
	};

	TRY(db_pipeline(&call->ctx, calls, 2));
	if (!row_bool(&lock, 0, 0))
		return fault(&call->ctx.fault, ERR_IDEMPOTENCY_RUNNING, NULL, NULL);
	*replayed = answer.count > 0;
	return *replayed ? take_answer(call, &answer, principal) : ERR_OK;
}

static enum err
store(struct call *call, int status, struct bytes body, int64_t lifetime_s)
{
	const char *principal = principal_name(call);
	unsigned char hash[SHA256_SIZE];
	struct bytes sealed =
		box_seal(call->ctx.app->keys, call->ctx.arena, seal_context(call, principal), body);

	hash_request(call, hash);
	return db_run(&call->ctx, SQL_idempotency_insert, NULL,
		      PARAMS(p_text(principal), p_text(call->request->idempotency_key),
			     p_bytes(hash, sizeof(hash)), p_int(status),
			     p_bytes(sealed.data, sealed.length), p_int(lifetime_s)));
}

enum err
idempotency_reserve(struct call *call)
{
	return store(call, RUNNING, (struct bytes){"", 0}, RESERVED_S);
}

enum err
idempotency_release(struct call *call)
{
	return db_run(&call->ctx, SQL_idempotency_release, NULL,
		      PARAMS(p_text(principal_name(call)), p_text(call->request->idempotency_key)));
}

enum err
idempotency_end(struct call *call)
{
	return store(call, call->reply.status, call->reply.body,
		     call->ctx.app->config->idempotency_s);
}
