/* Checks of the books: what verifies, audits and seals them. */
#include <inttypes.h>

#include "crypto/keyring.h"

#include "app/operation/verification.h"
#include "bin/doctor_checks.h"
#include "db/row.h"

enum { VERIFIED_DAYS = 7, AUDITED_DAYS = 3, DAY_S = 86400 };

/* The last run of cowry verify. */
void
doctor_verification(struct checkup *c)
{
	struct ctx *ctx = checkup_ctx(c, ROLE_OWNER);
	struct verification last;
	char at[INSTANT_TEXT_MAX];
	enum err err = verification_last(ctx, &last);
	int64_t days;

	if (err == ERR_NOT_FOUND) {
		found(c, SEVERITY_OK, "the books were not verified yet", "see cowry verify");
		return;
	}
	if (err != ERR_OK) {
		found_failure(c, ctx);
		return;
	}
	days = (clock_system().us - last.ended_at.us) / (DAY_S * SECOND_US);
	if (last.violations > 0)
		foundf(c, SEVERITY_ERROR, "THE BOOKS ARE INCONSISTENT",
		       "%lld violations at %s; see cowry verify", (long long)last.violations,
		       instant_text(at, last.ended_at));
	else
		foundf(c, days > VERIFIED_DAYS ? SEVERITY_WARNING : SEVERITY_OK,
		       "the books were consistent", "at %s, %lld days ago",
		       instant_text(at, last.ended_at), (long long)days);
}

/* The continuous audit by the job runners. */
void
doctor_audit(struct checkup *c)
{
	struct ctx *ctx = checkup_ctx(c, ROLE_OWNER);
	char at[INSTANT_TEXT_MAX];
	struct rows rows;
	struct instant since;
	int64_t days;

	if (db_run(ctx, SQL_book_audit_findings, &rows, NO_PARAMS) != ERR_OK) {
		found_failure(c, ctx);
		return;
	}
	if (row_int(&rows, 0, 0) > 0)
		foundf(c, SEVERITY_ERROR, "THE AUDIT FOUND DIFFERENCES IN THE BOOKS",
		       "%" PRId64 "; see cowry reviews list --kind ledger", row_int(&rows, 0, 0));
	if (row_int(&rows, 0, 1) > 0)
		foundf(c, SEVERITY_ERROR, "ledgers are stopped",
		       "nothing is posted in %" PRId64 " until their reviews are approved",
		       row_int(&rows, 0, 1));
	if (c->config->book_audit_share == 0) {
		found(c, SEVERITY_OK, "audit of the books", "is off");
		return;
	}
	since = row_time(&rows, 0, 2);
	days = (clock_system().us - since.us) / (DAY_S * SECOND_US);
	foundf(c, days >= AUDITED_DAYS ? SEVERITY_WARNING : SEVERITY_OK, "audit of the books",
	       row_int(&rows, 0, 3) > 1 ? "every part was checked since %s"
					: "the first round began at %s",
	       instant_text(at, since));
}

/* Without its key the journal is sealed, but nobody else can check it. */
void
doctor_seals(struct checkup *c)
{
	struct ctx *ctx = checkup_ctx(c, ROLE_OWNER);
	const char *file = keyring_file(KEY_SEAL);
	char at[INSTANT_TEXT_MAX];
	struct rows rows;
	struct instant signed_at;

	if (db_run(ctx, SQL_seal_signed, &rows, NO_PARAMS) != ERR_OK) {
		found_failure(c, ctx);
		return;
	}
	signed_at = row_time(&rows, 0, 1);
	if (keyring_has_file(c->config->secrets_dir, file))
		foundf(c, SEVERITY_OK, "seals of the journal", "%s%s",
		       signed_at.us != 0 ? "last signed at " : "not signed yet",
		       signed_at.us != 0 ? instant_text(at, signed_at) : "");
	else if (row_int(&rows, 0, 0) > 0)
		foundf(c, SEVERITY_WARNING, file,
		       "is missing, and seals of this database are signed with its keys: if a job "
		       "runner is to run here, copy it from the host that has it");
	else
		foundf(c, SEVERITY_WARNING, file,
		       "is missing: the journal is sealed but not signed; run cowry keys create");
}
