/* doctor_checks.h - the checks in the table of doctor.c. */
#ifndef BIN_DOCTOR_CHECKS_H
#define BIN_DOCTOR_CHECKS_H

#include "bin/checkup.h"

/* doctor_settings.c */
void doctor_env_file(struct checkup *c);
void doctor_environment(struct checkup *c);
void doctor_addresses(struct checkup *c);
void doctor_origins(struct checkup *c);
void doctor_sign_in(struct checkup *c);
void doctor_accounts(struct checkup *c);
void doctor_rights(struct checkup *c);
void doctor_mail(struct checkup *c);
/* doctor_host.c */
void doctor_disk(struct checkup *c);
void doctor_certificate(struct checkup *c);
/* doctor_keys.c */
void doctor_keys(struct checkup *c);
void doctor_fingerprints(struct checkup *c);
/* doctor_database.c */
void doctor_database(struct checkup *c);
void doctor_migrations(struct checkup *c);
void doctor_instance(struct checkup *c);
void doctor_pooler(struct checkup *c);
void doctor_replica(struct checkup *c);
void doctor_connections(struct checkup *c);
/* doctor_books.c */
void doctor_verification(struct checkup *c);
void doctor_audit(struct checkup *c);
void doctor_seals(struct checkup *c);
/* doctor_work.c */
void doctor_job_runner(struct checkup *c);
void doctor_backlog(struct checkup *c);
void doctor_work(struct checkup *c);
void doctor_unresolved(struct checkup *c);
void doctor_users(struct checkup *c);

#endif
