/* Connection strings with several hosts: frozen, refusing, unknown and read-only ones, and a primary
 * that stops answering while another has taken its place. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "db/hosts.h"
#include "db/listen.h"
#include "db/row.h"
#include "runtime/app.h"
#include "tests/support/cmocka.h"
#include "tests/support/fixture.h"
#include "tests/support/proxy.h"

enum { STATEMENT_TIMEOUT_MS = 4000, CONNECT_TIMEOUT_MS = 1000, URL_MAX = 1024 };

/* A pool with a connection string of its own. */
struct scene {
	struct db_options options;
	struct app app;
	struct ctx ctx;
	char url[URL_MAX];
};

static struct scene *
scene_new(const struct fixture *f, const char *url)
{
	struct scene *s = calloc(1, sizeof *s);

	assert_non_null(s);
	(void)snprintf(s->url, sizeof s->url, "%s", url);
	s->options = (struct db_options){.conninfo = s->url,
					 .application_name = "test",
					 .connections = 2,
					 .statement_timeout_ms = STATEMENT_TIMEOUT_MS,
					 .connect_timeout_ms = CONNECT_TIMEOUT_MS};
	s->app.database.pool = db_pool_new(&s->options);
	s->ctx = fixture_ctx(f);
	s->ctx.app = &s->app;
	s->ctx.database = &s->app.database;
	return s;
}

static void
scene_end(struct scene *s)
{
	db_pool_free(s->app.database.pool);
	fixture_ctx_end(&s->ctx);
	free(s);
}

static enum err
setting(struct ctx *ctx, const char *name, const char **out)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_test_setting, &rows, PARAMS(p_text(name))));
	*out = row_text(&rows, 0, 0);
	return ERR_OK;
}

static int64_t
ms_since(int64_t start_ns)
{
	return (clock_monotonic_ns() - start_ns) / 1000000;
}

/* A server whose connections are accepted by the kernel, and never answered. */
static int
frozen_server(int *port)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (const struct sockaddr *)&address, size), 0);
	assert_int_equal(listen(fd, 8), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	*port = ntohs(address.sin_port);
	return fd;
}

static void
list_is(const char *conninfo, const char *expected)
{
	struct hosts hosts;
	char got[URL_MAX] = "";

	hosts_find(conninfo, &hosts);
	for (size_t i = 0; i < hosts.count; i++) {
		const struct host *h = &hosts.items[i];
		size_t length = strlen(got);

		(void)snprintf(got + length, sizeof got - length, "%s|%s|%s%s;", h->name,
			       h->address, h->port, h->unknown ? "|unknown" : "");
	}
	(void)snprintf(got + strlen(got), sizeof got - strlen(got), "%s", hosts.session_attrs);
	assert_string_equal(got, expected);
}

static void
test_lists(void **state)
{
	(void)state;
	list_is("host=/a,/b", "/a||5432;/b||5432;");
	list_is("host=/a,/b port=1,2", "/a||1;/b||2;");
	list_is("host=/a,/b port=,2", "/a||5432;/b||2;");
	list_is("host=/a,/b port=7", "/a||7;/b||7;");
	list_is("host=a,b hostaddr=10.0.0.1,10.0.0.2", "a|10.0.0.1|5432;b|10.0.0.2|5432;");
	list_is("hostaddr=10.0.0.1", "|10.0.0.1|5432;");
	list_is("postgresql://127.0.0.1:1,127.0.0.2:2/x?target_session_attrs=any",
		"127.0.0.1|127.0.0.1|1;127.0.0.2|127.0.0.2|2;any");
	list_is("host=name.invalid,/b", "name.invalid||5432|unknown;/b||5432;");
	/* These are refused by libpq. */
	list_is("host=/a,/b port=1,2,3", "||;");
	list_is("host=/a nonsense", "||;");
}

static void
test_environment_and_service(void **state)
{
	char path[] = "/tmp/cowry-service.XXXXXX";
	int fd = mkstemp(path);
	const char text[] = "[x]\nhost=/c,/d\nport=3\n";

	(void)state;
	assert_true(fd >= 0 && write(fd, text, sizeof text - 1) == sizeof text - 1);
	(void)close(fd);
	(void)setenv("PGSERVICEFILE", path, 1);
	list_is("service=x", "/c||3;/d||3;");
	(void)unsetenv("PGSERVICEFILE");
	(void)unlink(path);
	(void)setenv("PGHOST", "/e,/f", 1);
	list_is("dbname=x", "/e||5432;/f||5432;");
	list_is("host=/g", "/g||5432;");
	(void)unsetenv("PGHOST");
}

