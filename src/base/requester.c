#include <config.h>

#include "base/requester.h"

#include <poll.h>
#include <stddef.h>

#include "base/clock.h"

static bool
in_time(int64_t by_ns)
{
	return by_ns == 0 || clock_monotonic_ns() < by_ns;
}

static bool
hung_up(int fd)
{
	struct pollfd peer = {.fd = fd, .events = POLLRDHUP};

	return fd >= 0 && poll(&peer, 1, 0) > 0 &&
	       (peer.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

bool
requester_may_begin(const struct requester *requester)
{
	return requester == NULL || (in_time(requester->begin_by_ns) && !hung_up(requester->fd));
}

bool
requester_waits(const struct requester *requester)
{
	return requester == NULL || (in_time(requester->commit_by_ns) && !hung_up(requester->fd));
}
