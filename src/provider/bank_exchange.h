/* bank_exchange.h - how a bank is called and its answer judged, for provider/bank*.c only. */
#ifndef PROVIDER_BANK_EXCHANGE_H
#define PROVIDER_BANK_EXCHANGE_H

#include "provider/bank.h"
#include "provider/exchange.h"

enum { XS2A_ID_MAX = 200, XS2A_NUMBER_MAX = 34 };

/* What is asked of a bank. Members that are NULL are not sent. */
struct xs2a_question {
	const char *method;
	const char *path;
	const char *consent;
	const char *redirect_url;
	const char *refused_url;
	struct jw *body; /* begun by question_body(), still open; or NULL */
};

/* What came of it. */
struct xs2a_exchange {
	struct xs2a_answer answer;
	struct json_object *body; /* of an accepted one, if it has one; else NULL */
};

struct xs2a_exchange xs2a_ask(const struct xs2a_call *call, const struct xs2a_question *question);
/* An answer that is good, but says nothing that we can use. */
struct xs2a_answer xs2a_puzzled(const char *problem);
/* Where one of the _links leads, or NULL. */
const char *xs2a_link(struct arena *arena, struct json_object *body, const char *name);

#endif
