/* row.h - rows of bank accounts, and calls to their banks. */
#ifndef APP_BANK_ROW_H
#define APP_BANK_ROW_H

#include "app/bank/bank.h"
#include "db/row.h"

/* How it is with what a person has consented to at a bank. */
enum consent_status {
	CONSENT_BEGUN = 1,
	CONSENT_VALID,
	CONSENT_REFUSED,
	CONSENT_EXPIRED,
	CONSENT_REVOKED
};

extern const char *const consent_status_words[];

struct bank_account_row {
	int64_t bank_account_id;
	const char *drop_id;
	int64_t user_id;
	const char *bank;
	const char *number;
	const char *iban;
	const char *bban;
	const char *name;
	const char *currency;
	int64_t balance;
	struct instant balance_at;
	struct instant paid_at; /* when the last payment was debited */
	bool is_primary;
	const char *resource_id;
	enum bank_account_status status;
	int64_t bank_consent_id;
	const char *consent; /* our id of it */
	struct bytes consent_sealed;
	struct instant expires_at;
	int64_t reserved; /* sum of pending payments */
};

void bank_account_scan(const struct rows *rows, size_t i, struct bank_account_row *out);
void bank_account_show(struct arena *arena, const struct bank_account_row *row,
		       struct bank_account *out);
enum err bank_account_rows(struct ctx *ctx, int64_t user_id, struct bank_account_row **out,
			   size_t *n) MUST_CHECK;
/* By the account's internal id, linked or not. ERR_NOT_FOUND. */
enum err bank_account_by_id(struct ctx *ctx, int64_t id, struct bank_account_row *out) MUST_CHECK;

/* ERR_UNAVAILABLE if no bank is configured. */
enum err bank_configured(struct ctx *ctx) MUST_CHECK;
/* A call to a bank on behalf of the waiting user, if any. */
struct xs2a_call bank_call(struct ctx *ctx, const char *bank);
struct bytes bank_consent_seal(struct ctx *ctx, const char *consent, const char *plain);
/* NULL if it can't be decrypted. */
const char *bank_consent_open(struct ctx *ctx, const char *consent, struct bytes sealed);
/* Report why a bank did not execute a request. */
enum err bank_fault(struct ctx *ctx, const struct xs2a_answer *answer);
/* Record that a consent has ended, if the answer says so. */
enum err bank_consent_note(struct ctx *ctx, int64_t bank_consent_id,
			   const struct xs2a_answer *answer) MUST_CHECK;

#endif
