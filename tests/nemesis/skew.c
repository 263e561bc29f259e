/*
 * A preloaded library that shifts the wall clock of a program. $SKEW_FOLDER has a file for each
 * program, named worker-1, worker-2, jobs, sandbox and postgresql, with the seconds as a 64-bit
 * integer. Which one is ours follows from the name of the socket on which the program listens, or from its own name. The
 * monotonic clock is left alone, and so are waits with an absolute time of it.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static volatile int64_t *shift;
static int (*real)(clockid_t, struct timespec *);

static const char *
program_name(char buffer[32])
{
	struct sockaddr_un address = {0};
	socklen_t length = sizeof(address) - 1;
	const char *base;

	if (strcmp(program_invocation_short_name, "cowry-jobs") == 0)
		return "jobs";
	if (strcmp(program_invocation_short_name, "postgres") == 0)
		return "postgresql";
	if (getsockname(0, (struct sockaddr *)&address, &length) != 0 ||
	    address.sun_family != AF_UNIX)
		return "";
	base = strrchr(address.sun_path, '/');
	if (base == NULL || strcmp(base, "/sandbox.sock") == 0)
		return "sandbox";
	(void)snprintf(buffer, 32, "worker-%c", base[1]);
	return buffer;
}

__attribute__((constructor)) static void
open_shift(void)
{
	const char *folder = getenv("SKEW_FOLDER");
	char buffer[32];
	char path[512];
	void *page;
	int fd;

	if (folder == NULL)
		return;
	(void)snprintf(path, sizeof(path), "%s/%s", folder, program_name(buffer));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	page = mmap(NULL, sizeof(*shift), PROT_READ, MAP_SHARED, fd, 0);
	if (page != MAP_FAILED)
		shift = page;
	(void)close(fd);
}

int
clock_gettime(clockid_t clock, struct timespec *now)
{
	int result;

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
	result = real(clock, now);
	if (result == 0 && shift != NULL &&
	    (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
		now->tv_sec += *shift;
	return result;
}

int
gettimeofday(struct timeval *restrict now, void *restrict zone)
{
	struct timespec exact;

	(void)zone;
	(void)clock_gettime(CLOCK_REALTIME, &exact);
	if (now != NULL) {
		now->tv_sec = exact.tv_sec;
		now->tv_usec = exact.tv_nsec / 1000;
	}
	return 0;
}

time_t
time(time_t *now)
{
	struct timespec exact;

	(void)clock_gettime(CLOCK_REALTIME, &exact);
	if (now != NULL)
		*now = exact.tv_sec;
	return exact.tv_sec;
}
