/*
 * memory.h - how the C library manages the memory of a process with many threads.
 *
 * What a large request took goes back to the system when it ends. Left to itself, the library keeps
 * a heap for each few threads, and learns from one large block to keep those, too.
 */
#ifndef BIN_MEMORY_H
#define BIN_MEMORY_H

/* At start, before there are threads. */
void memory_begin(void);

#endif
