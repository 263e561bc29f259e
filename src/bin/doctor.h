/* doctor.h - checks of an installation. */
#ifndef BIN_DOCTOR_H
#define BIN_DOCTOR_H

#include "base/config.h"

/* Print each setting and each check with its result; false if a check failed. */
bool doctor(const struct config *config);
/* Print the table of settings as a list in mdoc(7). */
void doctor_settings_manual(void);

#endif
