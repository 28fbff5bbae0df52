/*
 * batch.h -- what one transaction of harvest has read and has to write.
 * Private to harvest*.c.
 */
#ifndef SYNC_BATCH_H
#define SYNC_BATCH_H

#include "kind.h"

struct items { /* a growing list */
	struct item *item;
	size_t n, size;
};

struct batch {
	struct family family;    /* first: rules get it and lead back here */
	struct engine *g;
	const struct list *l;
	struct list_state st;
	int64_t now;
	uint64_t ticks;
	size_t n;                /* keys */
	struct str *key;
	bool *is_changed;
	struct row *row;
	struct item *live, *lapsed;
	struct items insert, update;
	size_t change_n, change_size;
	struct change *change;
};

/* ---- batch.c ---- */

/* Room for one more, zeroed. */
struct item *batch_insert(struct batch *b);
/* A copy of that item, to be changed. */
struct item *batch_update(struct batch *b, const struct item *from);
/* The next number for that item, as now: goes into item->changed. */
void batch_number(struct batch *b, enum change_kind kind, struct item *item);
/* + 1, by the source. */
void batch_raise(struct batch *b, struct item *item);
/* A new live item with that key: id, guid, times. Its number is given by the caller. */
struct item *batch_new(struct batch *b, struct str key);
/* A tombstone. */
void batch_gone(struct batch *b, const struct item *live);

/* ---- harvest_inner.c ---- */

/* For rules: items and rows of this batch first. */
void batch_family(struct batch *b);
/*
 * Inner items follow their row. item: of that row as it is written now; NULL:
 * the row has gone, `owner` is its key.
 */
enum follow {
	FOLLOW_ON,    /* the item was there before, or goes now */
	FOLLOW_FIRST, /* its key never had one */
	FOLLOW_AGAIN  /* another one had the key: what hangs on it is of that one */
};
enum outcome batch_follow(struct batch *b, const struct row *row, const struct item *item,
    struct str owner, enum follow how, struct err *e) WARN_UNUSED;

/* Inner items that hang on no row, and on this one from now on. row NULL: it has gone, `item` was its. */
enum outcome batch_adopt(struct batch *b, const struct row *row, const struct item *item,
    struct err *e) WARN_UNUSED;

#endif
