/*
 * doctor.h - checks of an installation.
 *
 * The checks are rows of the table in doctor.c; bin/checkup.h has what they work with.
 */
#ifndef BIN_DOCTOR_H
#define BIN_DOCTOR_H

#include <stdbool.h>

#include "base/config.h"

struct doctor_options {
	bool json;   /* an object instead of lines */
	bool strict; /* warnings change the exit status */
};

/* Print each setting and each finding. Returns the exit status: 0 if nothing is wrong, 1 after an
 * error; if strict, 3 if there are warnings only. */
int doctor(const struct config *config, const struct doctor_options *options);
/* Print the table of settings as a list in mdoc(7). */
void doctor_settings_manual(void);

#endif
