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

/* The installed file of settings: the default of COWRY_ENV_FILE. */
#define CONFIG_ENV_FILE "/etc/cowry/cowry.env"

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
	bool live;     /* may change while a process runs */
};

/* Rows in the table's order; NULL past the end. */
const struct config_row *config_row(size_t i);

/* The value of a variable in a source of settings; NULL: the setting has its default. */
typedef const char *config_lookup(const void *source, const char *name);

/*
 * Read all settings from a source. On an invalid value return false with a one-line message in
 * problem. Texts point into the source.
 */
bool config_load_from(struct config *config, config_lookup *lookup, const void *source,
		      char problem[256]) MUST_CHECK;
/* The same from the environment, and refuse names that are no settings (config_names.h). Before
 * threads are started. */
bool config_load(struct config *config, char problem[256]) MUST_CHECK;

/*
 * Whether the combination of settings is allowed: the sandbox and plain HTTP to payment services
 * belong to development. Also checks the allowed origins. If not, leaves a one-line message in
 * problem.
 */
bool config_check(const struct config *config, char problem[256]) MUST_CHECK;

/* Copy one setting. */
void config_copy(struct config *to, const struct config *from, const struct config_row *row);
/* Whether one setting has the same value in both. */
bool config_same(const struct config *a, const struct config *b, const struct config_row *row);
/* The member of a row of kind TEXT or SECRET. */
const char **config_text(struct config *config, const struct config_row *row);

/* Whether COWRY_ENVIRONMENT says development. */
bool config_is_development(const struct config *config);
/* Whether COWRY_OTP_FUNDING says open. */
bool config_opens_funding(const struct config *config);
/* Whether COWRY_SEALS is not off. */
bool config_publishes_seals(const struct config *config);

#endif
