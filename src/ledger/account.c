#include <string.h>

#include "base/arena.h"
#include "base/attributes.h"
#include "crypto/hmac.h"
#include "db/row.h"
#include "ledger/account.h"

enum err
ledger_of(struct ctx *ctx, int64_t project_id, enum mode mode, int64_t *ledger_id)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_ledger_find, &rows,
		   PARAMS(p_id(project_id), p_word(mode_words, mode))));
	if (rows.count == 0) {
		TRY(db_run(ctx, SQL_ledger_insert, NULL,
			   PARAMS(p_id(project_id), p_word(mode_words, mode))));
		TRY(db_run(ctx, SQL_ledger_find, &rows,
			   PARAMS(p_id(project_id), p_word(mode_words, mode))));
	}
	if (rows.count == 0)
		return fault(&ctx->fault, ERR_INTERNAL, NULL, NULL);
	*ledger_id = row_int(&rows, 0, 0);
	return ERR_OK;
}

struct uuid
ledger_system_account(int64_t ledger_id, enum chart_kind kind, const char *currency)
{
	unsigned char digest[SHA256_SIZE];
	unsigned char name[16] = {0};

	for (size_t i = 0; i < 8; i++)
		name[i] = (unsigned char)((uint64_t)ledger_id >> (8 * i));
	name[8] = (unsigned char)kind;
	memcpy(name + 9, currency, 3);
	name[12] = (unsigned char)((unsigned)kind >> 8);
	sha256(name, sizeof(name), digest);
	return uuid_v8(digest);
}

bool
ledger_is_system_account(struct uuid id)
{
	return id.bytes[6] >> 4 == 8;
}

/* The accounts that every ledger has in each currency that it uses. */
static const int64_t system_kinds[] = {ACCOUNT_PROJECT_FUNDING, ACCOUNT_OPERATOR_FUNDING,
				       ACCOUNT_PROVIDER_CLEARING, ACCOUNT_FEE_REVENUE,
				       ACCOUNT_PAYABLES};
enum { SYSTEM_KINDS = COUNT(system_kinds) };

enum err
ledger_open_system_accounts(struct ctx *ctx, int64_t ledger_id, const int64_t *kinds, size_t n,
			    const struct currency *currency)
{
	struct uuid *ids = arena_array(ctx->arena, n, sizeof(*ids));

	for (size_t i = 0; i < n; i++)
		ids[i] =
			ledger_system_account(ledger_id, (enum chart_kind)kinds[i], currency->code);
	return db_run(ctx, SQL_account_insert_system, NULL,
		      PARAMS(p_uuids(ids, n), p_int(ledger_id), p_ints(kinds, n),
			     p_text(currency->code)));
}

enum err
ledger_open_account(struct ctx *ctx, int64_t ledger_id, enum chart_kind kind,
		    const struct currency *currency, int64_t *account_id, struct uuid *public_id)
{
	struct rows rows;

	TRY(ledger_open_system_accounts(ctx, ledger_id, system_kinds, SYSTEM_KINDS, currency));
	*public_id = uuid_v7();
	TRY(db_run(ctx, SQL_account_insert, &rows,
		   PARAMS(p_uuid(*public_id), p_int(ledger_id), p_int(kind), p_text(currency->code),
			  p_int(0))));
	*account_id = row_int(&rows, 0, 0);
	return ERR_OK;
}
