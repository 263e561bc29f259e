/*
 * config.h - one table of settings.
 *
 * Settings come from the environment (systemd's EnvironmentFile= sets it); the
 * table in config.def gives each its variable, type, range, default and help,
 * from which the manual page and `cowry doctor` are made.
 */
#ifndef BASE_CONFIG_H
#define BASE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"

/* The C type of each kind of setting. */
typedef const char *config_TEXT;
typedef const char *config_SECRET;
typedef int64_t config_NUMBER;
typedef bool config_FLAG;

struct config {
#define CONFIG(member, kind, variable, fallback, least, most, help) config_##kind member;
#include "base/config.def"
#undef CONFIG
};

enum config_kind { CONFIG_TEXT, CONFIG_SECRET, CONFIG_NUMBER, CONFIG_FLAG };

/* One row of the table, for doctor and the manual. */
struct config_row {
	const char *variable;
	enum config_kind kind;
	const char *fallback;
	int64_t least;
	int64_t most;
	const char *help;
	size_t offset; /* of the member in struct config */
};

/* Rows in the table's order; NULL past the end. */
const struct config_row *config_row(size_t i);

/*
 * Read all settings from the environment. On a wrong value return false and
 * leave one clear line in problem. Texts point into the environment.
 */
bool config_load(struct config *config, char problem[256]) MUST_CHECK;

/*
 * Whether the settings may stand together: the sandbox and plain HTTP to what deals with money
 * belong to development. And whether the allowed origins are some. If not, leave one clear line in problem.
 */
bool config_check(const struct config *config, char problem[256]) MUST_CHECK;

/* Whether COWRY_ENVIRONMENT says development. */
bool config_is_development(const struct config *config);
/* Whether COWRY_OTP_FUNDING says open. */
bool config_opens_funding(const struct config *config);

#endif
