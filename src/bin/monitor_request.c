#include "bin/monitor_request.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "json/writer.h"

static const char json_type[] = "application/json; charset=utf-8";
static const char text_type[] = "text/plain; version=0.0.4; charset=utf-8";

struct answer {
	int status;
	const char *type;
	struct bytes body;
};

static void
send(FCGX_Request *fcgi, const struct answer *answer, bool no_body)
{
	(void)FCGX_FPrintF(fcgi->out,
			   "Status: %d\r\nContent-Type: %s\r\nContent-Length: %ld\r\n"
			   "Cache-Control: no-store\r\n%s\r\n",
			   answer->status, answer->type, (long)answer->body.length,
			   answer->status == 405 ? "Allow: GET, HEAD\r\n" : "");
	if (!no_body)
		(void)FCGX_PutStr(answer->body.data, (int)answer->body.length, fcgi->out);
}

static void
name_missing(struct jw *w, bool present, const char *name)
{
	if (!present)
		jw_text(w, NULL, name);
}

static struct answer
answer_ready(struct monitor *monitor, struct arena *arena)
{
	struct readiness ready = monitor_ready(monitor);
	bool complete = readiness_complete(&ready);
	struct answer answer = {.status = complete ? 200 : 503, .type = json_type};
	struct jw w;

	jw_init(&w, arena, 128);
	jw_object(&w, NULL);
	jw_text(&w, "status", complete ? "ready" : "unavailable");
	jw_list(&w, "missing");
	name_missing(&w, ready.database, "database");
	name_missing(&w, ready.schema || !ready.database, "schema");
	name_missing(&w, ready.job_runner || !ready.database || !ready.schema, "job_runner");
	jw_close(&w);
	jw_close(&w);
	if (!jw_finish(&w, &answer.body))
		answer.status = 500;
	return answer;
}

static struct answer
answer_metrics(struct monitor *monitor, struct arena *arena)
{
	struct answer answer = {.status = 503, .type = text_type};
	char problem[METRICS_PROBLEM_MAX];
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);
	bool written;

	if (out == NULL)
		return answer;
	written = monitor_write(monitor, out, problem);
	if (fclose(out) == 0 && written) {
		answer.status = 200;
		answer.body = (struct bytes){arena_copy(arena, text, length), length};
	}
	free(text);
	return answer;
}

static bool
is_ready_path(const char *target)
{
	static const char path[] = "/ready";
	size_t length = sizeof(path) - 1;

	return target != NULL && strncmp(target, path, length) == 0 &&
	       (target[length] == '\0' || target[length] == '?');
}

bool
monitor_request_answer(struct monitor *monitor, struct arena *arena, FCGX_Request *fcgi)
{
	const char *method = FCGX_GetParam("REQUEST_METHOD", fcgi->envp);
	const char *wanted = FCGX_GetParam("MONITOR", fcgi->envp);
	bool metrics = wanted != NULL && strcmp(wanted, "metrics") == 0;
	bool head = method != NULL && strcmp(method, "HEAD") == 0;
	struct answer answer = {.status = 405, .type = json_type, .body = {"{}", 2}};

	if (!metrics && !is_ready_path(FCGX_GetParam("REQUEST_URI", fcgi->envp)))
		return false;
	if (head || (method != NULL && strcmp(method, "GET") == 0))
		answer = metrics ? answer_metrics(monitor, arena) : answer_ready(monitor, arena);
	send(fcgi, &answer, head);
	arena_reset(arena);
	return true;
}
