/* sealing.h - the journal is read and sealed to its end, as the job runner does. */
#ifndef TESTS_SUPPORT_SEALING_H
#define TESTS_SUPPORT_SEALING_H

#include "app/events/event_stream.h"
#include "app/seal/seal.h"
#include "db/db.h"
#include "db/row.h"
#include "tests/support/cmocka.h"
#include "tests/support/poll.h"

enum { SEALING_SECONDS = 60 };

static inline bool
is_all_sealed(struct ctx *ctx)
{
	struct rows rows;

	assert_int_equal(db_run(ctx, SQL_backlog_seals, &rows, NO_PARAMS), ERR_OK);
	return row_int(&rows, 0, 0) == 0;
}

/* What others have under way in the cluster may hold it up for a moment. */
static inline void
seal_all(struct ctx *ctx)
{
	struct poll poll = poll_for(SEALING_SECONDS);
	bool found = true;
	bool more = true;

	for (;;) {
		fault_clear(&ctx->fault);
		assert_int_equal(event_stream_read(ctx, &more), ERR_OK);
		assert_int_equal(seal_some(ctx, &found), ERR_OK);
		if (found || more)
			continue;
		if (is_all_sealed(ctx))
			return;
		assert_true(poll_again(&poll));
	}
}

#endif
