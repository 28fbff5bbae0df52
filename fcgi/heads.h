/*
 * heads.h -- the newest change number seen of each list, in a file outside the
 * database: a database restored from a backup is found out by it.
 */
#ifndef HEADS_H
#define HEADS_H

#include <stdint.h>

#include "guid.h"

struct head {
	uint32_t incarnation;
	uint64_t number;
};

struct heads {
	char path[4096];   /* "" when it cannot be kept */
	size_t n;
	struct heads_row *row;
	bool is_dirty;
	bool was_said;     /* that it cannot be written */
};

/* Read state_dir/heads; a file that is not there, or a broken line, is nothing remembered. */
void heads_open(struct heads *h, const char *state_dir);
void heads_close(struct heads *h);
bool heads_get(const struct heads *h, const struct guid *list, struct head *out);
void heads_set(struct heads *h, const struct guid *list, struct head v);
void heads_forget(struct heads *h, const struct guid *list);
/* Write if anything changed: a new file, synced, in place of the old. */
void heads_save(struct heads *h);

#endif
