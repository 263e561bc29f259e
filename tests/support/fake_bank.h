/*
 * fake_bank.h - a fake bank: an HTTP server of the test itself, which answers according to
 * NextGenPSD2 XS2A by default.
 */
#ifndef TESTS_SUPPORT_FAKE_BANK_H
#define TESTS_SUPPORT_FAKE_BANK_H

#include "tests/support/fake_server.h"
#include "tests/support/users.h"

#define BANK_BBAN "90000000018"
#define BANK_IBAN "NO3690000000018"

enum { BANK_REQUESTS_MAX = 256 };

/* The bank's answers. Set between calls. */
struct bank_script {
	const char *consent; /* status of consents: "valid" */
	const char *balance; /* of the first account; the second one has 120000.00 */
	bool bare;           /* accounts come without balances */
	const char *payment; /* status of payments when queried: "ACSP" */
	const char *initial; /* and when they are initiated: "ACSP" */
	/* A failing call: those of this method whose path begins so. */
	const char *method;
	const char *path;
	int64_t times;
	enum fake_server_manner manner;
	int status;
	const char *body;
	bool done; /* a payment is made nevertheless */
};

struct bank {
	struct fake_server *server;
	struct bank_script script;
	size_t payments; /* payments made: one for each X-Request-ID */
	char requests[BANK_REQUESTS_MAX][40];
};

/* Start; banks have this address from now on. */
void bank_open(struct client *c, struct bank *bank);
void bank_close_down(struct bank *bank);
/* Everything normal. */
void bank_behave(struct bank *bank);
/* The result of the next calls of a method and path. */
void bank_fail(struct bank *bank, const char *method, const char *path,
	       enum fake_server_manner manner, int status, const char *body);
/* A refusal in the format of the interface. */
const char *bank_error(struct client *c, const char *code, const char *text);
/* Number of requests whose line begins so: "POST /v1/payments". */
size_t bank_count(struct bank *bank, const char *line);
/* The number of the last such request. */
size_t bank_last(struct bank *bank, const char *line);

/* Link the accounts of a user; the id of the first one. */
const char *bank_link_new(struct client *c, const struct person *person);
/* The state of a started link, from the request to the bank. */
const char *bank_state(struct client *c, struct bank *bank);

#endif
