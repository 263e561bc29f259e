/* Data protection rights. */
#include "app/privacy/privacy.h"
#include "app/bank/bank.h"
#include "app/privacy/erasure.h"

#include "api/drop/drop.h"
#include "base/arena.h"

struct exported {
	struct json_value data;
	struct instant at;
};

static const struct field exported_fields[] = {
	FIELD(struct exported, data, .name = "data", .required = true,
	      .doc = "user, transactions, recipients, bankAccounts, settings, consents, and all "
		     "other data stored about the account. Member names inside them are in "
		     "snake_case.",
	      .example = "{\"user\":{\"id\":\"usr_0123456789abcdef\"}}"),
	FIELD(struct exported, at, .name = "exportedAt", .required = true),
};

struct farewell {
	const char *message;
	const char *note;
};

static const struct field farewell_fields[] = {
	FIELD(struct farewell, message, .name = "message", .required = true,
	      .example = "\"Account scheduled for deletion\""),
	FIELD(struct farewell, note, .name = "retentionNote", .required = true,
	      .example = "\"Data retained for 5 years per AML requirements\""),
};

static const struct schema exported_out = SCHEMA(struct exported, "DataExport", exported_fields);
static const struct schema farewell_out =
	SCHEMA(struct farewell, "AccountDeletion", farewell_fields);

static enum err
export_data(struct call *call, const void *in, void *out)
{
	struct exported *exported = out;

	(void)in;
	exported->at = call->ctx.now;
	return privacy_export(&call->ctx, &exported->data);
}

static enum err
delete_account(struct call *call, const void *in, void *out)
{
	struct bank_ended *ended = arena_alloc(call->ctx.arena, sizeof(*ended));

	(void)in;
	(void)out;
	call->state = ended;
	TRY(bank_unlink_all(&call->ctx, call->ctx.who.user_id, ended));
	return account_close(&call->ctx);
}

static void
tell_bank(struct call *call)
{
	bank_consents_end(&call->ctx, call->state);
}

static enum err
say_farewell(struct call *call, const void *in, void *out)
{
	(void)in;
	drop_clear_cookie(call);
	*(struct farewell *)out = (struct farewell){
		"Account scheduled for deletion", "Data retained for 5 years per AML requirements"};
	return ERR_OK;
}

const struct route drop_privacy[] = {
	{GET, "/api/user/data-export", "Export all data about the user",
	 "The request is recorded as evidence that it was fulfilled.", export_data,
	 .out = &exported_out, .reply.no_envelope = true, .access = ACCESS_COOKIE,
	 .limits.daily = DAILY_EXPORTS, .status = 200, .docs.tag = "Privacy"},
	{DELETE, "/api/user/account", "Delete the account",
	 "Ends all sessions, unlinks bank accounts and clears the cookie. Nobody can sign in with "
	 "the account again, and its email address can't be reused until the legal retention "
	 "period has ended. 409, with a detail for each obstacle, while there is money in a "
	 "wallet, on a voucher or owed to the merchant, or while anything is pending.",
	 delete_account, .outside.call = tell_bank, .outside.finish = say_farewell,
	 .out = &farewell_out, .reply.no_envelope = true, .ignores_key = true,
	 .access = ACCESS_COOKIE, .effect = EFFECT_CALL, .docs.errors = {409}, .status = 200,
	 .docs.tag = "Privacy"},
	{0},
};
