/*
 * Fixed requests, as the web server sends them: tests/instructions/compare counts what a worker executes
 * for each. Standard output says how often it repeated which, in the order of the counts, and how many
 * system calls of its own each had. Run within tests/with-postgres.
 */
#include "tests/support/cmocka.h"

#include <fastcgi.h>
#include <fcgiapp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api/route_number.h"
#include "api/router.h"
#include "api/service.h"
#include "base/log.h"
#include "bin/arrival.h"
#include "bin/fcgi_request.h"
#include "tests/support/users.h"
#include "json/reader.h"
#include "json/writer.h"

enum { REQUESTS = 200, WARM_UP = 50, ARENA_MAX = 64 << 20, NUMBERS_MAX = 2 };
enum { RECORDS_MAX = 4096, PARAMETERS_MAX = 2048, ANSWER_MAX = 8192 };

/* Where a request has another text each time: digits after this. */
#define NUMBER "-number-"
#define FIRST  NUMBER "0000"
#define TRANSFER                                                                                     \
	"{'fromWalletId':'%s','toWalletId':'%s','amount':'1','currency':'NGN','reference':'%s" FIRST \
	"'}"

/* A request as the records of a connection. */
struct records {
	char bytes[RECORDS_MAX];
	size_t length;
	char *numbers[NUMBERS_MAX]; /* the last digits of those in it */
};

struct worker {
	struct client *client;
	struct arena *arena;
	struct arrivals *arrivals;
	FCGX_Request fcgi;
	int fd;  /* our end of the connection */
	int web; /* the web server's */
};

static _Noreturn void
stop(const char *what)
{
	(void)fprintf(stderr, "instructions: %s\n", what);
	exit(1);
}

/* Its head is version, type, request, length, padding, reserved. */
static void
put_record(struct records *r, unsigned char type, const void *content, size_t length)
{
	const unsigned char head[FCGI_HEADER_LEN] = {FCGI_VERSION_1,
						     type,
						     0,
						     1,
						     (unsigned char)(length >> 8),
						     (unsigned char)(length & 0xFF)};

	if (r->length + sizeof(head) + length > RECORDS_MAX)
		stop("the request is too large");
	memcpy(r->bytes + r->length, head, sizeof(head));
	if (length > 0)
		memcpy(r->bytes + r->length + sizeof(head), content, length);
	r->length += sizeof(head) + length;
}

/* A parameter with lengths of one byte each. */
static size_t
put_parameter(char *out, const char *name, const char *value)
{
	size_t n = strlen(name);
	size_t v = strlen(value);

	if (n > 127 || v > 127)
		stop("the parameter is too long");
	out[0] = (char)n;
	out[1] = (char)v;
	memcpy(out + 2, name, n);      /* NOLINT: not a text */
	memcpy(out + 2 + n, value, v); /* NOLINT: not a text */
	return 2 + n + v;
}

static void
find_numbers(struct records *r)
{
	const char *end = r->bytes + r->length;
	char *at = r->bytes;
	size_t n = 0;

	while ((at = memmem(at, (size_t)(end - at), FIRST, strlen(FIRST))) != NULL) {
		if (n == NUMBERS_MAX)
			stop("the request has too many numbers");
		at += strlen(FIRST);
		r->numbers[n++] = at - 1;
	}
}

/* Another number than before, of the same length. */
static void
count_up(struct records *r)
{
	for (size_t n = 0; n < NUMBERS_MAX && r->numbers[n] != NULL; n++)
		for (char *digit = r->numbers[n]; ++*digit > '9'; digit--)
			*digit = '0';
}

struct parameter {
	const char *name;
	const char *value; /* NULL: it is not sent */
};

