/* What is sealed at rest moves to the active key, whatever happens in between. */
#include "tests/support/cmocka.h"

#include <string.h>

#include "app/events/outbox.h"
#include "app/operation/reseal.h"
#include "base/arena.h"
#include "crypto/box.h"
#include "runtime/app.h"
#include "tests/support/fixture.h"
#include "tests/support/keys.h"
#include "tests/support/sql_value.h"

enum { MAILS = 250 };

static struct keyring *
keys_with(const char *box)
{
	char place[FOLDER_MAX];
	char problem[256];
	struct keyring *keys;

	assert_true(folder_make(place) && folder_write(place, "jwt.keys", "a " KEY_A "\n", 0600) &&
		    folder_write(place, "box.keys", box, 0600) &&
		    folder_write(place, "pepper.key", KEY_B "\n", 0600));
	keys = keyring_load(place, problem);
	assert_non_null(keys);
	folder_remove(place);
	return keys;
}

static void
use_keys(struct fixture *f, const char *box)
{
	keyring_free(f->app.keys);
	f->app.keys = keys_with(box);
}

static enum err
queue_mail(struct ctx *ctx, void *arg)
{
	(void)arg;
	return outbox_add(ctx, "ada@example.com", "Subject", "The text", 3600);
}

static void
queue_mails(struct fixture *f, int n)
{
	for (int i = 0; i < n; i++)
		assert_int_equal(db_transact(&f->ctx, queue_mail, NULL), ERR_OK);
}

static struct reseal_count
reseal(struct fixture *f)
{
	struct reseal_count whole = {.name = ""};
	struct reseal_count count;
	bool more = true;

	for (size_t i = 0; more; i++) {
		assert_int_equal(reseal_column(&f->ctx, i, &count, &more), ERR_OK);
		if (!more)
			break;
		assert_true(strlen(count.name) > 0);
		whole.done += count.done;
		whole.broken += count.broken;
	}
	return whole;
}

static void
test_moves_to_the_active_key(void **state)
{
	struct fixture *f = *state;
	const char *id;
	const char *sealed;
	unsigned char bytes[512];
	struct bytes plain;

	use_keys(f, "a " KEY_A "\n");
	queue_mails(f, MAILS);
	fixture_sql(f->superuser_url, "UPDATE cowry.mail SET body_sealed = NULL, sent_at = now()"
				      " WHERE mail_id = (SELECT min(mail_id) FROM cowry.mail)");
	use_keys(f, "b " KEY_B "\na " KEY_A "\n");
	queue_mails(f, 3); /* already under the new one */
	assert_int_equal(reseal(f).done, MAILS - 1);
	assert_int_equal(reseal(f).done, 0);
	use_keys(f, "b " KEY_B "\n");
	id = value(f, "SELECT public_id FROM cowry.mail ORDER BY mail_id OFFSET 7 LIMIT 1");
	sealed = value(f, "SELECT encode(body_sealed, 'hex') FROM cowry.mail ORDER BY mail_id"
			  " OFFSET 7 LIMIT 1");
	assert_true(hex_decode(bytes, strlen(sealed) / 2, sealed));
	assert_true(box_open(f->app.keys, f->ctx.arena, arena_printf(f->ctx.arena, "mail %s", id),
			     (struct bytes){bytes, strlen(sealed) / 2}, &plain));
	assert_string_equal(plain.data, "The text");
	assert_string_equal(value(f, "SELECT count(*) FROM cowry.mail WHERE"
				     " substr(body_sealed, 1, 3) <> '\\x010162'"),
			    "0");
}

/* The text with hex in place of each %s. */
static const char *
replaced(struct arena *arena, const char *text, const char *hex)
{
	const char *out = "";
	const char *at;

	while ((at = strstr(text, "%s")) != NULL) {
		out = arena_printf(arena, "%s%.*s%s", out, (int)(at - text), text, hex);
		text = at + 2;
	}
	return arena_printf(arena, "%s%s", out, text);
}

