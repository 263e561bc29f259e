/* bank_exchange.h - calls to banks and their answers, for provider/bank*.c only. */
#ifndef PROVIDER_BANK_EXCHANGE_H
#define PROVIDER_BANK_EXCHANGE_H

#include "provider/bank.h"
#include "provider/exchange.h"

enum { XS2A_ID_MAX = 200, XS2A_NUMBER_MAX = 34 };

/* A request to a bank. NULL members are not sent. */
struct xs2a_question {
	const char *method;
	const char *path;
	const char *consent;
	const char *redirect_url;
	const char *refused_url;
	struct jw *body; /* opened by question_body(), still open; or NULL */
};

/* The answer. */
struct xs2a_exchange {
	struct xs2a_answer answer;
	struct json_object *body; /* of an accepted one, if any; else NULL */
};

struct xs2a_exchange xs2a_ask(const struct xs2a_call *call, const struct xs2a_question *question);
/* An answer that is a success, but unusable. */
struct xs2a_answer xs2a_puzzled(const char *problem);
/* The target of one of the _links, or NULL. */
const char *xs2a_link(struct arena *arena, struct json_object *body, const char *name);

#endif
