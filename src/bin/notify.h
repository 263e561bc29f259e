/* notify.h - what systemd is told, as sd_notify(3) describes. */
#ifndef BIN_NOTIFY_H
#define BIN_NOTIFY_H

/* Send a state such as "READY=1"; nothing happens without systemd. */
void notify_systemd(const char *state);

#endif