/* What nginx/upstream.conf sends, and a client's usual headers. */
static struct records *
make_records(struct arena *arena, const char *method, const char *target, const char *key,
	     const char *idempotency_key, const char *body)
{
	static const unsigned char begin[8] = {0, FCGI_RESPONDER, FCGI_KEEP_CONN};
	char length[24];
	char now[32];
	char text[PARAMETERS_MAX];
	size_t used = 0;
	struct records *r = arena_alloc(arena, sizeof(*r));
	const struct parameter parameters[] = {
		{"REQUEST_URI", target},
		{"CONTENT_TYPE", body != NULL ? "application/json" : ""},
		{"CONTENT_LENGTH", length},
		{"REMOTE_ADDR", "192.0.2.1"},
		{"ARRIVED_AT", now},
		{"ANSWER_WITHIN", "3600"},
		{"REQUEST_ID", "5f3c6d0e9a1b4c7d8e2f5a6b7c8d9e0f"},
		{"HTTP_PROXY", ""},
		{"REQUEST_METHOD", method},
		{"HTTP_HOST", "wallet.example.com"},
		{"HTTP_USER_AGENT", "axios/1.7.2"},
		{"HTTP_ACCEPT", "application/json, text/plain, */*"},
		{"HTTP_ACCEPT_ENCODING", "gzip, compress, deflate, br"},
		{"HTTP_X_API_KEY", key},
		{"HTTP_IDEMPOTENCY_KEY", idempotency_key},
		{"HTTP_CONTENT_TYPE", body != NULL ? "application/json" : NULL},
		{"HTTP_CONTENT_LENGTH", body != NULL ? length : NULL},
	};

	(void)snprintf(length, sizeof(length), "%zu", body != NULL ? strlen(body) : 0);
	(void)snprintf(now, sizeof(now), "%lld.000", (long long)(clock_system().us / SECOND_US));
	for (size_t i = 0; i < COUNT(parameters); i++)
		if (parameters[i].value != NULL)
			used += put_parameter(text + used, parameters[i].name, parameters[i].value);
	put_record(r, FCGI_BEGIN_REQUEST, begin, sizeof(begin));
	put_record(r, FCGI_PARAMS, text, used);
	put_record(r, FCGI_PARAMS, NULL, 0);
	if (body != NULL)
		put_record(r, FCGI_STDIN, body, strlen(body));
	put_record(r, FCGI_STDIN, NULL, 0);
	find_numbers(r);
	return r;
}

/* One request from the connection, as src/bin/server.c serves it. */
static void
serve(struct worker *w)
{
	w->fcgi.ipcFd = w->fd;
	w->fcgi.keepConnection = 1;
	if (FCGX_Accept_r(&w->fcgi) < 0)
		stop("the request can't be read");
	fcgi_request_answer(w->client->app, w->arrivals, w->arena, &w->fcgi);
	FCGX_Finish_r(&w->fcgi);
}

/* What is repeated: once. */
struct scenario {
	const char *name;
	void (*run)(struct worker *w, struct scenario *scenario);
	struct records *records;
	const char *status; /* that every answer begins with */
	const struct schema *schema;
	const char *body;
};

enum { SYSTEM_CALLS_OF_ASK = 2 };

/* A request and its answer. */
static void
ask(struct worker *w, struct scenario *s)
{
	struct records *r = s->records;
	char answer[ANSWER_MAX];
	ssize_t got;

	count_up(r);
	if (write(w->web, r->bytes, r->length) != (ssize_t)r->length)
		stop("the request can't be sent");
	serve(w);
	got = read(w->web, answer, sizeof(answer));
	if (got < (ssize_t)(FCGI_HEADER_LEN + strlen(s->status)) ||
	    memcmp(answer + FCGI_HEADER_LEN, s->status, strlen(s->status)) != 0)
		stop("another answer than expected");
}

/* A body into the struct of its route, and that as JSON again. */
static void
decode(struct worker *w, struct scenario *s)
{
	void *in = arena_alloc(w->arena, s->schema->size);
	struct fault fault = {0};
	struct json_object *json;
	struct bytes text;
	struct jw writer;

	if (json_read_bounded(w->arena, &fault, s->body, strlen(s->body), JSON_VALUES_MAX, &json) !=
		    ERR_OK ||
	    schema_decode(s->schema, w->arena, &fault, json, in) != ERR_OK)
		stop("the body is refused");
	jw_init(&writer, w->arena, 512);
	schema_encode(s->schema, AMOUNT_TEXT, in, NULL, &writer);
	if (!jw_finish(&writer, &text))
		stop("the body can't be written");
	arena_reset(w->arena);
}

