/*
 * settings.h - the settings of a server, which can be read again while it runs.
 *
 * They come from the environment, and what it does not have from the file that COWRY_ENV_FILE names. They
 * are a snapshot that never changes. A reload replaces it as a whole or, if anything is wrong, not at
 * all; who holds the old one keeps it until it is released. Settings that are not live (config.def) keep
 * the values that they had at the start.
 */
#ifndef BASE_SETTINGS_H
#define BASE_SETTINGS_H

#include <stdbool.h>

#include "base/attributes.h"

struct config;
struct settings;

enum { SETTINGS_NAMES_MAX = 1024 };

/* Names of settings, separated by blanks; as many as there is room for. */
struct settings_changes {
	char taken[SETTINGS_NAMES_MAX];   /* have new values */
	char waiting[SETTINGS_NAMES_MAX]; /* will have them after a restart */
};

/* Read and check the settings. Variables of the file that are not Cowry's, such as those of libpq, are
 * added to the environment, so this comes before threads are started. NULL with a one-line message in
 * problem if they can't be used. */
struct settings *settings_new(char problem[256]) MUST_CHECK;
void settings_free(struct settings *settings);

/* The settings of now; they stay until they are released. Of any thread. */
const struct config *settings_hold(struct settings *settings) MUST_CHECK;
void settings_release(struct settings *settings, const struct config *config);

/* Read the settings again. False with a one-line message in problem if they can't be used; then nothing
 * has changed. Of one thread at a time. */
bool settings_reload(struct settings *settings, struct settings_changes *changes,
		     char problem[256]) MUST_CHECK;

#endif
