/* Cards, and that they do not exist while they are switched off. */
#include "tests/support/cmocka.h"

#include <crypt.h>
#include <string.h>

#include "api/drop/drop.h"
#include "app/wallet/card.h"
#include "base/arena.h"
#include "tests/support/drop_users.h"

#define NO_CARD "card_0123456789abcdef"

static struct dropper jane;
static struct dropper eve;

static void
switch_to(struct client *c, bool on)
{
	struct config *config = &c->fixture->config;

	config->drop_cards = config->drop_physical_cards = on;
	config->drop_card_pin = config->drop_spending_limits = on;
}

static int
setup(void **state)
{
	struct client *c;

	if (client_setup(state) != 0)
		return -1;
	c = *state;
	jane = dropper_new(c, "jane@example.com");
	eve = dropper_new(c, "eve@example.com");
	return 0;
}

static int
begin(void **state)
{
	struct client *c = *state;

	switch_to(c, true);
	return client_begin(state);
}
#define card_test(function) cmocka_unit_test_setup(function, begin)

static struct answer
card_call(struct client *c, const struct dropper *who, const char *method, const char *path,
	  const char *members)
{
	return client_call(c, method, client_text(c, "/api/cards%s", path), who->token,
			   members != NULL ? client_json(c, "{%s}", members) : NULL);
}

static const char *
card_new(struct client *c, const struct dropper *who, const char *members)
{
	struct answer a = card_call(c, who, "POST", "", members);

	expect_status(&a, 201);
	return answer_at(&a, "data.id");
}

static const char *
at(struct client *c, const char *id, const char *part)
{
	return client_text(c, "/%s%s", id, part);
}

/* Not even the caller is authenticated. */
static void
test_off(void **state)
{
	struct client *c = *state;
	struct config *config = &c->fixture->config;
	const char *id = card_new(c, &jane, "");
	struct answer a;

	switch_to(c, false);
	for (const struct route *r = drop_cards; r->path != NULL; r++) {
		const char *rest = strstr(r->path, "{id:word}");
		const char *target = "/api/cards";

		if (rest != NULL)
			target = client_text(c, "/api/cards/%s%s", id, rest + strlen("{id:word}"));
		a = client_call(c, method_text(r->method), target, NULL,
				r->in != NULL ? "{}" : NULL);
		expect_refusal(&a, 404, "not_found");
	}
	config->drop_cards = true;
	a = card_call(c, &jane, "GET", at(c, id, ""), NULL);
	expect_status(&a, 200);
	a = card_call(c, &jane, "POST", at(c, id, "/physical"), "'address':'Storgata 1, Oslo'");
	expect_refusal(&a, 404, "not_found");
	a = card_call(c, &jane, "POST", at(c, id, "/pin"), "'pin':'4821'");
	expect_refusal(&a, 404, "not_found");
	a = card_call(c, &jane, "GET", at(c, id, "/limits"), NULL);
	expect_refusal(&a, 404, "not_found");
	config->drop_cards = false;
	config->drop_card_pin = true;
	a = card_call(c, &jane, "POST", at(c, id, "/pin"), "'pin':'4821'");
	expect_refusal(&a, 404, "not_found");
}

static void
test_card(void **state)
{
	struct client *c = *state;
	struct answer a = card_call(c, &jane, "POST", "", "");
	const char *number;
	const char *id;

	expect_status(&a, 201);
	id = answer_at(&a, "data.id");
	assert_true(is_drop_id(id, "card_"));
	expect_text(&a, "data.type", "virtual");
	expect_text(&a, "data.status", "active");
	expect_text(&a, "data.cvv", "---");
	expect_text(&a, "data.hasPin", "false");
	expect_text(&a, "data.physicalOrderedAt", "null");
	number = answer_at(&a, "data.cardNumber");
	assert_int_equal(strlen(number), 19);
	assert_memory_equal(number, "---- ---- ---- ", 15);
	assert_int_equal(strspn(number + 15, "0123456789"), 4);
	a = card_call(c, &jane, "GET", at(c, id, ""), NULL);
	expect_text(&a, "data.cardNumber", number);
	a = card_call(c, &jane, "POST", "", "'type':'physical'");
	expect_text(&a, "data.type", "physical");
	a = card_call(c, &jane, "POST", "", "'type':'golden'");
	expect_refusal(&a, 422, "validation_error");
}

