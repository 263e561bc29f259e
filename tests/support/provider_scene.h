/* provider_scene.h - a provider simulated by a server of the test, and its requests. */
#ifndef TESTS_SUPPORT_PROVIDER_SCENE_H
#define TESTS_SUPPORT_PROVIDER_SCENE_H

#include "base/arena.h"
#include "net/http.h"
#include "provider/provider.h"
#include "tests/support/fake_server.h"
#include "json/reader.h"

enum { SCENE_REPLIES_MAX = 8 };

/* The reference that all orders of the scene have. */
#define SCENE_REFERENCE "cw-0123456789abcdefghijklmnop"

struct provider_scene {
	struct arena *arena;
	struct http_client *http;
	struct fake_server *server;
	struct provider_account account;
	struct provider_call call;
	struct fake_server_reply replies[SCENE_REPLIES_MAX];
	size_t count;
};

int provider_scene_setup(void **state);
int provider_scene_teardown(void **state);

/* What the provider answers next. */
void scene_answer(struct provider_scene *scene, int status, const char *body);
void scene_fail(struct provider_scene *scene, enum fake_server_manner manner);
/* A JSON object, as from a caller. */
struct json_object *scene_json(struct provider_scene *scene, const char *text);
/* 1000.50 NGN, unless another amount is named. */
struct provider_order scene_order(struct provider_scene *scene, const char *payload);
struct money scene_money(const char *amount, const char *currency);
/* The request number n must have been "METHOD target", with this body (NULL: none). */
void scene_sent(struct provider_scene *scene, size_t n, const char *line, const char *body);
void scene_header(struct provider_scene *scene, size_t n, const char *name, const char *value);
/* Read a webhook that is a text; the report. */
struct provider_report scene_read(struct provider_scene *scene, const struct provider *provider,
				  const char *text);
void scene_amount(struct money money, int64_t minor, const char *currency);

#endif
