#include "api/router.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/attributes.h"
#include "runtime/app.h"

enum { SEGMENTS_MAX = 8, SEGMENT_BYTES = 48 };

/* A segment of a route's path. */
struct segment {
	char text[SEGMENT_BYTES]; /* of a literal */
	bool parameter;
	bool word; /* a parameter that need not be a UUID */
};

struct entry {
	const struct dialect *dialect;
	const struct route *route;
	struct segment segments[SEGMENTS_MAX];
	size_t count;
};

struct router {
	struct entry *entries; /* by number of segments, literals before parameters */
	size_t count;
	size_t start[SEGMENTS_MAX + 2]; /* first entry with that many segments */
};

/* The paths of the dialects, longest first where one holds another. */
static const struct prefix {
	const char *prefix;
	const char *dialect;
} prefixes[] = {
	{"/v1", "pocket"},
	{"/api-key", "pocket"},
	{"/wallet-providers", "pocket"},
	{"/api/v1/auth/google", "bitpal"},
	{"/api/v1/keys", "bitpal"},
	{"/api/v1/wallet", "bitpal"},
	{"/api/v1", "moolah"},
	{"/billpayment/v1", "moolah"},
	{"/api/wallet", "otp"},
	{"/api", "drop"},
};

static const char *const methods[METHOD_COUNT] = {
	[GET] = "GET", [POST] = "POST", [PUT] = "PUT", [PATCH] = "PATCH", [DELETE] = "DELETE",
};

const char *
method_text(enum method method)
{
	return methods[method];
}

static const char *const header_names[HEADER_COUNT] = {
	[HEADER_ACCEPT] = "accept",
	[HEADER_COOKIE] = "cookie",
	[HEADER_ORIGIN] = "origin",
	[HEADER_FETCH_SITE] = "sec-fetch-site",
	[HEADER_REQUEST_METHOD] = "access-control-request-method",
	[HEADER_PAYSTACK_SIGNATURE] = "x-paystack-signature",
	[HEADER_FLUTTERWAVE_HASH] = "verif-hash",
	[HEADER_PAGA_SIGNATURE] = "x-paga-signature",
	[HEADER_FINGRA_SIGNATURE] = "x-fingra-signature",
	[HEADER_EASYPAY_SIGNATURE] = "x-easypay-signature",
};

const char *
header_name(enum request_header header)
{
	return header_names[header];
}

const char *
request_header(const struct request *request, const char *name)
{
	for (int h = 0; h < HEADER_COUNT; h++)
		if (strcmp(header_names[h], name) == 0)
			return request->headers[h];
	return NULL;
}

const struct dialect *
dialect_find(const char *name)
{
	for (size_t i = 0; dialects[i] != NULL; i++)
		if (strcmp(dialects[i]->name, name) == 0)
			return dialects[i];
	return NULL;
}

/* The row of the table with the prefix of the raw target, or NULL. */
static const struct prefix *
find_prefix(const char *target)
{
	for (size_t i = 0; i < COUNT(prefixes); i++) {
		size_t length = strlen(prefixes[i].prefix);

		if (strncmp(target, prefixes[i].prefix, length) == 0 &&
		    strchr("/?", target[length]) != NULL)
			return &prefixes[i];
	}
	return NULL;
}

const struct dialect *
router_dialect(const char *target)
{
	const struct prefix *prefix = find_prefix(target);

	return prefix != NULL ? dialect_find(prefix->dialect) : dialects[0];
}

static void
parse_segment(struct segment *segment, const char *text, size_t length)
{
	const char *colon = memchr(text, ':', length);

	if (text[0] == '{') {
		segment->parameter = true;
		segment->word = colon != NULL;
		return;
	}
	if (length >= SEGMENT_BYTES)
		abort(); /* a route table of ours is wrong */
	memcpy(segment->text, text, length);
}

static void
parse_route(struct entry *entry, const struct dialect *dialect, const struct route *route)
{
	const char *p = route->path;

	*entry = (struct entry){.dialect = dialect, .route = route};
	while (*p == '/') {
		size_t length = strcspn(++p, "/");

		if (entry->count == SEGMENTS_MAX)
			abort(); /* a route table of ours is wrong */
		parse_segment(&entry->segments[entry->count++], p, length);
		p += length;
	}
}

/* By number of segments; then literals before UUIDs before words, from the left. */
static int
entry_order(const void *a, const void *b)
{
	const struct entry *x = a;
	const struct entry *y = b;

	if (x->count != y->count)
		return x->count < y->count ? -1 : 1;
	for (size_t i = 0; i < x->count; i++) {
		int rank_x = x->segments[i].parameter + x->segments[i].word;
		int rank_y = y->segments[i].parameter + y->segments[i].word;

		if (rank_x != rank_y)
			return rank_x - rank_y;
	}
	return 0;
}

static size_t
route_count(void)
{
	size_t count = 0;

	for (size_t d = 0; dialects[d] != NULL; d++)
		for (size_t g = 0; dialects[d]->groups[g] != NULL; g++)
			for (const struct route *r = dialects[d]->groups[g]; r->path != NULL; r++)
				count++;
	return count;
}

