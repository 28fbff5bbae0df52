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

enum outcome
thread_stands(struct family *f, const struct thread *t, bool *stands, struct err *e)
{
	const struct item *root = NULL;
	struct thread begun;
	enum outcome o = f->item_of(f, t->root, &root, e);

	*stands = root && thread_read(f->g->arena, root->bag, &begun) && thread_is_first(&begun) &&
	    memcmp(begun.index.p, t->index.p, THREAD_HEADER) == 0;
	return o;
}

/*
 * The row with the parent's key is not there. The post that names it may have
 * stayed in its thread; below this one, of all posts, it cannot.
 */
static enum outcome
miss_parent(struct search *s, struct str parent, struct err *e)
{
	const struct item *last;
	enum outcome o;

	if (s->chain_n == 0)
		return s->had && !thread_is_first(&s->was) && str_eq(s->was.parent, parent)
		    ? thread_stands(s->f, &s->was, &s->stays, e) : OK;
	o = s->f->item_of(s->f, s->chain[s->chain_n - 1]->key, &last, e);
	if (o != OK || !last || !thread_read(s->f->g->arena, last->bag, &s->base))
		return o;
	if (thread_has_mark(s->base.trail, s->mark)) {
		s->chain_n = 0;
		s->is_alone = true;
	} else {
		s->chain_n--;
		s->has_base = true;
	}
	return OK;
}

/*
 * Posts from number `from` of the line on (0: this one) answer each other in a
 * circle: the one with the least key begins the thread, whoever is asked first.
 */
static void
cut_circle(struct search *s, size_t from)
{
	struct str least = from ? s->chain[from - 1]->key : s->item->key;
	size_t first = from;

	for (size_t i = from; i < s->chain_n; i++) {
		struct str key = s->chain[i]->key;
		size_t n = key.n < least.n ? key.n : least.n;
		int d = memcmp(key.p, least.p, n);

		if (d < 0 || (d == 0 && key.n < least.n)) {
			least = key;
			first = i + 1;
		}
	}
	s->chain_n = first;
	s->is_alone = first == 0;
}

/* The parent was passed already. */
static bool
closes_circle(struct search *s, struct str parent)
{
	if (str_eq(parent, s->item->key)) {
		cut_circle(s, 0);
		return true;
	}
	for (size_t i = 0; i < s->chain_n; i++)
		if (str_eq(s->chain[i]->key, parent)) {
			cut_circle(s, i + 1);
			return true;
		}
	return false;
}

/*
 * Go up until a post that knows its place, or the first one. A post above that
 * has this one above it closes a circle, or does not know yet what has changed:
 * then only rows are asked.
 */
