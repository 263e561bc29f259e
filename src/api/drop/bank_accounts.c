/* Users' bank accounts, linked for reading and payments. */
#include "app/bank/bank.h"

#include "api/drop/drop.h"
#include "base/arena.h"

struct link_in {
	const char *bank;
};

static const struct field link_in_fields[] = {
	FIELD(struct link_in, bank, .name = "bank", .required = true, .text = TEXT_NAME, .min = 1,
	      .max = 100, .doc = "Name of the bank.", .example = "\"Sandbox Bank\""),
};

static const struct field link_fields[] = {
	FIELD(struct bank_link, id, .name = "consentId", .required = true,
	      .example = "\"con_0123456789abcdef\""),
	FIELD(struct bank_link, authorization_url, .name = "authorizationUrl", .required = true,
	      .doc = "Where the user authorises account access and payments at the bank, within 10 "
		     "minutes.",
	      .example = "\"https://bank.example/authorize?consentId=6f1c\""),
};

static const struct field account_fields[] = {
	FIELD(struct bank_account, id, .name = "id", .required = true,
	      .example = "\"ba_0123456789abcdef\""),
	FIELD(struct bank_account, bank_name, .name = "bankName", .required = true,
	      .example = "\"DNB\""),
	FIELD(struct bank_account, account_number, .name = "accountNumber", .required = true,
	      .doc = "A Norwegian account number, or an IBAN.", .example = "\"1234.56.78901\""),
	FIELD(struct bank_account, name, .name = "name", .keep_null = true,
	      .doc = "Name of the account at the bank.", .example = "\"Brukskonto\""),
	FIELD(struct bank_account, balance, .name = "balance", .required = true,
	      .doc = "Balance at balanceAt as reported by the bank, less later payments from this "
		     "account.",
	      .example = "45230"),
	FIELD(struct bank_account, currency, .name = "currency", .required = true,
	      .example = "\"NOK\""),
	FIELD(struct bank_account, is_primary, .name = "isPrimary", .required = true,
	      .doc = "Whether payments are made from this account.", .example = "true"),
	FIELD(struct bank_account, status, .name = "status", .choices = bank_account_status_words,
	      .required = true,
	      .doc = "active, expired or revoked. For expired and revoked the consent has ended, "
		     "and the account must be linked again.",
	      .example = "\"active\""),
	FIELD(struct bank_account, balance_at, .name = "balanceAt", .required = true),
	FIELD(struct bank_account, consent_expires_at, .name = "consentExpiresAt",
	      .required = true),
};

struct callback_query {
	const char *state;
};

static const struct field callback_query_fields[] = {
	FIELD(struct callback_query, state, .name = "state", .required = true, .min = 1, .max = 128,
	      .doc = "State from the start of the link; valid once."),
};

struct change {
	struct optional_bool is_primary;
};

static const struct field change_fields[] = {
	FIELD(struct change, is_primary, .name = "isPrimary", .required = true,
	      .doc = "true: make this the primary account. To unset it, make another account "
		     "primary.",
	      .example = "true"),
};

static const struct schema link_in = SCHEMA(struct link_in, "BankLinkRequest", link_in_fields);
static const struct schema link_out = SCHEMA(struct bank_link, "BankLink", link_fields);
static const struct schema account_out = SCHEMA(struct bank_account, "BankAccount", account_fields);
static const struct schema callback_query =
	SCHEMA(struct callback_query, "BankCallbackQuery", callback_query_fields);
static const struct schema change_in = SCHEMA(struct change, "BankAccountChange", change_fields);

static enum err
begin_link(struct call *call, const void *in, void *out)
{
	const struct link_in *order = in;
	struct bank_link *link = arena_alloc(call->ctx.arena, sizeof(*link));

	(void)out;
	call->state = link;
	TRY(bank_link_open(&call->ctx, order->bank, link));
	call->opened = link->id;
	return ERR_OK;
}

/* An unfinished link is useless without the bank's page, and expires: start another one. */
static enum err
resume_link(struct call *call, const void *in)
{
	return begin_link(call, in, NULL);
}

static void
ask_bank(struct call *call)
{
	bank_link_call(&call->ctx, call->state);
}

static enum err
finish_link(struct call *call, const void *in, void *out)
{
	struct bank_link *link = call->state;

	(void)in;
	TRY(bank_link_close(&call->ctx, link));
	if (link->refused)
		return call_refuse(call);
	*(struct bank_link *)out = *link;
	return ERR_OK;
}

