/*
 * config_names.h - which names of environment variables are settings.
 *
 * A misspelled setting would silently have its default, so names that begin with COWRY_ are refused
 * unless they are in config.def, or belong to ./dev, the tests or the examples (config_names.c).
 */
#ifndef BASE_CONFIG_NAMES_H
#define BASE_CONFIG_NAMES_H

#include <stdbool.h>

#include "base/attributes.h"

/* Whether a name may be given: it is a setting, or does not concern the programs. If not, leaves a
 * one-line message in problem, which suggests the setting that was probably meant. */
bool config_name_check(const char *name, char problem[256]) MUST_CHECK;
/* The same for the names of all variables of an environment such as environ. */
bool config_names_check(char *const *environment, char problem[256]) MUST_CHECK;

struct env_file;

/* The same for the assignments of a file of settings, which must not name such a file itself. The
 * message begins with the path and the line. */
bool config_names_check_file(const struct env_file *file, const char *path,
			     char problem[256]) MUST_CHECK;

#endif
