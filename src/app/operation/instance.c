#include "app/operation/instance.h"

#include "db/row.h"

/* A sighting that is older tells nothing about the beats in between. */
enum { BEATS_MAX = 10 };

static const struct column columns[] = {
	COLUMN(struct instance, instance_id),   COLUMN(struct instance, accepted_at),
	COLUMN(struct instance, beat),          COLUMN(struct instance, beat_at),
	COLUMN(struct instance, system_id),     COLUMN(struct instance, timeline),
	COLUMN(struct instance, table_oid),     COLUMN(struct instance, here_system_id),
	COLUMN(struct instance, here_timeline), COLUMN(struct instance, here_table_oid),
	COLUMN(struct instance, in_recovery),
};

static enum err
read_instance(struct ctx *ctx, enum statement_id id, struct instance *out)
{
	struct rows rows;

	TRY(db_run(ctx, id, &rows, NO_PARAMS));
	*out = (struct instance){0};
	rows_scan(&rows, 0, columns, COLUMN_COUNT(columns), out);
	return ERR_OK;
}

enum err
instance_look(struct ctx *ctx, struct instance *out)
{
	return read_instance(ctx, SQL_instance_look, out);
}

enum err
instance_beat(struct ctx *ctx, struct instance *out)
{
	return read_instance(ctx, SQL_instance_beat, out);
}

static bool
is_behind(const struct instance *i, const struct sighting *seen)
{
	return i->accepted_at.us < seen->accepted_at.us ||
	       (i->accepted_at.us == seen->accepted_at.us && i->beat < seen->beat);
}

static bool
has_all_that_was_seen(const struct instance *i, const struct sighting *seen)
{
	return i->accepted_at.us == seen->accepted_at.us && i->beat - seen->beat <= BEATS_MAX;
}

enum verdict
instance_judge(const struct instance *i, const struct sighting *seen)
{
	bool known =
		!uuid_is_nil(seen->instance_id) && uuid_equal(seen->instance_id, i->instance_id);

	/* A session would outlive the promotion, and serve whatever comes of it. */
	if (i->in_recovery)
		return VERDICT_STANDBY;
	if (known && is_behind(i, seen))
		return VERDICT_BEHIND;
	if (i->system_id != i->here_system_id || i->table_oid != i->here_table_oid)
		return VERDICT_COPY;
	if (i->timeline == i->here_timeline)
		return VERDICT_SAME;
	return known && i->here_timeline > i->timeline && has_all_that_was_seen(i, seen)
		       ? VERDICT_PROMOTED
		       : VERDICT_UNKNOWN;
}

const char *
verdict_problem(enum verdict verdict)
{
	static const char *const problems[] = {
		[VERDICT_BEHIND] =
			"the database lacks work that was committed: it was restored from a backup, "
			"or a standby without it was promoted; run cowry restored",
		[VERDICT_COPY] = "the database is a copy, restored from a dump or in another "
				 "cluster; run cowry restored",
		[VERDICT_UNKNOWN] = "the database was restored or promoted, and this host has not "
				    "seen enough to tell which; run cowry restored",
		[VERDICT_STANDBY] = "the database is a standby, or its recovery has not ended",
		[VERDICT_SAME] = NULL,
		[VERDICT_PROMOTED] = NULL,
	};

	return problems[verdict];
}

enum err
instance_promoted(struct ctx *ctx, const struct instance *i)
{
	return db_run(ctx, SQL_instance_promoted, NULL, PARAMS(p_int(i->here_timeline)));
}

enum err
instance_accept(struct ctx *ctx, const struct sighting *seen)
{
	return db_run(ctx, SQL_instance_accept, NULL, PARAMS(p_time(seen->accepted_at)));
}
