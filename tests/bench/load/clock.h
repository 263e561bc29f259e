#pragma once

/* Nanoseconds since some moment, and a descriptor that becomes readable at one. */
#include <stdint.h>

#define SECOND_NS INT64_C(1000000000)

int64_t clock_now(void);
int clock_timer(void);
void clock_wake(int timer, int64_t when);
