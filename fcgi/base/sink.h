/*
 * sink.h -- where bytes go, with a sticky error: writers ask once, at the end.
 */
#ifndef BASE_SINK_H
#define BASE_SINK_H

#include <stdint.h>
#include "str.h"

struct sink {
	bool (*write)(void *arg, const char *p, size_t n); /* false: failed for good */
	void *arg;
	uint64_t bytes;
	bool failed;
};

static inline void
sink_write(struct sink *s, const char *p, size_t n)
{
	if (!s->failed && n && !s->write(s->arg, p, n))
		s->failed = true;
	s->bytes += n;
}

#endif
