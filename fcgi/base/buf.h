/*
 * buf.h -- growable bytes with a ceiling and a sticky failure.
 *
 * Writers do not check each call: after the first write over the ceiling
 * `failed` is set, further writes do nothing, and whoever ends the work asks
 * once.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "err.h"
#include "str.h"

struct buf {
	char *p;       /* NUL-terminated behind n bytes once anything was written */
	size_t n;      /* bytes */
	size_t size;   /* bytes allocated */
	size_t max;    /* ceiling, bytes */
	bool failed;
};

/* Caller's storage; allocates nothing yet. */
void buf_init(struct buf *b, size_t max);
void buf_add(struct buf *b, const void *p, size_t n);
void buf_add_str(struct buf *b, struct str s);
void buf_addf(struct buf *b, const char *fmt, ...) PRINTF(2, 3);
/* Borrowed until the next write; p is "" when empty. */
struct str buf_str(const struct buf *b);
/* Keep the memory, forget the bytes and the failure. */
void buf_reset(struct buf *b);
/* Free; the buf may be used again. */
void buf_clear(struct buf *b);

#endif
