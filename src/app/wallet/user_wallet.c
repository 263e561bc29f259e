#include "app/wallet/user_wallet.h"

#include <string.h>

#include "base/arena.h"
#include "base/luhn.h"
#include "crypto/random.h"
#include "db/row.h"
#include "ledger/account.h"

enum { NUMBER_DIGITS = 13, NUMBER_TRIES = 8 };

struct user_wallet_row {
	int64_t account_id;
	struct uuid public_id;
	const char *number;
	const char *label;
	int64_t user_id;
	int64_t ledger_id;
	const char *currency;
	int64_t balance;
	int64_t held;
	int64_t status;
	int64_t sequence;
	struct instant created_at;
};

static const struct column columns[] = {
	COLUMN(struct user_wallet_row, account_id), COLUMN(struct user_wallet_row, public_id),
	COLUMN(struct user_wallet_row, number),     COLUMN(struct user_wallet_row, label),
	COLUMN(struct user_wallet_row, user_id),    COLUMN(struct user_wallet_row, ledger_id),
	COLUMN(struct user_wallet_row, currency),   COLUMN(struct user_wallet_row, balance),
	COLUMN(struct user_wallet_row, held),       COLUMN(struct user_wallet_row, status),
	COLUMN(struct user_wallet_row, sequence),   COLUMN(struct user_wallet_row, created_at),
};

static void
scan(const struct rows *rows, struct user_wallet *out)
{
	struct user_wallet_row row = {0};
	const struct currency *currency;

	rows_scan(rows, 0, columns, COLUMN_COUNT(columns), &row);
	currency = currency_find(row.currency);
	*out = (struct user_wallet){
		.account_id = row.account_id,
		.id = row.public_id,
		.number = row.number,
		.label = row.label,
		.user_id = row.user_id,
		.ledger_id = row.ledger_id,
		.balance = {row.balance, currency},
		.available = {row.balance - row.held, currency},
		.status = wallet_status_of(row.status),
		.sequence = row.sequence,
		.created_at = row.created_at,
	};
}

/* Twelve random digits, the first not 0, and the check digit. The bias of % is below 1 in 10^6. */
static void
random_number(char number[NUMBER_DIGITS + 1])
{
	uint64_t random;

	random_bytes(&random, sizeof(random));
	for (size_t i = NUMBER_DIGITS - 1; i-- > 1; random /= 10)
		number[i] = (char)('0' + random % 10);
	number[0] = (char)('1' + random % 9);
	number[NUMBER_DIGITS - 1] = luhn_digit(number, NUMBER_DIGITS - 1);
	number[NUMBER_DIGITS] = '\0';
}

bool
user_wallet_number_valid(const char *text)
{
	return strlen(text) == NUMBER_DIGITS && strspn(text, "0123456789") == NUMBER_DIGITS;
}

struct opening {
	int64_t user_id;
	const struct currency *currency;
	struct user_wallet *out;
};

static enum err
find(struct ctx *ctx, const struct opening *opening, bool *found)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_user_wallet_find, &rows,
		   PARAMS(p_int(opening->user_id), p_text(opening->currency->code))));
	*found = rows.count > 0;
	if (*found)
		scan(&rows, opening->out);
	return ERR_OK;
}

/* A wallet created by an older version, without a label. */
static enum err
give_label(struct ctx *ctx, struct opening *opening)
{
	bool found;

	TRY(db_run(ctx, SQL_user_wallet_label, NULL, PARAMS(p_int(opening->out->account_id))));
	return find(ctx, opening, &found);
}

static enum err
open_wallet(struct ctx *ctx, void *arg)
{
	struct opening *opening = arg;
	char number[NUMBER_DIGITS + 1];
	struct rows rows = {0};
	int64_t ledger_id;
	int64_t account_id;
	struct uuid id;
	bool found;

	TRY(db_run(ctx, SQL_user_wallet_claim, &rows, PARAMS(p_int(opening->user_id))));
	if (rows.count == 0)
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "Wallet not found");
	TRY(find(ctx, opening, &found));
	if (found)
		return opening->out->label != NULL ? ERR_OK : give_label(ctx, opening);
	TRY(ledger_of(ctx, 0, MODE_LIVE, &ledger_id));
	TRY(ledger_open_account(ctx, ledger_id, ACCOUNT_WALLET, opening->currency, &account_id,
				&id));
	rows.count = 0;
	for (int i = 0; i < NUMBER_TRIES && rows.count == 0; i++) {
		random_number(number);
		TRY(db_run(ctx, SQL_user_wallet_insert, &rows,
			   PARAMS(p_int(account_id), p_text(number), p_bool(i > 0),
				  p_int(opening->user_id), p_text(opening->currency->code))));
	}
	if (rows.count == 0)
		return fault(&ctx->fault, ERR_INTERNAL, NULL, NULL);
	return find(ctx, opening, &found);
}

enum err
user_wallet(struct ctx *ctx, int64_t user_id, const struct currency *currency,
	    struct user_wallet *out)
{
	struct opening opening = {.user_id = user_id, .currency = currency};
	bool found;

	*out = (struct user_wallet){0};
	opening.out = out;
	TRY(find(ctx, &opening, &found));
	return found && out->label != NULL ? ERR_OK : db_transact(ctx, open_wallet, &opening);
}

enum err
user_wallet_by_number(struct ctx *ctx, const char *number, struct user_wallet *out)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_user_wallet_by_number, &rows, PARAMS(p_text(number))));
	if (rows.count == 0)
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "Wallet not found");
	scan(&rows, out);
	return ERR_OK;
}
