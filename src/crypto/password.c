#include <config.h>

#include "crypto/password.h"

#include <argon2.h>
#include <crypt.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/attributes.h"
#include "base/fiber.h"
#include "base/text.h"
#include "crypto/hmac.h"
#include "crypto/random.h"

enum {
	MEMORY_KIB = 19 * 1024,
	PASSES = 2,
	LANES = 1,
	SALT_SIZE = 16,
	HASH_SIZE = 32,
	ENCODED_MAX = 128,
	WAIT_MAX_S = 2,
	DUMMY_ARENA_MAX = 64 * 1024,
	BCRYPT_COST = 10,
};

struct password_gate {
	pthread_mutex_t lock;
	pthread_cond_t left;
	int free_places;         /* guarded by lock */
	char dummy[ENCODED_MAX]; /* a hash of no known password, which costs what the others do */
};

static const char *const common[] = {
#include "crypto/common_passwords.def"
};

static int
hash(const char *password, size_t length, char encoded[ENCODED_MAX])
{
	unsigned char salt[SALT_SIZE];
	int code;

	random_bytes(salt, sizeof(salt));
	fiber_block();
	code = argon2id_hash_encoded(PASSES, MEMORY_KIB, LANES, password, length, salt,
				     sizeof(salt), HASH_SIZE, encoded, ENCODED_MAX);
	fiber_unblock();
	return code;
}

/* Waits are measured by the monotonic clock. */
static bool
init_sync(struct password_gate *gate)
{
	pthread_condattr_t attr;
	bool made;

	if (pthread_condattr_init(&attr) != 0)
		return false;
	made = pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) == 0 &&
	       pthread_cond_init(&gate->left, &attr) == 0;
	(void)pthread_condattr_destroy(&attr);
	return made && pthread_mutex_init(&gate->lock, NULL) == 0;
}

/* Random bytes in place of salt and hash: nobody waits for it to be computed at the start. */
static void
write_dummy(char encoded[ENCODED_MAX])
{
	enum { SALT_DIGITS = (SALT_SIZE * 8 + 5) / 6, HASH_DIGITS = (HASH_SIZE * 8 + 5) / 6 };
	struct arena *arena = arena_new(DUMMY_ARENA_MAX);
	unsigned char salt[SALT_SIZE];
	unsigned char digest[HASH_SIZE];

	random_bytes(salt, sizeof(salt));
	random_bytes(digest, sizeof(digest));
	(void)snprintf(encoded, ENCODED_MAX, "$argon2id$v=%d$m=%d,t=%d,p=%d$%.*s$%.*s",
		       ARGON2_VERSION_NUMBER, MEMORY_KIB, PASSES, LANES, SALT_DIGITS,
		       base64_encode(arena, salt, sizeof(salt)), HASH_DIGITS,
		       base64_encode(arena, digest, sizeof(digest)));
	arena_free(arena);
}

struct password_gate *
password_gate_new(int at_once)
{
	struct password_gate *gate = calloc(1, sizeof(*gate));

	if (gate == NULL)
		return NULL;
	if (!init_sync(gate)) {
		free(gate);
		return NULL;
	}
	write_dummy(gate->dummy);
	gate->free_places = at_once;
	return gate;
}

void
password_gate_free(struct password_gate *gate)
{
	if (gate == NULL)
		return;
	(void)pthread_cond_destroy(&gate->left);
	(void)pthread_mutex_destroy(&gate->lock);
	free(gate);
}

static enum err
enter(struct password_gate *gate, struct fault *f)
{
	struct timespec until;
	bool entered;
	int waited = 0;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += WAIT_MAX_S;
	fiber_block();
	(void)pthread_mutex_lock(&gate->lock);
	while (gate->free_places == 0 && waited != ETIMEDOUT)
		waited = pthread_cond_timedwait(&gate->left, &gate->lock, &until);
	entered = gate->free_places > 0;
	if (entered)
		gate->free_places--;
	(void)pthread_mutex_unlock(&gate->lock);
	fiber_unblock();
	if (entered)
		return ERR_OK;
	f->retry_after_s = WAIT_MAX_S;
	return fault(f, ERR_RATE_LIMITED, NULL, NULL);
}

static void
leave(struct password_gate *gate)
{
	(void)pthread_mutex_lock(&gate->lock);
	gate->free_places++;
	(void)pthread_cond_signal(&gate->left);
	(void)pthread_mutex_unlock(&gate->lock);
}

static enum err
failed(struct fault *f, int code)
{
	enum err err = code == ARGON2_MEMORY_ALLOCATION_ERROR ? ERR_UNAVAILABLE : ERR_INTERNAL;

	(void)snprintf(f->detail, sizeof(f->detail), "argon2: %s", argon2_error_message(code));
	return fault(f, err, NULL, NULL);
}

enum err
password_hash(struct password_gate *gate, struct arena *arena, struct fault *f,
	      const char *password, const char **encoded)
{
	char text[ENCODED_MAX];
	int code;

	TRY(enter(gate, f));
	code = hash(password, strlen(password), text);
	leave(gate);
	if (code != ARGON2_OK)
		return failed(f, code);
	*encoded = arena_strdup(arena, text);
	return ERR_OK;
}

enum err
password_bcrypt(struct password_gate *gate, struct arena *arena, struct fault *f, const char *text,
		const char **encoded)
{
	char setting[CRYPT_GENSALT_OUTPUT_SIZE];
	struct crypt_data *data = arena_alloc(arena, sizeof(*data));
	char random[SALT_SIZE];
	const char *made;

	random_bytes(random, sizeof(random));
	if (crypt_gensalt_rn("$2b$", BCRYPT_COST, random, sizeof(random), setting,
			     sizeof(setting)) == NULL)
		return fault(f, ERR_INTERNAL, NULL, NULL);
	TRY(enter(gate, f));
	fiber_block();
	made = crypt_rn(text, setting, data, sizeof(*data));
	fiber_unblock();
	leave(gate);
	if (made == NULL)
		return fault(f, ERR_INTERNAL, NULL, NULL);
	*encoded = arena_strdup(arena, made);
	secret_wipe(data, sizeof(*data));
	return ERR_OK;
}

enum err
password_verify(struct password_gate *gate, struct fault *f, const char *encoded,
		const char *password, bool *matches)
{
	const char *against = encoded != NULL ? encoded : gate->dummy;
	int code;

	TRY(enter(gate, f));
	fiber_block();
	code = argon2id_verify(against, password, strlen(password));
	fiber_unblock();
	leave(gate);
	if (code != ARGON2_OK && code != ARGON2_VERIFY_MISMATCH)
		return failed(f, code);
	*matches = code == ARGON2_OK && encoded != NULL;
	return ERR_OK;
}

static int
compare(const void *password, const void *entry)
{
	return strcmp(password, *(const char *const *)entry);
}

bool
password_is_common(const char *password)
{
	char lower[PASSWORD_BYTES_MAX + 1];
	size_t length = strlen(password);

	if (length > PASSWORD_BYTES_MAX)
		return false;
	for (size_t i = 0; i <= length; i++)
		lower[i] = password[i] >= 'A' && password[i] <= 'Z'
				   ? (char)(password[i] - 'A' + 'a')
				   : password[i];
	return bsearch(lower, common, COUNT(common), sizeof(common[0]), compare) != NULL;
}
