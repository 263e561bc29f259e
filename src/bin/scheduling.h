/*
 * scheduling.h - how the kernel schedules the threads of a process.
 */
#ifndef BIN_SCHEDULING_H
#define BIN_SCHEDULING_H

/*
 * At start, before threads are created: a thread that becomes ready does not interrupt the one that runs
 * (SCHED_BATCH, sched(7)). Each wake-up would otherwise interrupt who sent it, with an answer for one
 * request instead of several. Needs no privilege; where it is refused, all works as before.
 */
void scheduling_begin(void);

#endif