struct router *
router_new(void)
{
	struct router *router = calloc(1, sizeof(*router));

	if (router == NULL)
		return NULL;
	router->entries = calloc(route_count() + 1, sizeof(*router->entries));
	if (router->entries == NULL) {
		free(router);
		return NULL;
	}
	for (size_t d = 0; dialects[d] != NULL; d++)
		for (size_t g = 0; dialects[d]->groups[g] != NULL; g++)
			for (const struct route *r = dialects[d]->groups[g]; r->path != NULL; r++)
				parse_route(&router->entries[router->count++], dialects[d], r);
	qsort(router->entries, router->count, sizeof(*router->entries), entry_order);
	for (size_t n = 0; n <= SEGMENTS_MAX; n++) {
		router->start[n + 1] = router->start[n];
		while (router->start[n + 1] < router->count &&
		       router->entries[router->start[n + 1]].count == n)
			router->start[n + 1]++;
	}
	return router;
}

void
router_free(struct router *router)
{
	if (router == NULL)
		return;
	free(router->entries);
	free(router);
}

/* Split and decode the path; false if it can't match any route. */
static bool
split(struct call *call, char *segments[SEGMENTS_MAX], size_t *count)
{
	const char *p = call->request->target;
	const char *implied = find_prefix(p) != NULL ? call->dialect->implied
						     : NULL; /* not for paths of other dialects */

	*count = 0;
	while (*p == '/') {
		size_t length = strcspn(++p, "/?");

		if (length == 0 && (*p == '?' || *p == '\0'))
			break; /* a trailing slash */
		if (length == 0 || *count == SEGMENTS_MAX)
			return false;
		if (*count == 0 && implied != NULL &&
		    (length != strlen(implied) || strncmp(p, implied, length) != 0))
			segments[(*count)++] = arena_strdup(call->ctx.arena, implied);
		if (!percent_decode(call->ctx.arena, p, length, false, &segments[*count]))
			return false;
		(*count)++;
		p += length;
	}
	return *p == '\0' || *p == '?';
}

static bool
matches(const struct entry *entry, char *const segments[SEGMENTS_MAX], size_t count,
	struct path_value params[PARAMS_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		const struct segment *segment = &entry->segments[i];

		if (!segment->parameter) {
			if (strcmp(segment->text, segments[i]) != 0)
				return false;
			continue;
		}
		params[n].text = segments[i];
		if (!segment->word && !uuid_parse(&params[n].id, segments[i]))
			return false;
		n++;
	}
	return true;
}

static enum err
wrong_method(struct call *call, unsigned allowed)
{
	const char *allow = "";

	for (int m = 0; m < METHOD_COUNT; m++)
		if ((allowed & 1U << m) != 0)
			allow = arena_printf(call->ctx.arena, "%s%s%s", allow,
					     allow[0] == '\0' ? "" : ", ",
					     m == GET ? "GET, HEAD" : methods[m]);
	(void)fault(&call->ctx.fault, ERR_METHOD_NOT_ALLOWED, NULL, NULL);
	call->ctx.fault.allow = allow;
	return ERR_METHOD_NOT_ALLOWED;
}

static bool
is_offered(const struct route *route, const struct call *call)
{
	return route->allow.enabled == NULL || route->allow.enabled(call->ctx.app->config);
}

enum err
router_find(const struct router *router, struct call *call)
{
	return router_find_method(router, call, call->request->method);
}

enum err
router_find_method(const struct router *router, struct call *call, const char *method)
{
	char *segments[SEGMENTS_MAX];
	struct path_value params[PARAMS_MAX];
	unsigned allowed = 0;
	size_t count;

	call->dialect = router_dialect(call->request->target);
	if (!split(call, segments, &count))
		return fault(&call->ctx.fault, ERR_NOT_FOUND, NULL, NULL);
	for (size_t i = router->start[count]; i < router->start[count + 1]; i++) {
		const struct entry *entry = &router->entries[i];

		if (entry->dialect != call->dialect || !matches(entry, segments, count, params) ||
		    !is_offered(entry->route, call))
			continue;
		allowed |= 1U << entry->route->method;
		if (strcmp(methods[entry->route->method], method) != 0)
			continue;
		call->route = entry->route;
		memcpy(call->params, params, sizeof(params));
		return ERR_OK;
	}
	if (allowed != 0)
		return wrong_method(call, allowed);
	return fault(&call->ctx.fault, ERR_NOT_FOUND, NULL, NULL);
}

const char *
call_cookie(struct call *call, const char *name)
{
	const char *p = call->request->headers[HEADER_COOKIE];
	size_t length = strlen(name);

	while (p != NULL && *p != '\0') {
		size_t pair;

		p += strspn(p, "; ");
		pair = strcspn(p, ";");
		if (pair > length && strncmp(p, name, length) == 0 && p[length] == '=')
			return arena_strndup(call->ctx.arena, p + length + 1, pair - length - 1);
		p += pair;
	}
	return NULL;
}
