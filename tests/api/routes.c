/*
 * Every route has a test program: it fails if one of its routes was not called with success and
 * with refusal. A new route in a known table is covered by that; a new table, or a new tag in one
 * that is split, needs a row here.
 */
#include "tests/support/cmocka.h"

#include <stdlib.h>
#include <string.h>

#include "api/bitpal/bitpal.h"
#include "api/drop/drop.h"
#include "api/moolah/moolah.h"
#include "api/otp/otp.h"
#include "api/pocket/pocket.h"
#include "base/arena.h"
#include "tests/support/vectors.h"

/* The program of a table, or of its routes with a tag; call is the source text to find. */
static const struct {
	const struct route *group;
	const char *tag;
	const char *program;
	const char *call;
} programs[] = {
	{pocket_auth, NULL, "pocket/auth", "client_covered(*state, pocket_auth, NULL)"},
	{pocket_platform, NULL, "pocket/platform", "client_covered(*state, pocket_platform, NULL)"},
	{pocket_keys, NULL, "pocket/keys", "client_covered(*state, pocket_keys, NULL)"},
	{pocket_email, NULL, "pocket/email", "client_covered(*state, pocket_email, NULL)"},
	{pocket_second_factor, NULL, "pocket/second_factor",
	 "client_covered(*state, pocket_second_factor, NULL)"},
	{pocket_sessions, NULL, "pocket/sessions", "client_covered(*state, pocket_sessions, NULL)"},
	{pocket_transactions, NULL, "pocket/lookup",
	 "client_covered(*state, pocket_transactions, NULL)"},
	{pocket_compound, NULL, "pocket/compound", "client_covered(*state, pocket_compound, NULL)"},
	{pocket_metadata, NULL, "pocket/metadata", "client_covered(*state, pocket_metadata, NULL)"},
	{pocket_fees, NULL, "pocket/fees", "client_covered(*state, pocket_fees, NULL)"},
	{pocket_accounts, NULL, "pocket/accounts", "client_covered(*state, pocket_accounts, NULL)"},
	{pocket_wallets, "Wallets", "pocket/wallets",
	 "client_covered(*state, pocket_wallets, \"Wallets\")"},
	{pocket_wallets, "Money", "pocket/transactions",
	 "client_covered(*state, pocket_wallets, \"Money\")"},
	{pocket_statements, NULL, "pocket/statements",
	 "client_covered(*state, pocket_statements, NULL)"},
	{pocket_statement_files, NULL, "pocket/statement_files",
	 "client_covered(*state, pocket_statement_files, NULL)"},
	{pocket_receipts, NULL, "pocket/receipts", "client_covered(*state, pocket_receipts, NULL)"},
	{pocket_holds, NULL, "pocket/holds", "client_covered(*state, pocket_holds, NULL)"},
	{pocket_admin, NULL, "pocket/admin", "client_covered(*state, pocket_admin, NULL)"},
	{pocket_jobs, NULL, "pocket/jobs", "client_covered(*state, pocket_jobs, NULL)"},
	{pocket_payments, NULL, "pocket/payments", "client_covered(*state, pocket_payments, NULL)"},
	{pocket_providers, NULL, "pocket/providers",
	 "client_covered(*state, pocket_providers, NULL)"},
	{pocket_provider_webhooks, NULL, "pocket/provider_webhooks",
	 "client_covered(*state, pocket_provider_webhooks, NULL)"},
	{pocket_reviews, NULL, "pocket/reviews", "client_covered(*state, pocket_reviews, NULL)"},
	{pocket_users, NULL, "pocket/users", "client_covered(*state, pocket_users, NULL)"},
	{otp_fundings, "Wallet", "otp/fundings",
	 "client_covered(*state, otp_fundings, \"Wallet\")"},
	{otp_fundings, "OTP", "otp/codes", "client_covered(*state, otp_fundings, \"OTP\")"},
	{otp_wallet, NULL, "otp/wallet", "client_covered(*state, otp_wallet, NULL)"},
	{otp_codes, NULL, "otp/codes", "client_covered(*state, otp_codes, NULL)"},
	{moolah_auth, NULL, "moolah/auth", "client_covered(*state, moolah_auth, NULL)"},
	{moolah_settings, NULL, "moolah/settings", "client_covered(*state, moolah_settings, NULL)"},
	{moolah_wallet, NULL, "moolah/wallet", "client_covered(*state, moolah_wallet, NULL)"},
	{moolah_vouchers, NULL, "moolah/vouchers", "client_covered(*state, moolah_vouchers, NULL)"},
	{moolah_easypay_vouchers, NULL, "moolah/easypay_vouchers",
	 "client_covered(*state, moolah_easypay_vouchers, NULL)"},
	{moolah_ledger, NULL, "moolah/ledger", "client_covered(*state, moolah_ledger, NULL)"},
	{moolah_prepaid, NULL, "moolah/prepaid", "client_covered(*state, moolah_prepaid, NULL)"},
	{bitpal_google, NULL, "bitpal/google", "client_covered(*state, bitpal_google, NULL)"},
	{bitpal_keys, NULL, "bitpal/keys", "client_covered(*state, bitpal_keys, NULL)"},
	{bitpal_wallet, NULL, "bitpal/wallet", "client_covered(*state, bitpal_wallet, NULL)"},
	{pocket_subscriptions, NULL, "pocket/subscriptions",
	 "client_covered(*state, pocket_subscriptions, NULL)"},
	{pocket_events, NULL, "pocket/events", "client_covered(*state, pocket_events, NULL)"},
	{pocket_limits, NULL, "pocket/limits", "client_covered(*state, pocket_limits, NULL)"},
	{pocket_payees, NULL, "pocket/payees", "client_covered(*state, pocket_payees, NULL)"},
	{pocket_complaints, NULL, "drop/complaints",
	 "client_covered(*state, pocket_complaints, NULL)"},
	{drop_auth, NULL, "drop/auth", "client_covered(*state, drop_auth, NULL)"},
	{drop_settings, NULL, "drop/settings", "client_covered(*state, drop_settings, NULL)"},
	{drop_notifications, NULL, "drop/notifications",
	 "client_covered(*state, drop_notifications, NULL)"},
	{drop_consents, NULL, "drop/consents", "client_covered(*state, drop_consents, NULL)"},
	{drop_complaints, NULL, "drop/complaints", "client_covered(*state, drop_complaints, NULL)"},
	{drop_privacy, NULL, "drop/privacy", "client_covered(*state, drop_privacy, NULL)"},
	{drop_bank_accounts, NULL, "drop/bank_accounts",
	 "client_covered(*state, drop_bank_accounts, NULL)"},
	{drop_rates, NULL, "drop/rates", "client_covered(*state, drop_rates, NULL)"},
	{drop_recipients, NULL, "drop/recipients", "client_covered(*state, drop_recipients, NULL)"},
	{drop_transactions, NULL, "drop/transactions",
	 "client_covered(*state, drop_transactions, NULL)"},
	{drop_pay, NULL, "drop/transactions", "client_covered(*state, drop_pay, NULL)"},
	{drop_cards, NULL, "drop/cards", "client_covered(*state, drop_cards, NULL)"},
	{drop_merchants, NULL, "drop/merchants", "client_covered(*state, drop_merchants, NULL)"},
	{drop_health, NULL, "drop/health", "client_covered(*state, drop_health, NULL)"},
};

