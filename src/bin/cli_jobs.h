/* cli_jobs.h - cowry jobs: see what waits, try it now, put it aside. */
#ifndef BIN_CLI_JOBS_H
#define BIN_CLI_JOBS_H

#include "base/config.h"

/* Arguments are those after the command's words; the result is the exit status. */
int cli_jobs_list(const struct config *config, int argc, char **argv);
int cli_jobs_retry(const struct config *config, int argc, char **argv);
int cli_jobs_park(const struct config *config, int argc, char **argv);

#endif
