/*
 * Who may do what: every route, by every kind of caller and transport, to the owner's objects and to
 * objects that do not exist. What is expected is derived from the columns of the route.
 */
#include "tests/support/cmocka.h"

#include <string.h>

#include "api/dialects.h"
#include "base/arena.h"
#include "tests/support/callers.h"
#include "tests/support/owned.h"

static struct callers callers;
static struct owned owned;
static size_t combinations;

static int
setup(void **state)
{
	static const char *const lookers[] = {"owner: token", "other: token", "admin"};
	struct client *c;

	if (client_setup(state) != 0)
		return -1;
	c = *state;
	callers_make(c, &callers);
	owned_make(c, &callers.acme, &owned);
	for (size_t i = 0; i < COUNT(lookers); i++) { /* the first look creates a wallet */
		struct answer a = client_call(c, "GET", "/api/v1/wallet/balance",
					      caller_named(&callers, lookers[i])->credential, NULL);

		expect_status(&a, 200);
	}
	return 0;
}

/* A route, and who calls it how. */
struct cell {
	const struct dialect *dialect;
	const struct route *route;
	const struct caller *caller;
	enum transport transport;
};

static void
show(const struct cell *cell, const struct answer *a)
{
	static const char *const transports[] = {"", " in x-api-key", " in a cookie"};

	print_error("%s %s by %s%s: %d %.*s\n", method_text(cell->route->method), cell->route->path,
		    cell->caller->name, transports[cell->transport], a->status, (int)a->body.length,
		    a->body.length > 0 ? (const char *)a->body.data : "");
}