/* The same database is meant, whatever the password; and nothing else is. */
static void
test_identity(void **state)
{
	static const char base[] = "host=/a port=1 dbname=d user=u password=p";
	static const char *const others[] = {
		"host=/b port=1 dbname=d user=u password=p",
		"host=/a port=2 dbname=d user=u password=p",
		"host=/a port=1 dbname=e user=u password=p",
		"host=/a port=1 dbname=d user=v password=p",
		"host=/a hostaddr=10.0.0.1 port=1 dbname=d user=u password=p",
		"host=/a port=1 dbname=du user= password=p",
	};
	uint64_t identity = hosts_identity(base);

	(void)state;
	assert_true(hosts_identity("postgresql://u:q@/d?host=/a&port=1") == identity);
	assert_true(hosts_identity(base) == identity);
	for (size_t i = 0; i < COUNT(others); i++)
		assert_true(hosts_identity(others[i]) != identity);
	(void)setenv("PGPORT", "1", 1);
	assert_true(hosts_identity("host=/a dbname=d user=u") == identity);
	(void)unsetenv("PGPORT");
}

/* Of the server of with-postgres. */
static const char *
socket_folder(void)
{
	const char *folder = getenv("PGTMP"); /* NOLINT(concurrency-mt-unsafe) */

	return folder != NULL ? folder : "";
}

/* The one that serves comes last; it is found in time, and is the first one from then on. */
static void
test_others_do_not_matter(void **state)
{
	struct fixture *f = *state;
	int port;
	int fd = frozen_server(&port);
	char url[URL_MAX];
	struct scene *s;
	int64_t start_ns = clock_monotonic_ns();
	const char *value;

	(void)snprintf(url, sizeof url,
		       "%s host=127.0.0.1,name.invalid,/nonexistent,%s port=%d,5432,5432,5432",
		       f->url, socket_folder(), port);
	s = scene_new(f, url);
	assert_int_equal(setting(&s->ctx, "port", &value), ERR_OK);
	assert_true(ms_since(start_ns) < CONNECT_TIMEOUT_MS);
	scene_end(s);
	(void)close(fd);
}

static void
test_last_used_is_first(void **state)
{
	struct fixture *f = *state;
	int port;
	int fd = frozen_server(&port);
	struct listener *l;
	char url[URL_MAX];
	char problem[CONNECTION_PROBLEM_MAX];
	struct db_options options = {.conninfo = url,
				     .application_name = "test",
				     .statement_timeout_ms = STATEMENT_TIMEOUT_MS,
				     .connect_timeout_ms = CONNECT_TIMEOUT_MS};

	(void)snprintf(url, sizeof url, "%s host=127.0.0.1,%s port=%d,5432", f->url,
		       socket_folder(), port);
	l = listener_new(&options, SQL_ping);
	for (int i = 0; i < 3; i++) {
		int64_t start_ns = clock_monotonic_ns();

		assert_false(listener_open(l, problem)); /* it is no LISTEN, but was connected */
		assert_true(i == 0 || ms_since(start_ns) < 200);
	}
	listener_free(l);
	(void)close(fd);
}

static void
test_all_are_told_of(void **state)
{
	struct fixture *f = *state;
	int port;
	int fd = frozen_server(&port);
	char url[URL_MAX];
	struct scene *s;
	int64_t start_ns = clock_monotonic_ns();
	const char *value;

	(void)snprintf(url, sizeof url, "host=127.0.0.1,name.invalid user=x port=%d,1", port);
	s = scene_new(f, url);
	assert_int_equal(setting(&s->ctx, "port", &value), ERR_UNAVAILABLE);
	assert_non_null(strstr(s->ctx.fault.detail, "no connection in time"));
	assert_non_null(strstr(s->ctx.fault.detail, "name is unknown"));
	assert_true(ms_since(start_ns) >= CONNECT_TIMEOUT_MS);
	assert_true(ms_since(start_ns) < INT64_C(2) * CONNECT_TIMEOUT_MS);
	scene_end(s);
	(void)close(fd);
}

/* What the operator says in the connection string counts. */
static void
test_own_options(void **state)
{
	struct fixture *f = *state;
	char url[URL_MAX];
	struct scene *s;
	const char *value;

	(void)snprintf(url, sizeof url, "%s options='-c statement_timeout=1234'", f->url);
	s = scene_new(f, url);
	assert_int_equal(setting(&s->ctx, "statement_timeout", &value), ERR_OK);
	assert_string_equal(value, "1234ms");
	assert_int_equal(setting(&s->ctx, "lock_timeout", &value), ERR_OK);
	assert_string_equal(value, "2s");
	scene_end(s);
}

/* A second server. */
static void
control(const char *command)
{
	char line[512];

	(void)snprintf(line, sizeof line, "%s/tests/db/server %s 5434 >&2", getenv("srcdir"),
		       command);
	assert_int_equal(system(line), 0);
}

/* As the superuser, who may write even if the server is read-only by default. */
static void
run_on(int port, const char *sql)
{
	char url[256];

	(void)snprintf(url, sizeof url,
		       "host=%s port=%d user=postgres dbname=postgres "
		       "options='-c default_transaction_read_only=off'",
		       socket_folder(), port);
	fixture_sql(url, sql);
}

/* Both servers have this table. */
static const char things[] =
	"CREATE SCHEMA IF NOT EXISTS cowry;"
	"CREATE TABLE IF NOT EXISTS cowry.thing (id bigint PRIMARY KEY, value bigint);"
	"TRUNCATE cowry.thing";

