/*
 * thread_find.c -- which thread the post of a row belongs to. See thread_find.h.
 */
#include "thread_find.h"

#include "bag.h"

#define CHAIN_MAX 1000 /* posts in a line that are not numbered yet */

/* ---- the place of a post ---- */

struct search {
	struct family *f;
	const struct row *row;
	const struct item *item;
	struct thread was;           /* what the item kept */
	bool had;
	struct str mark;             /* of this post */
	size_t chain_n;              /* posts above it without an item, nearest first */
	const struct row **chain;
	struct thread base;          /* of the post above them that has one */
	bool has_base;
	bool is_alone;               /* begins a thread although it has a parent */
	bool stays;                  /* where it was */
};

static struct str
parent_of(const struct list *l, const struct row *row)
{
	int at = list_column(l, FIELD_PARENT);
	struct str key = at >= 0 && row->value ? row->value[at] : STR_NULL;

	return key.p ? key : STR("");
}

struct str
thread_mark_of(struct family *f, struct str key)
{
	return thread_mark(f->g->arena, f->g->hash, &f->l->id, key);
}

/* The row with the parent's key is not there. */
static enum outcome
miss_parent(struct search *s, struct str parent, struct err *e)
{
	const struct item *root = NULL;
	enum outcome o = OK;

	if (s->chain_n == 0 && s->had && !thread_is_first(&s->was) && str_eq(s->was.parent, parent))
		o = s->f->item_of(s->f, s->was.root, &root, e);
	s->stays = root != NULL;
	return o;
}

/* The parent is among those that were passed: a circle begins with the post that closes it. */
static bool
closes_circle(struct search *s, struct str parent)
{
	if (str_eq(parent, s->item->key)) {
		s->chain_n = 0;
		s->is_alone = true;
		return true;
	}
	for (size_t i = 0; i < s->chain_n; i++)
		if (str_eq(s->chain[i]->key, parent)) {
			s->chain_n = i + 1;
			return true;
		}
	return false;
}

/* The post above is known: go no further. */
static bool
take_base(struct search *s, const struct item *above)
{
	if (!above || !thread_read(s->f->g->arena, above->bag, &s->base))
		return false;
	if (thread_has_mark(s->base.trail, s->mark)) {
		s->chain_n = 0;
		s->is_alone = true;
		return true;
	}
	s->has_base = true;
	return true;
}

/* Go up until a post that knows its place, or the first one. */
static enum outcome
climb(struct search *s, struct err *e)
{
	struct str parent = parent_of(s->f->l, s->row);
	const struct item *above;
	const struct row *row;
	enum outcome o = OK;

	s->chain = ARENA_ARRAY(s->f->g->arena, const struct row *, parent.n ? CHAIN_MAX : 0);
	while (parent.n && s->chain_n < CHAIN_MAX && !closes_circle(s, parent)) {
		o = s->f->item_of(s->f, parent, &above, e);
		if (o != OK || take_base(s, above))
			return o;
		o = s->f->row_of(s->f, parent, &row, e);
		if (o != OK)
			return o;
		if (!row)
			return miss_parent(s, parent, e);
		s->chain[s->chain_n++] = row;
		parent = parent_of(s->f->l, row);
	}
	return o;
}

/* ---- its thread ---- */

/* The index that the client gave this post, where its place is as that says. */
static bool
kept_index(const struct search *s, struct str *out)
{
	const struct vocabulary *v = s->f->g->vocabulary;
	struct str text = bag_get(s->item->bag,
	    str_of(v->field_name(s->f->l->kind, FIELD_THREAD_INDEX)));

	return text.p && thread_index_read(s->f->g->arena, text, out);
}

/* Another first post has that index already: two threads must not share one. */
static enum outcome
is_taken(const struct search *s, struct str index, bool *taken, struct err *e)
{
	struct guid uid = thread_index_uid(index);
	struct item *with;
	struct thread t;
	size_t n = 0;
	enum outcome o = OK;

	*taken = false;
	if (s->item->has_uid && guid_eq(&s->item->uid, &uid))
		return OK;
	o = s->f->items_of(s->f, &uid, &with, &n, e);
	for (size_t i = 0; o == OK && i < n; i++) {
		if (with[i].id == s->item->id || !thread_read(s->f->g->arena, with[i].bag, &t))
			continue;
		*taken = true;
		/* a client's, at the same moment: the other one was first, this one answers it */
		if (s->f->may_retry && memcmp(t.index.p, index.p, THREAD_HEADER) == 0)
			return E_RETRY;
	}
	return o;
}

static enum outcome
begin_thread(const struct search *s, const struct row *row, struct thread *out, struct err *e)
{
	struct family *f = s->f;
	struct guid uid = thread_uid(f->g->hash, &f->l->id, row->key);
	bool is_own = row == s->row, taken = false;
	struct str kept = STR_NULL;
	enum outcome o = OK;

	*out = (struct thread){ .root = row->key, .trail = thread_mark_of(f, row->key),
		.index = thread_index_of(f->g->arena, &uid) };
	out->topic = is_own && s->had && thread_is_first(&s->was) ? s->was.topic
	    : kind_value(f->g->vocabulary, f->l, is_own ? s->item : NULL, row, FIELD_TITLE);
	if (!out->topic.p)
		out->topic = STR("");
	if (!is_own || !kept_index(s, &kept))
		return OK;
	o = is_taken(s, kept, &taken, e);
	if (!taken)
		out->index = (struct str){ kept.p, THREAD_HEADER };
	return o;
}

static void
go_down(const struct search *s, struct str key, struct thread *t)
{
	struct arena *a = s->f->g->arena;
	struct str mark = thread_mark_of(s->f, key);

	t->index = thread_append(a, t->index, mark, THREAD_HEADER);
	t->trail = thread_append(a, t->trail, mark, THREAD_BLOCK);
}

/* What the item is to keep. */
static enum outcome
search(struct search *s, struct thread *out, struct err *e)
{
	const struct row *top = s->row;
	struct str kept, above;
	size_t i;
	enum outcome o = climb(s, e);

	if (o != OK)
		return o;
	if (s->stays) {
		*out = s->was;
		return OK;
	}
	i = s->chain_n;
	if (s->has_base)
		*out = s->base;
	else {
		if (i && !s->is_alone)
			top = s->chain[--i];
		o = begin_thread(s, top, out, e);
	}
	while (o == OK && i-- > 0)
		go_down(s, s->chain[i]->key, out);
	if (o == OK && (s->has_base || top != s->row)) {
		above = out->index;
		go_down(s, s->item->key, out);
		if (kept_index(s, &kept) && kept.n > above.n &&
		    memcmp(kept.p, above.p, above.n) == 0)
			out->index = kept;
	}
	out->parent = parent_of(s->f->l, s->row);
	return o;
}

enum outcome
thread_find(struct family *f, const struct row *row, const struct item *item,
    const struct thread *was, struct thread *out, struct err *e)
{
	struct search s = { .f = f, .row = row, .item = item, .had = was != NULL };

	if (was)
		s.was = *was;
	s.mark = thread_mark_of(f, item->key);
	return search(&s, out, e);
}
