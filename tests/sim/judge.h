/*
 * judge.h -- the judge's memory, shared by judge.c (commits) and judge_answer.c.
 */
#ifndef SIM_JUDGE_H
#define SIM_JUDGE_H

#include "sim.h"

struct known { /* an item as last committed */
	bool is_known;
	enum item_state state;
	struct val key;
	struct val prop[PROP__N];
	uint32_t agreed;        /* version that clients showed in this pause */
	uint64_t time;          /* of the last change */
};

struct seen { /* bag of one version of one item: never two */
	uint64_t name;
	struct val prop[PROP__N];
};

#define SEEN_N 65536

struct judge {
	struct watch watch;
	struct known *known;
	size_t known_n;
	char (*ref)[40];        /* references that have made an item */
	size_t ref_n, ref_size;
	struct seen *seen;
	size_t seen_n;
	bool is_restoring, was_restored;
};

#define FAIL(j, ...) (j)->watch.fail((j)->watch.arg, __VA_ARGS__)

/* Equal, what is quiet left aside. */
bool judge_props_eq(const struct val *a, const struct val *b);
/* NULL and the empty text are one value to a client. */
bool judge_same(const struct val *a, const struct val *b);

#endif