/* Fails with the cell and its answer. */
#define check_cell(cell, answer, condition)   \
	do {                                  \
		if (!(condition)) {           \
			show(cell, answer);   \
			fail_msg(#condition); \
		}                             \
	} while (0)

static struct answer
ask_for(struct client *c, const struct cell *cell, const char *target, const char *body)
{
	struct ask ask = {
		.method = method_text(cell->route->method), .target = target, .body = body};
	const char *credential = cell->caller->credential;

	if (cell->transport == BY_BEARER)
		ask.credential = credential;
	else if (cell->transport == BY_HEADER)
		ask.api_key = credential;
	else if (credential != NULL)
		ask.headers[HEADER_COOKIE] = client_text(c, TOKEN_COOKIE "=%s", credential);
	combinations++;
	return client_send(c, &ask);
}

/* A valid request for the owner's objects, or with NULL for objects that do not exist. */
static struct answer
ask_about(struct client *c, const struct cell *cell, const struct owned *objects)
{
	const char *target = client_text(c, "%s%s", owned_path(c, cell->route, objects),
					 owned_query(c, cell->route, objects));

	return ask_for(c, cell, target, owned_body(c, cell->dialect, cell->route, objects));
}

typedef void check_cells(struct client *c, const struct cell *cell);

static void
for_each_cell(struct client *c, const struct dialect *dialect, const struct route *route,
	      check_cells *check)
{
	for (size_t i = 0; i < callers.count; i++)
		for (int t = 0; t < TRANSPORT_COUNT; t++) {
			check(c,
			      &(struct cell){dialect, route, &callers.list[i], (enum transport)t});
			arena_reset(c->scratch);
		}
}

static void
for_all(struct client *c, check_cells *check)
{
	for (size_t d = 0; dialects[d] != NULL; d++)
		for (size_t g = 0; dialects[d]->groups[g] != NULL; g++)
			for (const struct route *r = dialects[d]->groups[g]; r->path != NULL; r++)
				for_each_cell(c, dialects[d], r, check);
}

/* An answer without what differs in every answer. */
static const char *
essence(struct client *c, const struct answer *a)
{
	const char *id = answer_header(a, "X-Request-Id");
	char *text =
		arena_strndup(c->scratch, a->body.length > 0 ? a->body.data : "", a->body.length);

	for (char *p = strstr(text, id); p != NULL; p = strstr(p, id))
		memset(p, '-', strlen(id));
	return client_text(c, "%d %s", a->status, text);
}

/* The answers do not tell whether the objects exist. */
static void
expect_no_difference(struct client *c, const struct cell *cell, const struct answer *a)
{
	struct answer nothing = ask_about(c, cell, NULL);

	if (strcmp(essence(c, a), essence(c, &nothing)) != 0)
		show(cell, &nothing);
	check_cell(cell, a, strcmp(essence(c, a), essence(c, &nothing)) == 0);
}

/* Everything that is stored, by table, but counters of calls and of attempts, and last uses. */
static const char *
stored(struct client *c)
{
	return arena_strdup(
		c->keep,
		client_value(
			c,
			"SELECT string_agg(relname || ' ' || (xpath('/row/d/text()', query_to_xml("
			"format('SELECT count(*) || '' '' || coalesce(sum(hashtext(t::text)), 0) AS"
			" d FROM cowry.%%I t', relname), true, true, '')))[1]::text, '; '"
			" ORDER BY relname) FROM pg_class WHERE relkind IN ('r', 'p')"
			" AND relnamespace = 'cowry'::regnamespace"
			" AND relname NOT IN ('rate_count', 'day_count', 'api_key_use',"
			" 'wallet_key')"));
}

static void
check_refused(struct client *c, const struct cell *cell)
{
	int status = caller_refusal(cell->route, cell->caller, cell->transport);
	struct answer a;

	if (status == 0)
		return;
	a = ask_about(c, cell, &owned);
	check_cell(cell, &a, a.status == status);
	expect_refusal(&a, status, status == 401 ? "UNAUTHORIZED" : "FORBIDDEN");
	expect_no_difference(c, cell, &a);
}

/* Who may not is refused, learns nothing and changes nothing. */
static void
test_refused(void **state)
{
	struct client *c = *state;
	const char *before = stored(c);

	for_all(c, check_refused);
	assert_string_equal(stored(c), before);
}

/* Routes that end the credential itself. */
static bool
ends_session(const struct route *route)
{
	static const char *const paths[] = {"/api/auth/logout", "/api/auth/refresh",
					    "/api/user/account", "/api/v1/auth/refresh", NULL};

	return text_index(paths, route->path) >= 0;
}

/* Merchants' pages are for merchants, which nobody here is: tests/api/drop/merchants.c. */
static bool
is_for_merchants(const struct route *route)
{
	return text_starts_with(route->path, "/api/merchants/") && route->method == GET;
}

/* On a public route a credential makes no difference; elsewhere it opens the route. */
static void
check_admitted(struct client *c, const struct cell *cell)
{
	const char *path = owned_path(c, cell->route, NULL);
	const char *body = cell->route->in != NULL ? "{}" : NULL;
	struct cell nobody = *cell;
	struct answer a;
	struct answer b;

	if (caller_refusal(cell->route, cell->caller, cell->transport) != 0 ||
	    ends_session(cell->route) || is_for_merchants(cell->route))
		return;
	a = ask_for(c, cell, path, body);
	if (cell->route->access != ACCESS_PUBLIC) {
		check_cell(cell, &a, a.status != 401 && a.status != 403);
		return;
	}
	nobody.caller = caller_named(&callers, "nobody");
	b = ask_for(c, &nobody, path, body);
	check_cell(cell, &a, a.status == b.status);
}

static void
test_admitted(void **state)
{
	for_all(*state, check_admitted);
}

/* Administrators manage all users, and read every statement, transaction, hold and receipt. */
static bool
is_for_admins(const struct route *route)
{
	return text_starts_with(route->path, "/v1/users/") ||
	       text_starts_with(route->path, "/v1/wallets/") ||
	       text_equal(route->path, "/v1/transactions/{id}") ||
	       text_equal(route->path, "/v1/transactions/{id}/metadata") ||
	       text_equal(route->path, "/v1/holds/{id}") ||
	       text_equal(route->path, "/v1/fee-schedules/{id}") ||
	       text_equal(route->path, "/v1/events/{id:word}") ||
	       text_equal(route->path, "/v1/transactions/{id:word}/receipt");
}

/* Whether the caller may see the owner's objects. */
static bool
is_entitled(const struct cell *cell)
{
	const struct route *route = cell->route;

	return cell->caller->owner || route->access == ACCESS_ADMIN ||
	       (cell->caller->admin && is_for_admins(route));
}

/* Whether the path has no owned object: anyone who has a voucher's code may look. */
static bool
is_for_all(const struct route *route)
{
	return strchr(route->path, '{') == NULL || text_starts_with(route->path, "/api/rates/") ||
	       strstr(route->path, "/vouchers/code/") != NULL;
}

/* Another's objects do not exist, wherever they are named. */
static void
check_stranger(struct client *c, const struct cell *cell)
{
	const struct route *route = cell->route;
	struct answer a;

	if (caller_refusal(route, cell->caller, cell->transport) != 0 || is_entitled(cell) ||
	    (is_for_all(route) && !owned_is_named(route, cell->caller->project)))
		return;
	a = ask_about(c, cell, &owned);
	if (!is_for_all(route)) {
		check_cell(cell, &a, a.status == 404);
		expect_refusal(&a, 404,
			       strstr(route->path, "/vouchers/") != NULL ? "VOUCHER_NOT_FOUND"
									 : "NOT_FOUND");
	}
	expect_no_difference(c, cell, &a);
}

static void
test_strangers(void **state)
{
	struct client *c = *state;
	const char *before = stored(c);

	for_all(c, check_stranger);
	assert_string_equal(stored(c), before);
}

/* A page of another site that uses the browser's cookie. */
static void
check_other_site(struct client *c, const struct cell *cell)
{
	const struct route *route = cell->route;
	struct ask ask = {.method = method_text(route->method),
			  .target = owned_path(c, route, &owned),
			  .body = owned_body(c, cell->dialect, route, &owned)};
	struct answer a;

	if (route->access != ACCESS_COOKIE || route->method == GET ||
	    cell->transport != BY_COOKIE || cell->caller->kind != PRINCIPAL_USER)
		return;
	ask.headers[HEADER_COOKIE] = client_text(c, TOKEN_COOKIE "=%s", cell->caller->credential);
	ask.headers[HEADER_ORIGIN] = "https://elsewhere.example";
	combinations++;
	a = client_send(c, &ask);
	check_cell(cell, &a, a.status == 403);
}

static void
test_other_sites(void **state)
{
	struct client *c = *state;
	const char *before = stored(c);

	for_all(c, check_other_site);
	assert_string_equal(stored(c), before);
}

/* Files have no owner: their link gives them. */
static bool
has_object(const struct route *route)
{
	return strchr(route->path, '{') != NULL && route->access != ACCESS_ADMIN &&
	       !route->reply.is_file;
}

/* The same objects exist for their owner; and examples are valid requests. */
static void
check_mine(struct client *c, const struct cell *cell)
{
	const struct route *route = cell->route;
	const char *code;
	struct answer a;

	if (!has_object(route) || !cell->caller->owner || cell->transport != BY_BEARER ||
	    caller_refusal(route, cell->caller, cell->transport) != 0 ||
	    (route->method == DELETE && text_starts_with(route->path, "/v1/users/")))
		return; /* that would end the ownership of everything */
	if (cell->caller->kind != PRINCIPAL_PROJECT_KEY &&
	    (route->access == ACCESS_USER_OR_PROJECT || route->access == ACCESS_OWNER))
		return; /* the object is the project's */
	a = ask_about(c, cell, &owned);
	code = answer_at(&a, "errors.0.code");
	check_cell(cell, &a, a.status != 400 || code == NULL || strcmp(code, "RANGE") == 0);
	check_cell(cell, &a, a.status != 404 || route->in != NULL || route->method == DELETE);
}

static void
test_mine(void **state)
{
	for_all(*state, check_mine);
	print_error("%zu requests\n", combinations);
	assert_true(combinations > 10000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_refused),   client_test(test_admitted),
		client_test(test_strangers), client_test(test_other_sites),
		client_test(test_mine),      client_test(client_books_hold),
	};

	return cmocka_run_group_tests(tests, setup, client_teardown);
}