/* Sealed values of other tables: as bytes, the context, and where they are stored. */
static const struct {
	const char *context;
	const char *insert; /* with the sealed value in hexadecimal */
	const char *read;
} others[] = {
	{"provider config 0 paystack",
	 "INSERT INTO cowry.provider_config (public_id, type, config_sealed, is_active)"
	 " VALUES (gen_random_uuid(), 'paystack', '\\x%s', true)",
	 "SELECT encode(config_sealed, 'hex') FROM cowry.provider_config"},
	{"webhook 0190b2a4-7c1e-7d3a-9b61-2f6f0c9a1e55",
	 "WITH who AS (INSERT INTO cowry.users (public_id, email, email_key, name)"
	 " VALUES (gen_random_uuid(), 'o', 'o', 'o') RETURNING user_id), platform AS (INSERT INTO"
	 " cowry.platform_account (public_id, user_id, name) SELECT gen_random_uuid(), user_id, 'o'"
	 " FROM who RETURNING platform_account_id), project AS (INSERT INTO cowry.project (public_id,"
	 " platform_account_id, name, slug) SELECT gen_random_uuid(), platform_account_id, 'o', 'o'"
	 " FROM platform RETURNING project_id) INSERT INTO cowry.webhook_subscription (public_id,"
	 " project_id, mode, url, event_types, secret_sealed, previous_sealed, previous_until)"
	 " SELECT '0190b2a4-7c1e-7d3a-9b61-2f6f0c9a1e55', project_id, 'test', 'https://x', '{x}',"
	 " '\\x%s', '\\x%s', now() FROM project",
	 "SELECT encode(secret_sealed, 'hex') FROM cowry.webhook_subscription"},
	{"webhook 0190b2a4-7c1e-7d3a-9b61-2f6f0c9a1e55", NULL,
	 "SELECT encode(previous_sealed, 'hex') FROM cowry.webhook_subscription"},
	{"document 0190b2a4-7c1e-7d3a-9b61-2f6f0c9a1e56",
	 "INSERT INTO cowry.users (public_id, email, email_key, name, document_type, document_digest,"
	 " document_sealed) VALUES ('0190b2a4-7c1e-7d3a-9b61-2f6f0c9a1e56', 'd', 'd', 'd',"
	 " 'passport', sha256('d'), '\\x%s')",
	 "SELECT encode(document_sealed, 'hex') FROM cowry.users WHERE email = 'd'"},
	{"second factor 0190b2a4-7c1e-7d3a-9b61-2f6f0c9a1e56",
	 "INSERT INTO cowry.second_factor (user_id, secret_sealed) SELECT user_id, '\\x%s'"
	 " FROM cowry.users WHERE email = 'd'",
	 "SELECT encode(secret_sealed, 'hex') FROM cowry.second_factor"},
	{"voucher MMVOUCHER_1754321424055_abc123",
	 "INSERT INTO cowry.voucher (reference, user_id, type, status, code_digest, code_sealed,"
	 " original_amount, balance, created_at, updated_at, expires_at, refund_after)"
	 " SELECT 'MMVOUCHER_1754321424055_abc123', min(user_id), 'standard', 'active',"
	 " sha256('x'), '\\x%s', 1, 1, now(), now(), now(), now() FROM cowry.users",
	 "SELECT encode(code_sealed, 'hex') FROM cowry.voucher"},
	{"bank consent con_0123456789abcdef",
	 "INSERT INTO cowry.bank_consent (drop_id, user_id, bank, state_digest, state_until, expires_at,"
	 " consent_sealed) SELECT 'con_0123456789abcdef', user_id, 'b', sha256('x'), now(), now(), '\\x%s'"
	 " FROM cowry.users LIMIT 1",
	 "SELECT encode(consent_sealed, 'hex') FROM cowry.bank_consent"},
};