static void
pair_url(char url[URL_MAX], const char *first_host)
{
	const char *folder = socket_folder();

	(void)snprintf(url, URL_MAX, "host=%s,%s port=%s user=postgres dbname=postgres", first_host,
		       folder, strcmp(first_host, folder) == 0 ? "5434,5432" : "5432,5434");
}

static enum err
insert_one(struct ctx *ctx, void *arg)
{
	const int64_t *id = arg;

	return db_run(ctx, SQL_test_insert, NULL, PARAMS(p_int(*id), p_int(1)));
}

/* A primary becomes read-only under open connections: work is repeated on the other server, and no
 * connection to the former one is used again. */
static void
test_demoted_primary(void **state)
{
	struct fixture *f = *state;
	int64_t id = 1;
	char url[URL_MAX];
	struct scene *s;
	const char *port = "";

	control("start");
	run_on(5434, things);
	run_on(5432, things);
	pair_url(url, socket_folder());
	s = scene_new(f, url);
	assert_int_equal(setting(&s->ctx, "port", &port), ERR_OK);
	assert_string_equal(port, "5434");
	run_on(5434, "ALTER SYSTEM SET default_transaction_read_only = on");
	run_on(5434, "SELECT pg_reload_conf()");
	/* The session must have seen the setting. */
	do
		assert_int_equal(setting(&s->ctx, "default_transaction_read_only", &port), ERR_OK);
	while (strcmp(port, "on") != 0);
	assert_int_equal(db_transact(&s->ctx, insert_one, &id), ERR_OK);
	assert_int_equal(setting(&s->ctx, "port", &port), ERR_OK);
	assert_string_equal(port, "5432");
	run_on(5434, "ALTER SYSTEM RESET default_transaction_read_only");
	control("stop");
	scene_end(s);
}

/* The primary does not answer any more, and the other server has taken its place. */
static void
test_frozen_primary(void **state)
{
	struct fixture *f = *state;
	struct proxy *proxy = proxy_new();
	int64_t start_ns;
	char url[URL_MAX];
	struct scene *s;
	const char *port;
	int64_t id = 2;

	control("start");
	run_on(5434, things);
	run_on(5432, things);
	pair_url(url, proxy_host(proxy));
	s = scene_new(f, url);
	assert_int_equal(setting(&s->ctx, "port", &port), ERR_OK);
	assert_string_equal(port, "5432");
	proxy_set(proxy, PROXY_STALL, "test_insert");
	start_ns = clock_monotonic_ns();
	assert_int_equal(db_transact(&s->ctx, insert_one, &id), ERR_UNAVAILABLE);
	assert_int_equal(setting(&s->ctx, "port", &port), ERR_OK);
	assert_true(ms_since(start_ns) < STATEMENT_TIMEOUT_MS - 1000);
	assert_string_equal(port, "5434");
	scene_end(s);
	control("stop");
	proxy_free(proxy);
}

/* A slow answer of a server that is still the primary is waited for. */
static void
test_slow_primary(void **state)
{
	struct fixture *f = *state;
	char url[URL_MAX];
	struct scene *s;

	(void)snprintf(url, sizeof url, "%s host=/nonexistent,%s", f->url, socket_folder());
	s = scene_new(f, url);
	assert_int_equal(db_run(&s->ctx, SQL_test_sleep, NULL, PARAMS(p_int(2500))), ERR_OK);
	scene_end(s);
}

/* A listener notices a server that is silent. */
static void
test_silent_listener(void **state)
{
	struct fixture *f = *state;
	struct proxy *proxy = proxy_new();
	char problem[CONNECTION_PROBLEM_MAX];
	char url[URL_MAX];
	struct db_options options = {.conninfo = url,
				     .application_name = "test",
				     .statement_timeout_ms = STATEMENT_TIMEOUT_MS,
				     .connect_timeout_ms = CONNECT_TIMEOUT_MS};
	struct listener *l;

	(void)snprintf(url, sizeof url, "%s host=%s", f->url, proxy_host(proxy));
	l = listener_new(&options, SQL_jobs_listen);
	assert_true(listener_open(l, problem));
	listener_check(l);
	assert_true(listener_fd(l) >= 0);
	proxy_set(proxy, PROXY_STALL, "LISTEN");
	listener_check(l);
	assert_int_equal(listener_fd(l), -1);
	listener_free(l);
	proxy_free(proxy);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_environment_and_service),
		cmocka_unit_test(test_identity),
		cmocka_unit_test(test_others_do_not_matter),
		cmocka_unit_test(test_last_used_is_first),
		cmocka_unit_test(test_all_are_told_of),
		cmocka_unit_test(test_own_options),
		cmocka_unit_test(test_demoted_primary),
		cmocka_unit_test(test_frozen_primary),
		cmocka_unit_test(test_slow_primary),
		cmocka_unit_test(test_silent_listener),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