static bool
answered_for(const struct route *group, const struct route *route)
{
	for (size_t i = 0; i < COUNT(programs); i++)
		if (programs[i].group == group &&
		    (programs[i].tag == NULL || strcmp(programs[i].tag, route->docs.tag) == 0))
			return true;
	return false;
}

static void
test_all_routes(void **state)
{
	bool missing = false;

	(void)state;
	for (size_t d = 0; dialects[d] != NULL; d++)
		for (size_t g = 0; dialects[d]->groups[g] != NULL; g++)
			for (const struct route *r = dialects[d]->groups[g]; r->path != NULL; r++)
				if (!answered_for(dialects[d]->groups[g], r)) {
					print_error("%s %s\n", method_text(r->method), r->path);
					missing = true;
				}
	assert_false(missing);
}

static void
test_programs_say_so(void **state)
{
	const char *source = getenv("srcdir") != NULL ? getenv("srcdir") : ".";
	struct arena *arena = arena_new(1 << 20);

	(void)state;
	for (size_t i = 0; i < COUNT(programs); i++) {
		size_t length = 0;
		char *text = read_whole(
			arena_printf(arena, "%s/tests/api/%s.c", source, programs[i].program),
			&length);

		assert_non_null(text);
		if (strstr(text, programs[i].call) == NULL)
			fail_msg("%s does not say %s", programs[i].program, programs[i].call);
		free(text);
	}
	arena_free(arena);
}

