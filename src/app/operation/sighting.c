#include <config.h>

#include "app/operation/sighting.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

enum { PROBLEM_MAX = 256, NAME_MAX_BYTES = 64, LINE_MAX = 128 };

static void
file_name(char out[NAME_MAX_BYTES], struct uuid instance_id, const char *suffix)
{
	char text[UUID_TEXT_MAX];

	(void)snprintf(out, NAME_MAX_BYTES, "seen-%s%s", uuid_text(text, instance_id), suffix);
}

/* Two numbers, the time and the beat. */
static bool
parse(struct sighting *out, char *line)
{
	char *beat = strchr(line, ' ');

	if (beat == NULL)
		return false;
	*beat++ = '\0';
	beat[strcspn(beat, "\n")] = '\0';
	return integer_parse(&out->accepted_at.us, line) && integer_parse(&out->beat, beat);
}

static struct sighting
read_at(int dir, struct uuid instance_id)
{
	struct sighting seen = {0};
	char name[NAME_MAX_BYTES];
	char line[LINE_MAX];
	ssize_t length;
	int fd;

	file_name(name, instance_id, "");
	fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return seen;
	length = read(fd, line, sizeof(line) - 1);
	(void)close(fd);
	if (length <= 0)
		return seen;
	line[length] = '\0';
	if (!parse(&seen, line))
		return (struct sighting){0};
	seen.instance_id = instance_id;
	return seen;
}

struct sighting
sighting_read(const char *dir_name, struct uuid instance_id)
{
	int dir = open(dir_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct sighting seen = {0};

	if (dir < 0)
		return seen;
	seen = read_at(dir, instance_id);
	(void)close(dir);
	return seen;
}

bool
sighting_is_later(const struct sighting *seen, const struct sighting *than)
{
	return seen->accepted_at.us > than->accepted_at.us ||
	       (seen->accepted_at.us == than->accepted_at.us && seen->beat > than->beat);
}

/* Asked twice if the database turns out to be another one than the one whose sighting was read. */
enum err
sighting_judge(struct ctx *ctx, instance_ask *ask, const char *dir, struct sighting *own,
	       struct instance *out, enum verdict *verdict)
{
	for (;;) {
		struct sighting seen = sighting_read(dir, own->instance_id);

		if (!sighting_is_later(&seen, own))
			seen = *own;
		TRY(ask(ctx, out));
		*verdict = instance_judge(out, &seen);
		if (uuid_equal(own->instance_id, out->instance_id))
			return ERR_OK;
		*own = (struct sighting){.instance_id = out->instance_id};
	}
}

/* Not synchronised with the disk: after a crash of the machine, an earlier one will do. */
static bool
replace(int dir, const struct sighting *seen)
{
	char name[NAME_MAX_BYTES];
	char fresh[NAME_MAX_BYTES];
	char line[LINE_MAX];
	int length = snprintf(line, sizeof(line), "%lld %lld\n", (long long)seen->accepted_at.us,
			      (long long)seen->beat);
	bool written;
	int fd;

	file_name(name, seen->instance_id, "");
	file_name(fresh, seen->instance_id, ".new");
	(void)unlinkat(dir, fresh, 0);
	fd = openat(dir, fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
		    S_IRUSR | S_IWUSR | S_IRGRP);
	if (fd < 0)
		return false;
	written = write(fd, line, (size_t)length) == length;
	return close(fd) == 0 && written && renameat(dir, fresh, dir, name) == 0;
}

bool
sighting_keep(const char *dir_name, const struct sighting *seen, char problem[PROBLEM_MAX])
{
	int dir = open(dir_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool kept = dir >= 0 && flock(dir, LOCK_EX) == 0;

	if (kept) {
		struct sighting before = read_at(dir, seen->instance_id);

		kept = !sighting_is_later(seen, &before) || replace(dir, seen);
	}
	if (!kept)
		(void)snprintf(problem, PROBLEM_MAX, "%.160s can't be written: %s", dir_name,
			       strerrordesc_np(errno));
	if (dir >= 0)
		(void)close(dir);
	return kept;
}
