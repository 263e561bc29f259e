#include "tests/support/cmocka.h"

#include "base/arena.h"
#include "tests/support/provider_scene.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* Tests give all answers; further requests get the last one again. */
static struct fake_server_reply
next_reply(void *arg, size_t n, const struct fake_server_request *request)
{
	const struct provider_scene *scene = arg;

	(void)request;
	return scene->replies[n < scene->count ? n : scene->count - 1];
}

int
provider_scene_setup(void **state)
{
	static const struct http_options options = {
		.connect_timeout_ms = 500,
		.total_timeout_ms = 700,
		.answer_max = 65536,
		.at_once = 2,
		.plain = true,
	};
	struct provider_scene *scene = calloc(1, sizeof *scene);

	if (scene == NULL)
		return -1;
	(void)signal(SIGPIPE, SIG_IGN);
	scene->arena = arena_new(16 << 20);
	scene->http = http_client_new(&options);
	scene->server = fake_server_start(next_reply, scene);
	scene->replies[0].status = 500;
	if (scene->http == NULL || scene->server == NULL)
		return -1;
	scene->account = (struct provider_account){
		.base_url = fake_server_url(scene->server),
		.api_key = "sk_test_1",
		.public_key = "principal-1",
		.webhook_secret = "hook-secret",
	};
	scene->call = (struct provider_call){scene->arena, scene->http, &scene->account, NULL};
	*state = scene;
	return 0;
}

int
provider_scene_teardown(void **state)
{
	struct provider_scene *scene = *state;

	fake_server_stop(scene->server);
	http_client_free(scene->http);
	arena_free(scene->arena);
	free(scene);
	return 0;
}

void
scene_answer(struct provider_scene *scene, int status, const char *body)
{
	assert_true(scene->count < SCENE_REPLIES_MAX);
	scene->replies[scene->count++] = (struct fake_server_reply){.status = status, .body = body};
}

void
scene_fail(struct provider_scene *scene, enum fake_server_manner manner)
{
	assert_true(scene->count < SCENE_REPLIES_MAX);
	scene->replies[scene->count++] = (struct fake_server_reply){
		.manner = manner, .status = 200, .body = "{\"status\":true,\"message\":\"ok\"}"};
}

struct json_object *
scene_json(struct provider_scene *scene, const char *text)
{
	struct json_object *value = NULL;
	struct fault f = {0};

	assert_int_equal(json_read(scene->arena, &f, text, strlen(text), &value), ERR_OK);
	return value;
}

struct money
scene_money(const char *amount, const char *currency)
{
	struct decimal value;
	struct money money;

	assert_int_equal(decimal_parse(&value, amount, strlen(amount)), MONEY_OK);
	assert_int_equal(money_from_decimal(&money, value, currency_find(currency)), MONEY_OK);
	return money;
}

struct provider_order
scene_order(struct provider_scene *scene, const char *payload)
{
	return (struct provider_order){
		.reference = SCENE_REFERENCE,
		.amount = scene_money("1000.50", "NGN"),
		.payload = payload != NULL ? scene_json(scene, payload) : NULL,
	};
}

void
scene_sent(struct provider_scene *scene, size_t n, const char *line, const char *body)
{
	const struct fake_server_request *request;

	assert_true(fake_server_count(scene->server) > n);
	request = fake_server_request(scene->server, n);
	assert_string_equal(arena_printf(scene->arena, "%s %s", request->method, request->target),
			    line);
	if (body == NULL)
		assert_int_equal(request->length, 0);
	else
		assert_string_equal(json_canonical(scene->arena, scene_json(scene, request->body)),
				    json_canonical(scene->arena, scene_json(scene, body)));
}

void
scene_header(struct provider_scene *scene, size_t n, const char *name, const char *value)
{
	char sent[256];

	assert_non_null(fake_server_header(scene->server, n, name, sent, sizeof sent));
	assert_string_equal(sent, value);
}

struct provider_report
scene_read(struct provider_scene *scene, const struct provider *provider, const char *text)
{
	struct provider_report report;
	struct bytes body = {text, strlen(text)};

	assert_true(provider_read_webhook(provider, scene->arena, body, JSON_FOREIGN_MAX, &report));
	return report;
}

void
scene_amount(struct money money, int64_t minor, const char *currency)
{
	assert_non_null(money.currency);
	assert_string_equal(money.currency->code, currency);
	assert_int_equal(money.minor, minor);
}