/* Another user's card does not exist. */
static void
test_others(void **state)
{
	struct client *c = *state;
	const char *ids[] = {card_new(c, &eve, ""), NO_CARD, "x"};

	for (size_t i = 0; i < COUNT(ids); i++) {
		struct answer a = card_call(c, &jane, "GET", at(c, ids[i], ""), NULL);

		expect_refusal(&a, 404, "not_found");
		a = card_call(c, &jane, "PATCH", at(c, ids[i], ""), "'status':'frozen'");
		expect_refusal(&a, 404, "not_found");
		a = card_call(c, &jane, "DELETE", at(c, ids[i], ""), NULL);
		expect_refusal(&a, 404, "not_found");
		a = card_call(c, &jane, "POST", at(c, ids[i], "/physical"),
			      "'address':'Storgata 1, Oslo'");
		expect_refusal(&a, 404, "not_found");
		a = card_call(c, &eve, "GET", at(c, NO_CARD, "/limits"), NULL);
		expect_refusal(&a, 404, "not_found");
		a = card_call(c, &jane, "PUT", at(c, ids[i], "/limits"),
			      "'limitType':'daily','amount':1");
		expect_refusal(&a, 404, "not_found");
	}
}

static void
test_freeze_and_cancel(void **state)
{
	struct client *c = *state;
	const char *id = card_new(c, &jane, "");
	struct answer a = card_call(c, &jane, "PATCH", at(c, id, ""), "'status':'frozen'");
	size_t before;

	expect_text(&a, "data.status", "frozen");
	a = card_call(c, &jane, "PATCH", at(c, id, ""), "'status':'active'");
	expect_text(&a, "data.status", "active");
	a = card_call(c, &jane, "PATCH", at(c, id, ""), "'status':'cancelled'");
	expect_refusal(&a, 422, "validation_error");
	a = card_call(c, &jane, "GET", "", NULL);
	before = answer_count(&a, "data");
	a = card_call(c, &jane, "DELETE", at(c, id, ""), NULL);
	expect_status(&a, 200);
	expect_text(&a, "data.status", "cancelled");
	a = card_call(c, &jane, "DELETE", at(c, id, ""), NULL);
	expect_status(&a, 200);
	a = card_call(c, &jane, "GET", at(c, id, ""), NULL);
	expect_text(&a, "data.status", "cancelled");
	a = card_call(c, &jane, "PATCH", at(c, id, ""), "'status':'active'");
	expect_refusal(&a, 409, "conflict");
	a = card_call(c, &jane, "POST", at(c, id, "/physical"), "'address':'Storgata 1, Oslo'");
	expect_refusal(&a, 409, "conflict");
	a = card_call(c, &jane, "PUT", at(c, id, "/limits"), "'limitType':'daily','amount':1");
	expect_refusal(&a, 409, "conflict");
	a = card_call(c, &jane, "GET", "", NULL);
	assert_int_equal(answer_count(&a, "data"), before - 1);
	a = client_call(c, "GET", "/api/cards", NULL, NULL);
	expect_refusal(&a, 401, "unauthorized");
}

static void
test_too_many(void **state)
{
	struct client *c = *state;
	struct dropper many = dropper_new(c, "many@example.com");
	struct ask asks[CARDS_MAX + 4];
	int statuses[COUNT(asks)];

	for (size_t i = 0; i < COUNT(asks); i++)
		asks[i] = (struct ask){.method = "POST",
				       .target = "/api/cards",
				       .credential = many.token,
				       .body = "{}"};
	client_at_once(c, asks, COUNT(asks), statuses);
	assert_int_equal(count_status(statuses, COUNT(asks), 201), CARDS_MAX);
	assert_int_equal(count_status(statuses, COUNT(asks), 409), COUNT(asks) - CARDS_MAX);
}

static void
test_physical(void **state)
{
	struct client *c = *state;
	const char *id = card_new(c, &jane, "");
	struct answer a =
		card_call(c, &jane, "POST", at(c, id, "/physical"), "'address':'Storgata'");

	expect_refusal(&a, 422, "validation_error");
	a = card_call(c, &jane, "POST", at(c, id, "/physical"), "'address':'<b></b><i></i>'");
	expect_refusal(&a, 422, "validation_error");
	a = card_call(c, &jane, "POST", at(c, id, "/physical"), "'address':'Storgata 1, Oslo'");
	expect_status(&a, 200);
	assert_non_null(answer_at(&a, "data.physicalOrderedAt"));
	a = card_call(c, &jane, "POST", at(c, id, "/physical"), "'address':'Storgata 1, Oslo'");
	expect_refusal(&a, 409, "conflict");
	id = card_new(c, &jane, "'type':'physical'");
	a = card_call(c, &jane, "POST", at(c, id, "/physical"), "'address':'Storgata 1, Oslo'");
	expect_refusal(&a, 409, "conflict");
}

