/*
 * memory.h - memory management of the C library in processes with many threads.
 *
 * Memory of a large request is returned to the system when it ends. By default, the library keeps a
 * heap for every few threads, and adapts to one large block by keeping those, too.
 */
#ifndef BIN_MEMORY_H
#define BIN_MEMORY_H

/* At start, before threads are created. */
void memory_begin(void);

#endif
