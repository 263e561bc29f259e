/* console.h - how people and tests drive the sandbox over HTTP. */
#ifndef SANDBOX_CONSOLE_H
#define SANDBOX_CONSOLE_H

#include "sandbox/call.h"

/* Serve what is below /sandbox/control. */
void console(struct call *call);

#endif
