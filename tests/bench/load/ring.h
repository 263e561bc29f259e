#pragma once

/* Numbers in the order in which they were put: the idle connections, so that all are used in turn. */
struct ring {
	unsigned *numbers;
	unsigned size;
	unsigned first;
	unsigned count;
};

/* Exits with a message without memory. */
struct ring ring_create(unsigned size);
void ring_put(struct ring *ring, unsigned number);
/* There must be one. */
unsigned ring_take(struct ring *ring);
void ring_remove(struct ring *ring, unsigned number);
