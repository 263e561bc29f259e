/* Checks of the key files. */
#include "crypto/rotation.h"

#include "app/operation/key_fingerprint.h"
#include "bin/doctor_checks.h"

enum { DAY_S = 86400, KEY_DAYS_MAX = 365 };

static void
describe(struct checkup *c, const struct keyring *keys, enum key_use use)
{
	const char *active = keyring_id(keys, use, 0);
	int64_t days = (clock_system().us - rotation_birth(active).us) / SECOND_US / DAY_S;

	if (rotation_waiting(keys, use) != NULL) {
		found(c, SEVERITY_WARNING, keyring_file(use),
		      "a key is waiting; restart all processes, then run cowry secrets activate");
		return;
	}
	if (keyring_id(keys, use, 1) != NULL)
		found(c, SEVERITY_WARNING, keyring_file(use),
		      "has older keys; restart all processes, then run cowry secrets prune");
	if (rotation_birth(active).us != 0 && days > KEY_DAYS_MAX)
		foundf(c, SEVERITY_WARNING, keyring_file(use),
		       "the key is %lld days old; see cowry secrets rotate", (long long)days);
}

void
doctor_keys(struct checkup *c)
{
	char problem[256] = "";
	struct keyring *keys = keyring_load(c->config->secrets_dir, problem);

	found(c, keys != NULL ? SEVERITY_OK : SEVERITY_ERROR, "key files", problem);
	if (keys != NULL) {
		describe(c, keys, KEY_BOX);
		describe(c, keys, KEY_TOKEN);
	}
	keyring_free(keys);
}

/* Whether these are the keys that the database is used with. */
void
doctor_fingerprints(struct checkup *c)
{
	static const char text[] = "keys of this database";
	struct ctx *ctx = checkup_ctx(c, ROLE_OWNER);
	struct keyring *keys;
	const char *why = NULL;
	bool recorded = false;
	char problem[256];

	keys = keyring_load(c->config->secrets_dir, problem);
	if (keys == NULL)
		return; /* reported by doctor_keys */
	if (key_fingerprint_check(ctx, keys, c->config->secrets_dir, &why, &recorded) != ERR_OK)
		found_failure(c, ctx);
	else if (why != NULL)
		found(c, SEVERITY_ERROR, text, why);
	else if (!recorded)
		found(c, SEVERITY_WARNING, text,
		      "are not recorded; run cowry migrate with the keys");
	else
		found(c, SEVERITY_OK, text, "");
	keyring_free(keys);
}
