/*
 * config.h - the settings.
 *
 * Settings come from the environment (systemd's EnvironmentFile= sets it); the table in config.def
 * gives each its variable, type, range, default and help, from which the manual page and `cowry
 * doctor` are generated.
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
 * Read all settings from the environment. On an invalid value return false with a one-line message
 * in problem. Texts point into the environment.
 */
bool config_load(struct config *config, char problem[256]) MUST_CHECK;

/*
 * Whether the combination of settings is allowed: the sandbox and plain HTTP to payment services
 * belong to development. Also checks the allowed origins. If not, leaves a one-line message in
 * problem.
 */
bool config_check(const struct config *config, char problem[256]) MUST_CHECK;

/* Whether COWRY_ENVIRONMENT says development. */
bool config_is_development(const struct config *config);
/* Whether COWRY_OTP_FUNDING says open. */
bool config_opens_funding(const struct config *config);

#endif
