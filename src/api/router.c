#include "api/router.h"

#include <stdlib.h>
#include <string.h>

#include "api/route_number.h"
#include "base/arena.h"
#include "base/attributes.h"
#include "runtime/app.h"

enum { SEGMENTS_MAX = 8, SEGMENT_BYTES = 48, DIALECTS_MAX = 8 };

/* A segment of a route's path. */
struct segment {
	char text[SEGMENT_BYTES]; /* of a literal */
	uint64_t head;            /* its first bytes, by which most differ */
	bool short_text;          /* head has all of it */
	bool parameter;
	bool word; /* a parameter that need not be a UUID */
};

/* A segment of a request's path. */
struct part {
	char *text;
	uint64_t head;
};

struct entry {
	const struct dialect *dialect;
	const struct route *route;
	size_t number; /* route_number.h */
	struct segment segments[SEGMENTS_MAX];
	size_t count;
};

/* Consecutive entries of a dialect with the same number of segments. */
struct range {
	size_t first;
	size_t end;
};

struct router {
	struct entry *entries; /* by dialect and number of segments, literals before parameters */
	size_t count;
	struct range ranges[DIALECTS_MAX][SEGMENTS_MAX + 1];
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

/* The first eight bytes of a text, filled up with NUL. */
static uint64_t
head_of(const char *text)
{
	uint64_t head = 0;

	memcpy(&head, text, strnlen(text, sizeof(head)));
	return head;
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
	segment->head = head_of(segment->text);
	segment->short_text = length < sizeof(segment->head);
}

static void
parse_route(struct entry *entry, const struct numbered_route *from, size_t number)
{
	const char *p = from->route->path;

	*entry = (struct entry){.dialect = from->dialect, .route = from->route, .number = number};
	while (*p == '/') {
		size_t length = strcspn(++p, "/");

		if (entry->count == SEGMENTS_MAX)
			abort(); /* a route table of ours is wrong */
		parse_segment(&entry->segments[entry->count++], p, length);
		p += length;
	}
}

/* A dialect's place in the list of all. */
static size_t
place_of(const struct dialect *dialect)
{
	size_t place = 0;

	while (dialects[place] != dialect)
		place++;
	if (place >= DIALECTS_MAX)
		abort(); /* there are more than this file knows */
	return place;
}

/* By dialect and number of segments; then literals before UUIDs before words, from the left. */
static int
entry_order(const void *a, const void *b)
{
	const struct entry *x = a;
	const struct entry *y = b;

	if (x->dialect != y->dialect)
		return place_of(x->dialect) < place_of(y->dialect) ? -1 : 1;
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

static bool
parse_all(struct router *router)
{
	struct numbered_route *list = route_number_list();
	size_t count = route_number_count();

	router->entries = calloc(count, sizeof(*router->entries));
	for (size_t n = 0; list != NULL && router->entries != NULL && n < count; n++)
		if (list[n].route != NULL)
			parse_route(&router->entries[router->count++], &list[n], n);
	free(list);
	return router->count > 0;
}

static void
set_ranges(struct router *router)
{
	for (size_t i = 0; i < router->count; i++) {
		const struct entry *entry = &router->entries[i];
		struct range *range = &router->ranges[place_of(entry->dialect)][entry->count];

		if (range->end == 0)
			range->first = i;
		range->end = i + 1;
	}
}

struct router *
router_new(void)
{
	struct router *router = calloc(1, sizeof(*router));

	if (router == NULL)
		return NULL;
	if (!parse_all(router)) {
		router_free(router);
		return NULL;
	}
	qsort(router->entries, router->count, sizeof(*router->entries), entry_order);
	set_ranges(router);
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

static void
add_part(struct part parts[SEGMENTS_MAX], size_t *count, char *text)
{
	parts[(*count)++] = (struct part){text, head_of(text)};
}

/* Split and decode the path; false if it can't match any route. */
static bool
split(struct call *call, struct part parts[SEGMENTS_MAX], size_t *count)
{
	const char *p = call->request->target;
	const char *implied = find_prefix(p) != NULL ? call->dialect->implied
						     : NULL; /* not for paths of other dialects */

	*count = 0;
	while (*p == '/') {
		size_t length = strcspn(++p, "/?");
		char *decoded;

		if (length == 0 && (*p == '?' || *p == '\0'))
			break; /* a trailing slash */
		if (length == 0 || *count == SEGMENTS_MAX)
			return false;
		if (*count == 0 && implied != NULL &&
		    (length != strlen(implied) || strncmp(p, implied, length) != 0))
			add_part(parts, count, arena_strdup(call->ctx.arena, implied));
		if (!percent_decode(call->ctx.arena, p, length, false, &decoded))
			return false;
		add_part(parts, count, decoded);
		p += length;
	}
	return *p == '\0' || *p == '?';
}

static bool
is_literal(const struct segment *segment, const struct part *part)
{
	return segment->head == part->head &&
	       (segment->short_text || strcmp(segment->text, part->text) == 0);
}

static bool
matches(const struct entry *entry, const struct part parts[SEGMENTS_MAX], size_t count,
	struct path_value params[PARAMS_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		const struct segment *segment = &entry->segments[i];

		if (!segment->parameter) {
			if (!is_literal(segment, &parts[i]))
				return false;
			continue;
		}
		params[n].text = parts[i].text;
		if (!segment->word && !uuid_parse(&params[n].id, parts[i].text))
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
	struct part parts[SEGMENTS_MAX];
	struct path_value params[PARAMS_MAX];
	const struct range *range;
	unsigned allowed = 0;
	size_t count;

	call->dialect = router_dialect(call->request->target);
	if (!split(call, parts, &count))
		return fault(&call->ctx.fault, ERR_NOT_FOUND, NULL, NULL);
	range = &router->ranges[place_of(call->dialect)][count];
	for (size_t i = range->first; i < range->end; i++) {
		const struct entry *entry = &router->entries[i];

		if (!matches(entry, parts, count, params) || !is_offered(entry->route, call))
			continue;
		allowed |= 1U << entry->route->method;
		if (strcmp(methods[entry->route->method], method) != 0)
			continue;
		call->route = entry->route;
		call->route_number = entry->number;
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