static void
fill(struct page *out, struct bank_account *accounts, size_t n)
{
	*out = (struct page){.items = {accounts, n}, .limit = (int64_t)n, .total = (int64_t)n};
}

static enum err
complete_link(struct call *call, const void *in, void *out)
{
	const struct callback_query *query = call->query;
	struct bank_account *accounts;
	size_t n;

	(void)in;
	TRY(bank_link_complete(&call->ctx, query->state, &accounts, &n));
	fill(out, accounts, n);
	return ERR_OK;
}

static enum err
list_accounts(struct call *call, const void *in, void *out)
{
	int64_t user_id = call->ctx.who.user_id;
	struct bank_account *accounts;
	size_t n;

	(void)in;
	TRY(bank_accounts_refresh(&call->ctx, user_id));
	TRY(bank_accounts(&call->ctx, user_id, &accounts, &n));
	fill(out, accounts, n);
	return ERR_OK;
}

static enum err
change_account(struct call *call, const void *in, void *out)
{
	const struct change *change = in;
	int64_t user_id = call->ctx.who.user_id;

	if (!change->is_primary.value)
		return fault(&call->ctx.fault, ERR_BAD_REQUEST, "isPrimary",
			     "Make another account primary instead");
	return bank_account_make_primary(&call->ctx, user_id, call->params[0].text, out);
}

static enum err
unlink_account(struct call *call, const void *in, void *out)
{
	struct bank_ended *ended = arena_alloc(call->ctx.arena, sizeof(*ended));

	(void)in;
	(void)out;
	call->state = ended;
	call->opened = call->params[0].text;
	return bank_unlink(&call->ctx, call->ctx.who.user_id, call->params[0].text, ended);
}

/* The account is already unlinked; the bank may not have been notified. */
static enum err
resume_unlink(struct call *call, const void *in)
{
	(void)in;
	call->state = arena_alloc(call->ctx.arena, sizeof(struct bank_ended));
	return ERR_OK;
}

static void
tell_bank(struct call *call)
{
	bank_consents_end(&call->ctx, call->state);
}

static enum err
nothing_more(struct call *call, const void *in, void *out)
{
	(void)call;
	(void)in;
	(void)out;
	return ERR_OK;
}

const struct route drop_bank_accounts[] = {
	{POST, "/api/bank-accounts", "Start linking accounts at a bank",
	 "The user is sent to authorizationUrl and returns to the callback. The consent lasts 90 "
	 "days; linking again renews it.",
	 begin_link, .outside.call = ask_bank, .outside.finish = finish_link,
	 .outside.resume = resume_link, .in = &link_in, .out = &link_out, .access = ACCESS_COOKIE,
	 .effect = EFFECT_CALL, .docs.errors = {400, 503}, .limits.daily = DAILY_CREATIONS,
	 .status = 201, .docs.tag = "Bank accounts"},
	{GET, "/api/bank-accounts", "List bank accounts",
	 "Balances are requested from the bank; if it does not answer within a few seconds, the "
	 "last known balances are returned. Accounts are sorted by the time at which they were "
	 "linked.",
	 list_accounts, .out = &account_out, .reply.list = true, .access = ACCESS_COOKIE,
	 .status = 200, .docs.tag = "Bank accounts"},
	{GET, "/api/bank-accounts/callback", "Complete linking accounts",
	 "The bank redirects the user here. The state is valid once, and only for the user who "
	 "started the link. Returns all accounts that are linked now; the first account ever "
	 "linked is primary.",
	 complete_link, .query = &callback_query, .out = &account_out, .reply.list = true,
	 .access = ACCESS_COOKIE, .docs.errors = {400, 409, 503}, .status = 200,
	 .docs.tag = "Bank accounts"},
	{PATCH, "/api/bank-accounts/{account:word}", "Change the primary account", NULL,
	 change_account, .in = &change_in, .out = &account_out, .access = ACCESS_COOKIE,
	 .effect = EFFECT_WRITE, .status = 200, .docs.tag = "Bank accounts"},
	{DELETE, "/api/bank-accounts/{account:word}", "Unlink an account",
	 "Pending payments continue. When the last account under a consent is unlinked, the bank "
	 "is asked to end the consent. If the account was primary, the account linked first "
	 "becomes primary.",
	 unlink_account, .outside.call = tell_bank, .outside.finish = nothing_more,
	 .outside.resume = resume_unlink, .access = ACCESS_COOKIE, .effect = EFFECT_CALL,
	 .status = 204, .docs.tag = "Bank accounts"},
	{0},
};