static enum outcome
climb(struct search *s, bool asks_items, struct err *e)
{
	struct str parent = parent_of(s->f->l, s->row);
	const struct item *above = NULL;
	const struct row *row;
	enum outcome o = OK;

	s->chain_n = 0;
	while (parent.n && s->chain_n < CHAIN_MAX && !closes_circle(s, parent)) {
		if (asks_items)
			o = s->f->item_of(s->f, parent, &above, e);
		if (o != OK)
			return o;
		if (above && thread_read(s->f->g->arena, above->bag, &s->base)) {
			s->has_base = !thread_has_mark(s->base.trail, s->mark);
			return s->has_base ? OK : climb(s, false, e);
		}
		o = s->f->row_of(s->f, parent, &row, e);
		if (o != OK)
			return o;
		if (!row)
			return miss_parent(s, parent, e);
		s->chain[s->chain_n++] = row;
		parent = parent_of(s->f->l, row);
	}
	return OK;
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

/* Another post begins a thread with that index: two threads must not share one. */
static enum outcome
is_taken(const struct search *s, struct str index, bool *taken, struct err *e)
{
	struct guid uid = thread_index_uid(index);
	struct item *with;
	struct thread t;
	size_t n = 0;
	enum outcome o = s->f->items_of(s->f, &uid, &with, &n, e);

	*taken = o == E_INVALID; /* too large a thread to look at */
	if (o == E_INVALID)
		return OK;
	for (size_t i = 0; o == OK && i < n; i++)
		*taken |= with[i].id != s->item->id &&
		    thread_read(s->f->g->arena, with[i].bag, &t) && thread_is_first(&t) &&
		    memcmp(t.index.p, index.p, THREAD_HEADER) == 0;
	/* a client's, at the same moment: the other one was first, this one answers it */
	return *taken && s->f->may_retry ? E_RETRY : o;
}

/*
 * The index that this post begins its thread with, if the client gave it one: a
 * new post, or one that was sent as the first. What was sent as an answer and has
 * lost its thread does not claim that thread's; one of ours is another post's, which
 * may begin a thread again.
 */
static enum outcome
own_index(const struct search *s, struct str *out, struct err *e)
{
	struct str kept;
	bool has_it, taken = false;
	enum outcome o = OK;

	if (!kept_index(s, &kept) || thread_index_is_ours(kept))
		return OK;
	has_it = s->had && thread_is_first(&s->was) &&
	    memcmp(s->was.index.p, kept.p, THREAD_HEADER) == 0;
	if (!has_it && s->had && kept.n > THREAD_HEADER)
		return OK;
	if (!has_it || !s->item->has_uid) /* one that returns may find it taken */
		o = is_taken(s, kept, &taken, e);
	if (o == OK && !taken)
		*out = (struct str){ kept.p, THREAD_HEADER };
	return o;
}

/* The post that begins the thread has an item that knows so. */
static enum outcome
as_begun(const struct search *s, struct thread *out, struct err *e)
{
	const struct item *root;
	struct thread t;
	enum outcome o = s->f->item_of(s->f, out->root, &root, e);

	if (o == OK && root && thread_read(s->f->g->arena, root->bag, &t) && thread_is_first(&t)) {
		out->index = t.index;
		out->topic = t.topic;
	}
	return o;
}

static enum outcome
begin_thread(const struct search *s, const struct row *row, struct thread *out, struct err *e)
{
	struct family *f = s->f;
	struct guid uid = thread_uid(f->g->hash, &f->l->id, row->key);
	bool is_own = row == s->row;

	*out = (struct thread){ .root = row->key, .trail = thread_mark_of(f, row->key),
		.index = thread_index_of(f->g->arena, &uid) };
	/* one that returns begins anew: answers that came before it have its subject of now */
	out->topic = is_own && s->had && s->item->has_uid && thread_is_first(&s->was) ? s->was.topic
	    : kind_value(f->g->vocabulary, f->l, is_own ? s->item : NULL, row, FIELD_TITLE);
	if (!out->topic.p)
		out->topic = STR("");
	return is_own ? own_index(s, &out->index, e) : as_begun(s, out, e);
}

static void
go_down(const struct search *s, struct str key, struct thread *t)
{
	struct arena *a = s->f->g->arena;
	struct str mark = thread_mark_of(s->f, key);

	t->index = thread_append(a, t->index, mark, THREAD_HEADER);
	t->trail = thread_append(a, t->trail, mark, THREAD_BLOCK);
}

/* The first post may have been in another thread since, and begun this one again. */
static enum outcome
newest_topic(const struct search *s, struct thread *out, struct err *e)
{
	const struct item *root;
	struct thread t;
	enum outcome o = s->f->item_of(s->f, out->root, &root, e);

	if (o == OK && root && thread_read(s->f->g->arena, root->bag, &t))
		out->topic = t.topic;
	return o;
}

/* What the item is to keep. */
static enum outcome
search(struct search *s, struct thread *out, struct err *e)
{
	const struct row *top = s->row;
	struct str kept, above;
	size_t i;
	enum outcome o;

	s->chain = ARENA_ARRAY(s->f->g->arena, const struct row *,
	    parent_of(s->f->l, s->row).n ? CHAIN_MAX : 0);
	o = climb(s, true, e);
	if (o != OK)
		return o;
	if (s->stays) {
		*out = s->was;
		return newest_topic(s, out, e);
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
