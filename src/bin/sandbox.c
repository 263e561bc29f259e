/* cowry-sandbox - a FastCGI application on descriptor 0 that simulates the providers and Google. */
#include <config.h>

#include <curl/curl.h>
#include <fcgiapp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/config.h"
#include "base/log.h"
#include "bin/body.h"
#include "bin/server.h"
#include "sandbox/sandbox.h"

static const char program[] = "cowry-sandbox";

enum { BODY_MAX = 256 * 1024, DRAIN_S = 2 };

static void
fail(const char *why)
{
	log_open(program, LOG_LEVEL_INFO);
	(void)fprintf(stderr, "%s%s: %s\n", log_priority(LOG_LEVEL_ERROR), program, why);
	exit(1); /* NOLINT(concurrency-mt-unsafe): before threads begin */
}

static void
put(FCGX_Request *fcgi, const char *text)
{
	(void)FCGX_PutStr(text, (int)strlen(text), fcgi->out);
}

/* nginx closes the connection at such a location. */
static void
write_reset(FCGX_Request *fcgi)
{
	put(fcgi, "Status: 200\r\nX-Accel-Redirect: /.sandbox/reset\r\n\r\n");
}

static void
write_reply(struct arena *arena, FCGX_Request *fcgi, const struct sandbox_reply *reply)
{
	size_t length = reply->body.length;

	put(fcgi, arena_printf(arena, "Status: %d\r\nCache-Control: no-store\r\n", reply->status));
	if (reply->location != NULL)
		put(fcgi, arena_printf(arena, "Location: %s\r\n", reply->location));
	if (length > 0)
		put(fcgi, arena_printf(arena, "Content-Type: %s\r\nContent-Length: %zu\r\n",
				       reply->content_type, length));
	put(fcgi, "\r\n");
	if (reply->ending == ENDING_HALF)
		length /= 2;
	if (length > 0)
		(void)FCGX_PutStr(reply->body.data, (int)length, fcgi->out);
}

static void
answer(void *box, struct arena *arena, struct FCGX_Request *fcgi)
{
	struct sandbox_request request = {fcgi->envp, {NULL, 0}};
	struct sandbox_reply reply = {.status = 413};
	enum body_state state = body_read(arena, fcgi, FCGX_GetParam("CONTENT_LENGTH", fcgi->envp),
					  BODY_MAX, &request.body);

	if (state == BODY_WHOLE)
		sandbox_serve(box, arena, &request, &reply);
	else if (state == BODY_INCOMPLETE)
		reply.status = 400;
	if (reply.ending == ENDING_RESET)
		write_reset(fcgi);
	else
		write_reply(arena, fcgi, &reply);
	arena_reset(arena);
}

int
main(int argc, char **argv)
{
	struct config config;
	struct sandbox *box;
	struct server *server;
	char problem[256];
	sigset_t signals;
	int number = 0;

	if (argc > 1 && strcmp(argv[1], "--version") == 0) {
		(void)printf("%s %s\n", program, PACKAGE_VERSION);
		return 0;
	}
	server_block_signals(&signals);
	if (!config_load(&config, problem))
		fail(problem);
	log_open(program, log_level_parse(config.log_level));
	if (!server_can_listen(0))
		fail("descriptor 0 is not a listening socket; start it with spawn-fcgi");
	(void)curl_global_init(CURL_GLOBAL_DEFAULT);
	box = sandbox_open(&config, problem);
	if (box == NULL)
		fail(problem);
	server = server_start(&(struct server_options){.threads = config.sandbox_threads,
						       .requests = config.sandbox_threads,
						       .answer = answer,
						       .context = box});
	if (server == NULL)
		fail("the request threads can't be started");
	log_event(LOG_LEVEL_INFO, "started", LOG_FIELDS({"threads", NULL, config.sandbox_threads}));
	while (sigwait(&signals, &number) != 0 || number == SIGHUP)
		; /* it has no settings that change */
	sandbox_interrupt(box);
	(void)server_drain(server, DRAIN_S);
	sandbox_close(box);
	curl_global_cleanup();
	log_event(LOG_LEVEL_INFO, "stopped", NULL);
	return 0;
}
