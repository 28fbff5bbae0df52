/*
 * base64.h -- base64 of any length, decoded as it comes. RFC 4648 §4, as
 * xs:base64Binary has it: white space anywhere, padding demanded.
 */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include <stdint.h>
#include "err.h"
#include "sink.h"

struct base64 {
	uint32_t bits;
	unsigned symbols;  /* of the group being read, '=' included */
	unsigned padding;
	bool is_bad;       /* sticky */
};

/* Caller's storage; all zero is ready, too. */
void base64_init(struct base64 *b);
/* What these characters complete goes to the sink. After a wrong one nothing does. */
void base64_add(struct base64 *b, const char *p, size_t n, struct sink *to);
/* The text has ended here: true if it was base64 to its last group. */
WARN_UNUSED bool base64_end(const struct base64 *b);

#endif
