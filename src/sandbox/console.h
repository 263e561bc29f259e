/* console.h - control of the sandbox over HTTP. */
#ifndef SANDBOX_CONSOLE_H
#define SANDBOX_CONSOLE_H

#include "sandbox/call.h"

/* Serve the paths below /sandbox/control. */
void console(struct sandbox_call *call);

#endif
