#include "tests/bench/load/ring.h"

#include <err.h>
#include <stdlib.h>

struct ring
ring_create(unsigned size)
{
	struct ring ring = {.numbers = calloc(size, sizeof(*ring.numbers)), .size = size};

	if (ring.numbers == NULL)
		err(1, "memory");
	return ring;
}

void
ring_put(struct ring *ring, unsigned number)
{
	ring->numbers[(ring->first + ring->count++) % ring->size] = number;
}

unsigned
ring_take(struct ring *ring)
{
	unsigned number = ring->numbers[ring->first];

	ring->first = (ring->first + 1) % ring->size;
	ring->count--;
	return number;
}

void
ring_remove(struct ring *ring, unsigned number)
{
	for (unsigned n = ring->count; n > 0; n--) {
		unsigned other = ring_take(ring);

		if (other != number)
			ring_put(ring, other);
	}
}