/* nginx limits sign-in by the prefix of the path: $cowry_auth_client in nginx/cowry.conf. */
static bool
is_guarded(const char *path)
{
	return text_starts_with(path, "/v1/auth/") || text_starts_with(path, "/api/auth/") ||
	       text_starts_with(path, "/api/v1/auth/");
}

/* Routes without a credential: a row that has no access is one, too. */
static bool
is_meant_for_all(const char *path)
{
	static const char *const paths[] = {
		"/v1/auth/register",
		"/v1/auth/login",
		"/v1/auth/second-step",
		"/v1/auth/refresh",
		"/v1/auth/logout",
		"/v1/auth/verify-email",
		"/v1/auth/request-verify-email",
		"/v1/auth/forgotten-password",
		"/v1/auth/reset-password",
		"/v1/wallet-providers",
		"/v1/statement-files/{id}",
		"/v1/webhooks/paystack",
		"/v1/webhooks/flutterwave",
		"/v1/webhooks/paga",
		"/v1/webhooks/fingra",
		"/api/auth/register",
		"/api/auth/login",
		"/api/health",
		"/api/rates",
		"/api/rates/{currency:word}",
		"/api/v1/auth/google",
		"/api/v1/auth/google/callback",
		"/api/v1/auth/register",
		"/api/v1/auth/login",
		"/api/v1/wallet/paystack/webhook",
		"/api/v1/vouchers/easypay/settlement",
		NULL,
	};

	return text_index(paths, path) >= 0;
}

/* Whether one field is a list in parts. */
static bool
has_parts(const struct schema *schema)
{
	size_t count = 0;

	for (size_t i = 0; schema != NULL && i < schema->count; i++)
		count += schema->fields[i].in_parts && schema->fields[i].type == FIELD_LIST;
	return count == 1;
}

/* Rules of the route tables. */
static void
test_tables(void **state)
{
	(void)state;
	for (size_t d = 0; dialects[d] != NULL; d++)
		for (size_t g = 0; dialects[d]->groups[g] != NULL; g++)
			for (const struct route *r = dialects[d]->groups[g]; r->path != NULL; r++) {
				assert_true(r->path[0] == '/' &&
					    r->path[strlen(r->path) - 1] != '/');
				assert_non_null(r->summary);
				assert_non_null(r->docs.tag);
				assert_in_range(r->status, 200, 204);
				assert_true(r->method != GET || r->in == NULL);
				assert_true(!r->reply.list || r->out != NULL);
				assert_true(r->method != GET || r->effect == EFFECT_NONE);
				assert_true(!r->stale || r->method == GET);
				assert_true(r->reply.more == NULL ||
					    (r->effect == EFFECT_NONE &&
					     (r->reply.is_file || has_parts(r->out))));
				assert_true(!r->reply.is_file || r->reply.renderings != NULL);
				assert_true(!r->allow.revalidates || r->effect != EFFECT_WRITE);
				assert_true(!r->dry_run || r->effect != EFFECT_NONE);
				/* A repeated key continues with what was opened. */
				assert_true(
					(r->effect != EFFECT_CALL && r->outside.wanted == NULL) ||
					r->ignores_key || r->outside.resume != NULL);
				assert_true(r->limits.rate == RATE_NONE || is_guarded(r->path));
				if ((r->access == ACCESS_PUBLIC) != is_meant_for_all(r->path))
					fail_msg("%s: is it for all?", r->path);
				assert_true(!text_starts_with(r->path, "/v1/admin/") ||
					    r->access == ACCESS_ADMIN);
			}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_routes),
		cmocka_unit_test(test_programs_say_so),
		cmocka_unit_test(test_tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
