/* ledger_scene.h - a small ledger for tests of the kernel, and a batch that is applied to it. */
#ifndef TESTS_SUPPORT_LEDGER_SCENE_H
#define TESTS_SUPPORT_LEDGER_SCENE_H

#include "ledger/kernel.h"

enum { BATCH_MAX = 4, LINES_MAX = 3 };

/* Accounts and ids by number. */
enum {
	A = 1,    /* has 100, of which hold 50 holds 30 */
	B = 2,    /* has 50 */
	C = 3,    /* has nothing */
	NONE = 99 /* nobody has it */
};
#define ID(n) ((struct uuid){{(n)}})
#define NOW   (1000 * SECOND_US)

struct scene {
	struct arena *arena;
	struct ledger_account accounts[3];
	struct ledger_hold holds[1];
	struct known_transaction known[2];
	struct reversed_transaction reversed[1];
	struct ledger_batch batch;
	struct ledger_transaction transactions[BATCH_MAX];
	struct posting postings[BATCH_MAX][LINES_MAX];
	struct posting_result results[BATCH_MAX][LINES_MAX];
	struct ledger_transaction *list[BATCH_MAX];
};

extern const unsigned char scene_content[CONTENT_SIZE]; /* what every transaction has */
extern const unsigned char scene_other_content[CONTENT_SIZE];

/* For cmocka: *state is a struct scene. */
int scene_setup(void **state);
int scene_teardown(void **state);

void scene_open_account(struct scene *s, int n, int64_t balance, int64_t held);
/* Append a transaction of one posting to the batch. */
struct ledger_transaction *scene_add(struct scene *s, const char *reference, int from, int to,
				     int64_t amount);
void scene_add_posting(struct scene *s, struct ledger_transaction *t, int from, int to,
		       int64_t amount);
/* A transaction that the books have already. */
void scene_know(struct scene *s, const char *reference, const unsigned char *digest);
/* An amount that was given back of a transaction of the books. */
void scene_reverse(struct scene *s, int64_t transaction_id, int64_t amount);
void scene_apply(struct scene *s);

void scene_expect_account(const struct scene *s, int n, int64_t balance, int64_t held,
			  int64_t sequence);
/* Everything is as at the start. */
void scene_expect_untouched(const struct scene *s);
/* Apply the one transaction that was added and see it refused. */
void scene_expect_refused(struct scene *s, enum err err);

#endif
