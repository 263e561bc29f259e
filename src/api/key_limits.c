#include "api/key_limits.h"

#include <string.h>

#include "api/access.h"
#include "base/arena.h"
#include "net/address_block.h"
#include "runtime/app.h"

static const char all_reads[] = "GET *";

static bool
any_holds(const struct text_list *addresses, const char *client)
{
	struct address_block block;
	struct address_block address;

	if (address_block_parse(&address, client) != NULL)
		return false;
	for (size_t i = 0; i < addresses->count; i++)
		if (address_block_parse(&block, addresses->items[i]) == NULL &&
		    address_block_holds(&block, &address))
			return true;
	return false;
}

/* Whether the text is the path as the document has it: "{type:word}" is "{type}". */
static bool
is_path(const char *path, const char *text)
{
	for (; *path != '\0'; path++, text++) {
		if (*path == ':')
			path += strcspn(path, "}");
		if (*path != *text)
			return false;
	}
	return *text == '\0';
}

static bool
names(const char *text, const struct route *route)
{
	const char *method = method_text(route->method);
	size_t length = strlen(method);

	if (route->method == GET && strcmp(text, all_reads) == 0)
		return true;
	return strncmp(text, method, length) == 0 && text[length] == ' ' &&
	       is_path(route->path, text + length + 1);
}

static bool
any_names(const struct text_list *routes, const struct route *route)
{
	for (size_t i = 0; i < routes->count; i++)
		if (names(routes->items[i], route))
			return true;
	return false;
}

enum key_limit
key_limit_of(struct arena *arena, const char *addresses, const char *routes,
	     const struct call *call)
{
	struct text_list list;

	if (addresses == NULL && routes == NULL)
		return KEY_UNLIMITED;
	if (addresses != NULL) {
		list = text_list_split(arena, addresses);
		if (!any_holds(&list, call->ctx.address))
			return KEY_OTHER_ADDRESS;
	}
	if (routes != NULL) {
		list = text_list_split(arena, routes);
		if (!any_names(&list, call->route))
			return KEY_OTHER_ROUTE;
	}
	return KEY_WITHIN;
}

enum err
key_limit_check(struct call *call, enum key_limit limit)
{
	switch (limit) {
	case KEY_UNLIMITED:
	case KEY_WITHIN:
		return ERR_OK;
	case KEY_OTHER_ADDRESS:
		return fault(&call->ctx.fault, ERR_FORBIDDEN, NULL,
			     "The API key can't be used from this address");
	case KEY_OTHER_ROUTE:
		return fault(&call->ctx.fault, ERR_FORBIDDEN, NULL,
			     "The API key is limited to other routes");
	}
	return fault(&call->ctx.fault, ERR_INTERNAL, NULL, NULL);
}

/* A route of that name which the server offers; one that such keys can use, if there are several. */
static const struct route *
find(const struct config *config, const char *text, enum principal_kind kind)
{
	const struct route *found = NULL;

	for (size_t d = 0; dialects[d] != NULL; d++)
		for (size_t g = 0; dialects[d]->groups[g] != NULL; g++)
			for (const struct route *r = dialects[d]->groups[g]; r->path != NULL; r++) {
				if (!names(text, r) ||
				    (r->allow.enabled != NULL && !r->allow.enabled(config)))
					continue;
				found = r;
				if (access_takes_key(r->access, kind))
					return r;
			}
	return found;
}

static void
violate(struct call *call, size_t item, const char *why)
{
	violation_add(call->ctx.arena, &call->ctx.fault,
		      arena_printf(call->ctx.arena, "allowedRoutes[%zu]", item), "ROUTE", why);
}

enum err
key_limits_check_routes(struct call *call, enum principal_kind kind, const struct text_list *routes)
{
	bool good = true;

	for (size_t i = 0; i < routes->count; i++) {
		const struct route *route = find(call->ctx.app->config, routes->items[i], kind);
		bool taken = route != NULL && access_takes_key(route->access, kind);

		if (!taken)
			violate(call, i,
				route == NULL
					? "must be a route as in the OpenAPI document, such as "
					  "GET /v1/wallets/{id}, or GET *"
					: "must be a route that takes API keys of this kind");
		good = good && taken;
	}
	return good ? ERR_OK : ERR_VALIDATION;
}
