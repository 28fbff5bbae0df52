/*
 * guid.h -- GUID text and bytes.
 */
#ifndef BASE_GUID_H
#define BASE_GUID_H

#include "err.h"
#include "str.h"

struct guid {
	unsigned char b[16]; /* in the order in which the text reads */
};

enum guid_form {
	GUID_BRACES, /* {UPPER-CASE}, 38 characters */
	GUID_LOWER,  /* lower-case with dashes, 36 */
	GUID_HEX     /* lower-case, no dashes, 32 */
};

/* With or without braces, any case; white space around it is allowed. */
WARN_UNUSED bool guid_parse(struct str s, struct guid *out);
/* NUL-terminated; out holds 39 bytes. Returns out. */
char *guid_fmt(const struct guid *g, enum guid_form form, char out[39]);
/* Version 4 from 16 random bytes (the caller's, so that tests repeat). */
struct guid guid_from_random(const unsigned char bytes[16]);
bool guid_eq(const struct guid *a, const struct guid *b);

#endif
