/*
 * thread_find.h -- which thread the post of a row belongs to, by the items and
 * rows above it. Private to thread_find.c and kind_discussions.c.
 */
#ifndef SYNC_THREAD_FIND_H
#define SYNC_THREAD_FIND_H

#include "kind.h"
#include "thread.h"

/*
 * What the item of a row is to keep of its thread. was: what it kept; NULL: it is
 * new. E_RETRY only where f->may_retry: a thread with its index began meanwhile.
 */
enum outcome thread_find(struct family *f, const struct row *row, const struct item *item,
    const struct thread *was, struct thread *out, struct err *e) WARN_UNUSED;

/* The first post of that thread still begins it. */
enum outcome thread_stands(struct family *f, const struct thread *t, bool *stands, struct err *e)
    WARN_UNUSED;

struct str thread_mark_of(struct family *f, struct str key);

/* The post begins its thread. */
static inline bool
thread_is_first(const struct thread *t)
{
	return t->trail.n == THREAD_BLOCK;
}

#endif