/* The stored value is bcrypt, and can't be guessed with the database alone. */
static void
test_pin(void **state)
{
	struct client *c = *state;
	const char *id = card_new(c, &jane, "");
	static const char *const wrong[] = {"123", "12345", "12a4", ""};
	struct crypt_data *data = arena_alloc(c->scratch, sizeof(*data));
	const char *hash;
	struct answer a;

	c->fixture->config.user_limits = false;
	for (size_t i = 0; i < COUNT(wrong); i++) {
		a = card_call(c, &jane, "POST", at(c, id, "/pin"),
			      client_text(c, "'pin':'%s'", wrong[i]));
		expect_refusal(&a, 422, "validation_error");
	}
	a = card_call(c, &jane, "POST", at(c, id, "/pin"), "'pin':1234");
	expect_refusal(&a, 422, "validation_error");
	a = card_call(c, &jane, "POST", at(c, NO_CARD, "/pin"), "'pin':'4821'");
	expect_refusal(&a, 404, "not_found");
	a = card_call(c, &jane, "POST", at(c, id, "/pin"), "'pin':'4821'");
	expect_status(&a, 200);
	expect_text(&a, "data.hasPin", "true");
	hash = client_value(c, "SELECT pin_hash FROM cowry.card WHERE drop_id = '%s'", id);
	assert_memory_equal(hash, "$2b$10$", 7);
	assert_string_not_equal(crypt_rn("4821", hash, data, sizeof(*data)), hash);
	a = card_call(c, &jane, "POST", at(c, id, "/pin"), "'pin':'4821'");
	expect_status(&a, 200);
	assert_string_not_equal(
		client_value(c, "SELECT pin_hash FROM cowry.card WHERE drop_id = '%s'", id), hash);
}

static void
test_limits(void **state)
{
	struct client *c = *state;
	const char *id = card_new(c, &jane, "");
	struct answer a = card_call(c, &jane, "GET", at(c, id, "/limits"), NULL);
	static const char *const wrong[] = {
		"'limitType':'yearly','amount':1",
		"'limitType':'daily','amount':0",
		"'limitType':'daily','amount':-1",
		"'limitType':'daily','amount':1.001",
		"'limitType':'daily'",
		"'amount':1",
	};

	expect_status(&a, 200);
	assert_int_equal(answer_count(&a, "data"), 0);
	a = card_call(c, &jane, "PUT", at(c, id, "/limits"),
		      "'limitType':'monthly','amount':20000.5");
	expect_status(&a, 200);
	expect_text(&a, "data.limitType", "monthly");
	expect_text(&a, "data.amount", "20000.5");
	a = card_call(c, &jane, "PUT", at(c, id, "/limits"), "'limitType':'daily','amount':1000");
	a = card_call(c, &jane, "PUT", at(c, id, "/limits"), "'limitType':'daily','amount':2000");
	expect_text(&a, "data.amount", "2000");
	a = card_call(c, &jane, "GET", at(c, id, "/limits"), NULL);
	assert_int_equal(answer_count(&a, "data"), 2);
	expect_text(&a, "data.0.limitType", "daily");
	expect_text(&a, "data.0.amount", "2000");
	expect_text(&a, "data.1.limitType", "monthly");
	for (size_t i = 0; i < COUNT(wrong); i++) {
		a = card_call(c, &jane, "PUT", at(c, id, "/limits"), wrong[i]);
		expect_refusal(&a, 422, "validation_error");
	}
}

static void
test_leave(void **state)
{
	struct client *c = *state;
	const char *id = card_new(c, &eve, "");
	struct answer a = client_call(c, "GET", "/api/user/data-export", eve.token, NULL);

	expect_status(&a, 200);
	assert_true(answer_count(&a, "data.cards") > 0);
	assert_null(strstr(a.body.data, "$2b$"));
	a = client_call(c, "DELETE", "/api/user/account", eve.token, NULL);
	expect_status(&a, 200);
	assert_string_equal(
		client_value(c, "SELECT status FROM cowry.card WHERE drop_id = '%s'", id),
		"cancelled");
}

static void
test_covered(void **state)
{
	client_covered(*state, drop_cards, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		card_test(test_off),      card_test(test_card),
		card_test(test_others),   card_test(test_freeze_and_cancel),
		card_test(test_too_many), card_test(test_physical),
		card_test(test_pin),      card_test(test_limits),
		card_test(test_leave),    card_test(test_covered),
	};

	return cmocka_run_group_tests(tests, setup, client_teardown);
}
