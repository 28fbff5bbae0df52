/*
 * near.h -- "did you mean": the known name that is nearest to a mistyped one.
 */
#ifndef SYNC_NEAR_H
#define SYNC_NEAR_H

#include "str.h"

struct near {
	struct str want;
	const char *best;   /* NULL: nothing is near enough */
	size_t distance;
};

void near_init(struct near *n, struct str want);
/* Offer a known name; it is borrowed. ASCII case does not count. */
void near_try(struct near *n, const char *name);

#endif
