/*
 * mask.h - texts without the passwords that they contain.
 *
 * Connection strings and URLs may contain passwords, and messages of other software may quote them.
 * Before such a text is shown or logged, it is masked: *** replaces the password in
 * scheme://user:password@host, and the value of each keyword of a connection string or parameter of a
 * URL that is a secret (password=..., sslpassword=...). In doubt more is masked than needed.
 */
#ifndef BASE_MASK_H
#define BASE_MASK_H

struct arena;

/* A masked copy, in the arena. */
const char *mask_text(struct arena *arena, const char *text) __attribute__((returns_nonnull));

#endif
