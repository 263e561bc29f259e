/* A restored database is told from one that was promoted. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/operation/sighting.h"
#include "tests/support/cmocka.h"
#include "tests/support/folder.h"

static const struct uuid id = {{1, 2, 3}};
static const struct uuid other_id = {{9}};

static struct instance
instance_at(int64_t beat, int64_t timeline)
{
	return (struct instance){.instance_id = id,
				 .accepted_at = {1000},
				 .beat = beat,
				 .system_id = 7,
				 .timeline = 1,
				 .table_oid = 16400,
				 .here_system_id = 7,
				 .here_timeline = timeline,
				 .here_table_oid = 16400};
}

static struct sighting
seen_at(int64_t accepted_us, int64_t beat)
{
	return (struct sighting){id, {accepted_us}, beat};
}

static enum verdict
judge(struct instance instance, struct sighting seen)
{
	return instance_judge(&instance, &seen);
}

static void
test_same(void **state)
{
	(void)state;
	assert_int_equal(judge(instance_at(50, 1), seen_at(1000, 50)), VERDICT_SAME);
	assert_int_equal(judge(instance_at(500, 1), seen_at(1000, 50)), VERDICT_SAME);
	assert_int_equal(judge(instance_at(50, 1), (struct sighting){0}), VERDICT_SAME);
	/* Of another database, or before this one was restored. */
	assert_int_equal(judge(instance_at(50, 1), (struct sighting){other_id, {2000}, 99}),
			 VERDICT_SAME);
	assert_int_equal(judge(instance_at(50, 1), seen_at(900, 99)), VERDICT_SAME);
}

static void
test_promoted(void **state)
{
	(void)state;
	assert_int_equal(judge(instance_at(50, 2), seen_at(1000, 50)), VERDICT_PROMOTED);
	assert_int_equal(judge(instance_at(52, 3), seen_at(1000, 50)), VERDICT_PROMOTED);
}

static void
test_restored_to_a_point(void **state)
{
	(void)state;
	assert_int_equal(judge(instance_at(49, 2), seen_at(1000, 50)), VERDICT_BEHIND);
	/* By a snapshot of the volume, or a dump into the same tables. */
	assert_int_equal(judge(instance_at(49, 1), seen_at(1000, 50)), VERDICT_BEHIND);
	/* A backup from before an earlier restore. */
	assert_int_equal(judge(instance_at(500, 2), seen_at(1001, 50)), VERDICT_BEHIND);
}

static void
test_seen_too_little(void **state)
{
	(void)state;
	assert_int_equal(judge(instance_at(50, 2), (struct sighting){0}), VERDICT_UNKNOWN);
	assert_int_equal(judge(instance_at(500, 2), seen_at(1000, 50)), VERDICT_UNKNOWN);
	assert_int_equal(judge(instance_at(50, 2), seen_at(900, 50)), VERDICT_UNKNOWN);
	assert_int_equal(judge(instance_at(50, 0), seen_at(1000, 50)), VERDICT_UNKNOWN);
}

static void
test_copy(void **state)
{
	struct instance instance = instance_at(50, 1);

	(void)state;
	instance.here_system_id = 8;
	assert_int_equal(judge(instance, seen_at(1000, 50)), VERDICT_COPY);
	instance = instance_at(50, 1);
	instance.here_table_oid = 16500;
	assert_int_equal(judge(instance, seen_at(1000, 50)), VERDICT_COPY);
	instance.in_recovery = true;
	assert_int_equal(judge(instance, seen_at(1000, 99)), VERDICT_STANDBY);
}

static void
test_every_verdict_has_its_word(void **state)
{
	(void)state;
	assert_null(verdict_problem(VERDICT_SAME));
	assert_null(verdict_problem(VERDICT_PROMOTED));
	for (int v = VERDICT_BEHIND; v <= VERDICT_UNKNOWN; v++)
		assert_non_null(strstr(verdict_problem((enum verdict)v), "run cowry restored"));
	assert_non_null(strstr(verdict_problem(VERDICT_STANDBY), "a standby"));
}

static void
test_sighting_only_advances(void **state)
{
	char dir[FOLDER_MAX];
	struct sighting seen = seen_at(1000, 50);
	char problem[256];

	(void)state;
	assert_true(folder_make(dir));
	assert_true(uuid_is_nil(sighting_read(dir, id).instance_id));
	assert_true(sighting_keep(dir, &seen, problem));
	seen.beat = 40;
	assert_true(sighting_keep(dir, &seen, problem));
	assert_int_equal(sighting_read(dir, id).beat, 50);
	seen = seen_at(2000, 1);
	assert_true(sighting_keep(dir, &seen, problem));
	assert_int_equal(sighting_read(dir, id).accepted_at.us, 2000);
	assert_true(uuid_is_nil(sighting_read(dir, other_id).instance_id));
	folder_remove(dir);
	assert_false(sighting_keep(dir, &seen, problem));
	assert_non_null(strstr(problem, "can't be written"));
}

static char other_host_process[FOLDER_MAX];

/* While the database answers, another process of the host sees a later beat. */
static enum err
answer_slowly(struct ctx *ctx, struct instance *out)
{
	struct sighting later = seen_at(1000, 51);
	char problem[256];

	(void)ctx;
	*out = instance_at(50, 1);
	assert_true(sighting_keep(other_host_process, &later, problem));
	return ERR_OK;
}

static enum err
answer(struct ctx *ctx, struct instance *out)
{
	(void)ctx;
	*out = instance_at(50, 1);
	return ERR_OK;
}

static void
test_others_go_on_meanwhile(void **state)
{
	struct ctx ctx = {0};
	struct sighting own = {0};
	struct instance instance;
	enum verdict verdict;

	(void)state;
	assert_true(folder_make(other_host_process));
	own.instance_id = id;
	assert_int_equal(
		sighting_judge(&ctx, answer_slowly, other_host_process, &own, &instance, &verdict),
		ERR_OK);
	assert_int_equal(verdict, VERDICT_SAME);
	/* What was seen before counts, also at the start, when the instance is not known yet. */
	own = (struct sighting){0};
	assert_int_equal(
		sighting_judge(&ctx, answer, other_host_process, &own, &instance, &verdict),
		ERR_OK);
	assert_int_equal(verdict, VERDICT_BEHIND);
	assert_true(uuid_equal(own.instance_id, id));
	folder_remove(other_host_process);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_promoted),
		cmocka_unit_test(test_restored_to_a_point),
		cmocka_unit_test(test_seen_too_little),
		cmocka_unit_test(test_copy),
		cmocka_unit_test(test_every_verdict_has_its_word),
		cmocka_unit_test(test_sighting_only_advances),
		cmocka_unit_test(test_others_go_on_meanwhile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
