/*
 * mail.h - sending one message: RFC 5322 text, into a spool folder or to an SMTP server by libcurl
 * (TLS always, certificates checked).
 */
#ifndef NET_MAIL_H
#define NET_MAIL_H

#include "base/attributes.h"
#include "base/clock.h"
#include "base/fault.h"

struct arena;
struct config;

struct mail {
	const char *id; /* unique; becomes the Message-ID and the file's name */
	const char *to;
	const char *subject;
	const char *body; /* UTF-8 text */
	struct instant date;
};

/* The message as bytes with CRLF lines, in the arena. ERR_VALIDATION if an address or the
 * subject has a control character. */
enum err mail_compose(struct arena *arena, struct fault *f, const char *from,
		      const struct mail *mail, const char **text) MUST_CHECK;
/* Deliver by SMTP if configured, else as <mail_dir>/<id>.eml. ERR_UNAVAILABLE if it can't be
 * delivered now, ERR_BAD_REQUEST if the server refused it permanently. */
enum err mail_send(struct arena *arena, struct fault *f, const struct config *config,
		   const struct mail *mail) MUST_CHECK;

#endif