static void
repeat(struct worker *w, struct scenario *s, int times)
{
	for (int i = 0; i < times; i++)
		s->run(w, s);
}

/* Counted is what this function executes. */
static __attribute__((noinline)) void
measured(struct worker *w, struct scenario *s)
{
	repeat(w, s, REQUESTS);
	(void)printf("%s %d %d\n", s->name, REQUESTS, s->run == ask ? SYSTEM_CALLS_OF_ASK : 0);
}

static void
measure(struct worker *w, struct scenario *s)
{
	repeat(w, s, WARM_UP);
	measured(w, s);
}

/* The fields of the route's body. */
static const struct schema *
schema_of(struct worker *w, const char *method, const char *target)
{
	const struct request request = {.method = method, .target = target};
	struct call call = {.request = &request,
			    .ctx = {.app = w->client->app, .arena = w->client->keep}};

	if (router_find(w->client->app->router, &call) != ERR_OK)
		stop("the route is not known");
	return call.route->in;
}

/* With counters, as a worker has them. */
static void
open_worker(struct worker *w, struct client *c)
{
	struct metrics_options options = route_number_options("", PROGRAM_WORKER);
	struct app *app = &c->fixture->app;
	char problem[METRICS_PROBLEM_MAX];
	int ends[2];

	service_close(app);
	db_pool_free(app->database.pool);
	app->metrics = metrics_open(&options, problem);
	c->fixture->options.metrics = app->metrics;
	app->database.pool = db_pool_new(&c->fixture->options);
	w->client = c;
	w->arena = arena_new(ARENA_MAX);
	w->arrivals = arrivals_new();
	if (app->metrics == NULL || app->database.pool == NULL || w->arrivals == NULL ||
	    !service_open(app) || socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0 ||
	    FCGX_Init() != 0 || FCGX_InitRequest(&w->fcgi, STDIN_FILENO, 0) != 0)
		stop("out of memory");
	w->fd = ends[0];
	w->web = ends[1];
	log_set_level(LOG_LEVEL_INFO);
}

static void
close_worker(struct worker *w)
{
	struct metrics *metrics = w->client->fixture->app.metrics;
	void *client = w->client;

	(void)close(w->web);
	FCGX_Free(&w->fcgi, 1);
	arrivals_free(w->arrivals);
	arena_free(w->arena);
	(void)client_teardown(&client);
	metrics_close(metrics);
}

static void
measure_all(struct worker *w)
{
	static const char transfer[] = "/v1/wallets/transfer";
	struct client *c = w->client;
	const char *key = tenant_new(c, "acme").test_key;
	const char *from = wallet_with(c, key, "NGN", "1000000");
	const char *to = wallet_new(c, key, "NGN");
	const char *plain = client_json(c, TRANSFER, from, to, "plain");
	const char *keyed = client_json(c, TRANSFER, from, to, "keyed");
	struct scenario json = {"json", decode, .body = plain};
	struct scenario unknown = {"unknown_path", ask, .status = "Status: 404"};
	struct scenario balance = {"balance", ask, .status = "Status: 200"};
	struct scenario post = {"transfer", ask, .status = "Status: 201"};
	struct scenario repeatable = {"transfer_with_key", ask, .status = "Status: 201"};

	json.schema = schema_of(w, "POST", transfer);
	unknown.records = make_records(c->keep, "GET", "/v1/hello", key, NULL, NULL);
	balance.records = make_records(c->keep, "GET", client_text(c, "/v1/wallets/%s", from), key,
				       NULL, NULL);
	post.records = make_records(c->keep, "POST", transfer, key, NULL, plain);
	repeatable.records = make_records(c->keep, "POST", transfer, key, "key" FIRST, keyed);
	measure(w, &json);
	measure(w, &unknown);
	measure(w, &balance);
	measure(w, &post);
	measure(w, &repeatable);
}

int
main(void)
{
	struct worker w;
	void *client;

	if (client_setup(&client) != 0)
		stop("there is no database");
	open_worker(&w, client);
	measure_all(&w);
	close_worker(&w);
	return 0;
}
