/*
 * memory.h - memory management of the C library in processes with many threads.
 *
 * Memory of large requests and jobs is returned to the system soon after they end. By default, the library keeps a
 * heap for every few threads, and adapts to one large block by keeping those, too.
 */
#ifndef BIN_MEMORY_H
#define BIN_MEMORY_H

/* At start, before threads are created. */
void memory_begin(void);
/* From time to time: return what is free, if that is much. */
void memory_return(void);

#endif