static void
test_other_tables(void **state)
{
	static const struct bytes secret = {"secret", 6};
	struct fixture *f = *state;
	struct arena *arena = f->ctx.arena;
	unsigned char bytes[512];
	struct bytes opened;

	use_keys(f, "a " KEY_A "\n");
	for (size_t i = 0; i < COUNT(others); i++) {
		struct bytes sealed = box_seal(f->app.keys, arena, others[i].context, secret);
		const char *hex = hex_encode(arena, sealed.data, sealed.length);

		if (others[i].insert != NULL)
			fixture_sql(f->superuser_url, replaced(arena, others[i].insert, hex));
	}
	use_keys(f, "b " KEY_B "\na " KEY_A "\n");
	assert_int_equal(reseal(f).done, COUNT(others));
	use_keys(f, "b " KEY_B "\n");
	for (size_t i = 0; i < COUNT(others); i++) {
		const char *hex = value(f, others[i].read);

		assert_true(hex_decode(bytes, strlen(hex) / 2, hex));
		assert_true(box_open(f->app.keys, arena, others[i].context,
				     (struct bytes){bytes, strlen(hex) / 2}, &opened));
		assert_memory_equal(opened.data, "secret", 6);
	}
}

/* A value that no key decrypts is counted and not changed, and does not stop the others. */
static void
test_broken_values(void **state)
{
	struct fixture *f = *state;
	struct reseal_count count;

	use_keys(f, "a " KEY_A "\n");
	queue_mails(f, 3);
	fixture_sql(f->superuser_url, "UPDATE cowry.mail SET body_sealed = set_byte(body_sealed,"
				      " 20, get_byte(body_sealed, 20) # 1) WHERE mail_id ="
				      " (SELECT max(mail_id) - 1 FROM cowry.mail)");
	use_keys(f, "b " KEY_B "\na " KEY_A "\n");
	count = reseal(f);
	assert_int_equal(count.done, 2);
	assert_int_equal(count.broken, 1);
	fixture_sql(f->superuser_url, "DELETE FROM cowry.mail");
}

static void
test_what_ends_by_itself(void **state)
{
	struct fixture *f = *state;
	int64_t n = 0;

	fixture_sql(f->superuser_url,
		    "INSERT INTO cowry.idempotency (principal, key, request_hash, status,"
		    " body_sealed, expires_at) VALUES ('user:1', 'k', sha256(''), 200,"
		    " '\\x0101612233', now())");
	assert_int_equal(reseal_passing(&f->ctx, "a", &n), ERR_OK);
	assert_int_equal(n, 1);
	assert_int_equal(reseal_passing(&f->ctx, "a\"", &n), ERR_OK);
	assert_int_equal(n, 0);
	assert_int_equal(reseal_passing(&f->ctx, "b", &n), ERR_OK);
	assert_int_equal(n, 0);
}

/* Processes with other keys are detected by their connections. */
static void
test_strangers(void **state)
{
	struct fixture *f = *state;
	struct db_options options = f->options;
	struct app app = f->app;
	struct ctx ctx = {.app = &app, .database = &app.database, .arena = f->ctx.arena};
	int64_t n = 1;
	int64_t latency;

	assert_int_equal(reseal_strangers(&f->ctx, "00112233", &n), ERR_OK);
	assert_int_equal(n, 0);
	options.application_name = "cowry-worker keys:00112233";
	app.database.pool = db_pool_new(&options);
	assert_int_equal(db_ping(&ctx, &latency), ERR_OK);
	assert_int_equal(reseal_strangers(&f->ctx, "00112233", &n), ERR_OK);
	assert_int_equal(n, 0);
	assert_int_equal(reseal_strangers(&f->ctx, "44556677", &n), ERR_OK);
	assert_int_equal(n, 1);
	db_pool_free(app.database.pool);
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	keyring_free(f->app.keys);
	return fixture_teardown(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_moves_to_the_active_key),
		cmocka_unit_test(test_other_tables),
		cmocka_unit_test(test_broken_values),
		cmocka_unit_test(test_what_ends_by_itself),
		cmocka_unit_test(test_strangers),
	};

	return cmocka_run_group_tests(tests, fixture_setup, teardown);
}
