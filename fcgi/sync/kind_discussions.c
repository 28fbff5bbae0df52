/*
 * kind_discussions.c -- what is special about posts. See kind.h, thread.h;
 * MS-OUTSPS 3.2.4.2.5.
 *
 * A row whose Parent is empty begins a thread; every other stands below the row
 * that it answers. What an item keeps of that (THREAD_PROPERTY) follows from the
 * item of the answered post, or from rows where that is not numbered yet. When it
 * changes, the items of its answers are asked to follow, level by level.
 *
 * A post whose parent is not in the view begins a thread of its own, unless it is
 * known from before and only a post in between was taken away: then it stays. Of
 * posts that answer each other in a circle the one with the least key begins it.
 */
#include "kind.h"

#include <stdlib.h>

#include "bag.h"
#include "change.h"
#include "log.h"
#include "thread_find.h"

/* ---- answers follow ---- */

static bool
is_moved_answer(struct family *f, const struct item *it, struct str key, const struct thread *now)
{
	struct thread t;
	struct str trail;

	if (!it || !thread_read(f->g->arena, it->bag, &t) || !str_eq(t.parent, key))
		return false;
	trail = thread_append(f->g->arena, now->trail, thread_mark_of(f, it->key), THREAD_BLOCK);
	return !str_eq(t.trail, trail) || !str_eq(t.topic, now->topic) ||
	    t.index.n <= now->index.n ||
	    memcmp(t.index.p, now->index.p, now->index.n) != 0;
}

/* More posts than this server takes at once must not stop the list: then none follow. */
static enum outcome
none_of_too_many(struct family *f, enum outcome o, size_t *n, const struct err *e)
{
	if (o != E_INVALID && o != E_LIMIT)
		return o;
	log_note("list %s: posts of a large thread do not follow a change: %s", f->l->name, e->peer);
	*n = 0;
	return OK;
}

static enum outcome
posts_of(struct family *f, const struct guid *uid, struct item **with, size_t *n, struct err *e)
{
	return none_of_too_many(f, f->items_of(f, uid, with, n, e), n, e);
}

/* Posts that wait for this one: their rows name it, and until now it was not there. */
static enum outcome
ask_waiting(struct family *f, const struct item *item, const struct thread *now, struct err *e)
{
	struct arena_mark mark = arena_mark(f->g->arena);
	int at = list_column(f->l, FIELD_PARENT);
	const struct item *it;
	struct str *key;
	size_t n = 0;
	enum outcome o = OK;

	if (at >= 0 && !f->is_first)
		o = none_of_too_many(f, store_keys_where(f->g->store, f->l, (size_t)at, item->key,
		    false, &key, &n, e), &n, e);
	for (size_t i = 0; o == OK && i < n; i++) {
		o = f->item_of(f, key[i], &it, e);
		if (o == OK && is_moved_answer(f, it, item->key, now))
			o = family_ask(f, &key[i], 1, e);
	}
	arena_release(f->g->arena, &mark);
	return o;
}

static int
compare(const void *va, const void *vb)
{
	const struct str *a = va, *b = vb;
	int d = memcmp(a->p, b->p, a->n < b->n ? a->n : b->n);

	return d ? d : (a->n > b->n) - (a->n < b->n);
}

/*
 * Keys of those that answer a post which is not there, and stayed in the thread
 * all the same.
 */
static struct str *
left_behind(struct arena *a, const struct item *with, size_t n, size_t *left)
{
	struct str *there = ARENA_ARRAY(a, struct str, n), *out = ARENA_ARRAY(a, struct str, n);
	struct thread t;

	*left = 0;
	for (size_t i = 0; i < n; i++)
		there[i] = with[i].key;
	qsort(there, n, sizeof(*there), compare);
	for (size_t i = 0; i < n; i++)
		if (thread_read(a, with[i].bag, &t) && !thread_is_first(&t) &&
		    !bsearch(&t.parent, there, n, sizeof(*there), compare))
			out[(*left)++] = with[i].key;
	return out;
}

/*
 * Posts that stood below this one where it stood before. If that was the first of
 * the thread, those too that are below a post which has gone. now NULL: so has it.
 */
static enum outcome
ask_answers(struct family *f, const struct item *item, const struct guid *uid, bool was_first,
    const struct thread *now, struct err *e)
{
	struct arena_mark mark = arena_mark(f->g->arena);
	struct item *with;
	struct str *left;
	struct thread t;
	size_t n = 0, left_n;
	enum outcome o = posts_of(f, uid, &with, &n, e);

	for (size_t i = 0; o == OK && i < n; i++) {
		bool is_asked = now ? is_moved_answer(f, &with[i], item->key, now)
		    : thread_read(f->g->arena, with[i].bag, &t) && str_eq(t.parent, item->key);

		if (with[i].id != item->id && is_asked)
			o = family_ask(f, &with[i].key, 1, e);
	}
	if (o == OK && was_first && n) {
		left = left_behind(f->g->arena, with, n, &left_n);
		o = family_ask(f, left, left_n, e);
	}
	arena_release(f->g->arena, &mark);
	return o;
}

static bool
is_same(const struct thread *a, const struct thread *b)
{
	return str_eq(a->index, b->index) && str_eq(a->trail, b->trail) &&
	    str_eq(a->topic, b->topic);
}

static enum outcome
settle(struct family *f, const struct row *row, struct item *item, struct err *e)
{
	struct property kept = { .name = STR(THREAD_PROPERTY), .is_quiet = true };
	bool had_uid = item->has_uid, changed;
	struct guid uid = item->uid;
	struct thread was, now;
	bool had = thread_read(f->g->arena, item->bag, &was);
	enum outcome o = thread_find(f, row, item, had ? &was : NULL, &now, e);

	if (o != OK)
		return o;
	kept.value = thread_pack(f->g->arena, &now);
	item->bag = bag_merge(f->g->arena, item->bag, &kept, 1, &changed);
	item->has_uid = true;
	item->uid = thread_index_uid(now.index);
	item->place = (uint8_t)(now.trail.n / THREAD_BLOCK - 1);
	if (!had || !had_uid)
		return ask_waiting(f, item, &now, e);
	return is_same(&was, &now) ? OK
	    : ask_answers(f, item, &uid, thread_is_first(&was), &now, e);
}

/* A row that was gone before it had an item: its answers stand below a post that never was. */
static enum outcome
ask_answers_to(struct family *f, struct str key, struct err *e)
{
	int at = list_column(f->l, FIELD_PARENT);
	struct str *answer;
	size_t n = 0;
	enum outcome o = OK;

	if (at >= 0 && !f->is_first)
		o = store_keys_where(f->g->store, f->l, (size_t)at, key, false, &answer, &n, e);
	f->asked += n;
	return o == OK && n ? store_inbox_add(f->g->store, f->l, answer, n, false, e) : o;
}

/*
 * Without its first post a thread falls apart: each answer to it begins one. What
 * answered another one stays in the thread, if that is still there.
 */
static enum outcome
vanish(struct family *f, const struct item *item, struct err *e)
{
	struct thread t;
	bool stands = false;
	enum outcome o = OK;

	if (!item->id)
		return ask_answers_to(f, item->key, e);
	if (!item->has_uid || !thread_read(f->g->arena, item->bag, &t))
		return OK;
	if (!thread_is_first(&t))
		o = thread_stands(f, &t, &stands, e);
	if (o != OK || stands)
		return o;
	return ask_answers(f, item, &item->uid, thread_is_first(&t), NULL, e);
}

/* ---- changes by clients ---- */

/* Where a post stands is said when it is made, and in one form of text. */
static enum outcome
translate(struct change_run *r, const struct item *item)
{
	struct str name = str_of(r->g->vocabulary->field_name(r->l->kind, FIELD_THREAD_INDEX));
	struct command_request *c = ARENA_NEW(r->g->arena, struct command_request);
	struct property *p = ARENA_ARRAY(r->g->arena, struct property, r->c->property_n);
	struct str index;

	*c = *r->c;
	c->property = p;
	c->property_n = 0;
	for (size_t i = 0; i < r->c->property_n; i++) {
		struct property said = r->c->property[i];

		if (str_eq(said.name, name)) {
			if (item || !said.value.p ||
			    !thread_index_read(r->g->arena, said.value, &index))
				continue;
			said.value = thread_index_text(r->g->arena, index);
		}
		p[c->property_n++] = said;
	}
	if (c->property_n != r->c->property_n || !item)
		r->c = c;
	return OK;
}

/* Of the posts that begin this index the deepest whose row is there; NULL: none. */
static enum outcome
find_answered(struct change_run *r, struct str index, const struct item **out)
{
	struct guid uid = thread_index_uid(index);
	struct item *with;
	struct thread t;
	size_t n, limit = index.n + 1;
	enum outcome o = store_items_by_uid(r->g->store, r->l, &uid, &with, &n, r->e);

	*out = NULL;
	while (o == OK && !*out) {
		const struct item *best = NULL;
		size_t length = 0;
		struct row row;

		for (size_t i = 0; i < n; i++)
			if (thread_read(r->g->arena, with[i].bag, &t) && t.index.n < limit &&
			    t.index.n > length &&
			    memcmp(t.index.p, index.p, t.index.n) == 0) {
				best = &with[i];
				length = t.index.n;
			}
		if (!best)
			break;
		limit = length;
		o = store_row_lock(r->g->store, r->l, best->key, &row, r->e);
		if (o == OK && row.state == ROW_GOOD)
			*out = best;
	}
	return o;
}

/* A post whose index continues a thread answers one of its posts. */
static enum outcome
join(struct change_run *r, struct place *out)
{
	int at = list_column(r->l, FIELD_PARENT);
	const struct item *answered = NULL;
	struct str text, index;
	enum outcome o;

	if (!kind_sent(r, FIELD_THREAD_INDEX, &text) || !text.p ||
	    !thread_index_read(r->g->arena, text, &index))
		return OK;
	o = find_answered(r, index, &answered);
	if (o != OK || !answered)
		return o;
	if (at < 0 || r->l->column[at].is_readonly)
		return err_set(r->e, E_INVALID, "The board \"%s\" takes new posts, but no answers: "
		    "its database has no place for whom a post answers. Send it as a new post.",
		    r->l->title);
	out->cell[out->cell_n++] = (struct cell){ .column = (size_t)at, .value = answered->key };
	return OK;
}

static enum outcome
place(struct change_run *r, struct place *out)
{
	out->cell = ARENA_ARRAY(r->g->arena, struct cell, 2);
	out->cell_n += kind_author(r, out->cell);
	return r->c->joins_thread ? join(r, out) : OK;
}

/* ---- deleting ---- */

/* An answer goes alone: what answers it answers from now on what it answered. */
static enum outcome
lift_answers(struct change_run *r, const struct item *item, const struct row *row, size_t at)
{
	struct cell cell = { .column = at, .value = row->value[at] };
	struct str *key;
	size_t n = 0;
	enum outcome o = OK;

	if (!r->l->column[at].is_readonly && (r->l->allow & ALLOW_UPDATE))
		o = store_keys_where(r->g->store, r->l, at, item->key, false, &key, &n, r->e);
	for (size_t i = 0; o == OK && i < n; i++)
		o = store_row_update(r->g->store, r->l, key[i], &cell, 1, r->e);
	if (o == OK && n)
		o = store_inbox_add(r->g->store, r->l, key, n, false, r->e);
	return o;
}

static int
by_bytes(const void *va, const void *vb)
{
	const struct str *a = va, *b = vb;
	int d = memcmp(a->p, b->p, a->n < b->n ? a->n : b->n);

	return d ? d : (a->n > b->n) - (a->n < b->n);
}

/*
 * What stayed in the thread although the post that it answers has gone begins one
 * of its own: every post that no row leads to from the first one, for harvest may
 * not have met all rows that are gone. gone: those that go along.
 */
static enum outcome
ask_left_behind(struct change_run *r, const struct item *item, const struct below *gone)
{
	struct item *with;
	struct str *left, *sorted = ARENA_ARRAY(r->g->arena, struct str, gone->key_n);
	size_t n, left_n = 0;
	enum outcome o = store_items_by_uid(r->g->store, r->l, &item->uid, &with, &n, r->e);

	if (o == E_INVALID) /* too many: they keep the look of answers */
		return OK;
	if (o != OK || !n)
		return o;
	left = ARENA_ARRAY(r->g->arena, struct str, n);
	if (gone->key_n) {
		memcpy(sorted, gone->key, gone->key_n * sizeof(*sorted));
		qsort(sorted, gone->key_n, sizeof(*sorted), by_bytes);
	}
	for (size_t i = 0; i < n; i++)
		if (with[i].id != item->id && (!gone->key_n || !bsearch(&with[i].key, sorted,
		    gone->key_n, sizeof(*sorted), by_bytes)))
			left[left_n++] = with[i].key;
	return left_n ? store_inbox_add(r->g->store, r->l, left, left_n, true, r->e) : OK;
}

/* The first post takes all that stands below it along: the deepest first, as foreign keys want it. */
static enum outcome
whole_thread(struct change_run *r, const struct item *item, size_t at, struct below *out)
{
	struct str *found = ARENA_ARRAY(r->g->arena, struct str, LIMIT_TOGETHER), *key;
	size_t n = 0, done = 0, level_n;
	struct str above = item->key;
	enum outcome o = OK;

	for (;;) {
		o = store_keys_where(r->g->store, r->l, at, above, false, &key, &level_n, r->e);
		if (o != OK)
			return o;
		if (n + level_n > LIMIT_TOGETHER)
			return err_set(r->e, E_LIMIT, "The thread has more than %d posts; it cannot "
			    "be deleted in one step. Delete answers first.", LIMIT_TOGETHER);
		for (size_t i = 0; i < level_n; i++)
			if (!str_eq(key[i], item->key)) /* a circle */
				found[n++] = key[i];
		if (done == n)
			break;
		above = found[done++];
	}
	out->key = ARENA_ARRAY(r->g->arena, struct str, n);
	while (n)
		out->key[out->key_n++] = found[--n];
	return ask_left_behind(r, item, out);
}

static enum outcome
below(struct change_run *r, const struct item *item, const struct row *row, struct below *out)
{
	int at = list_column(r->l, FIELD_PARENT);

	if (at < 0)
		return OK;
	return item->place ? lift_answers(r, item, row, (size_t)at)
			   : whole_thread(r, item, (size_t)at, out);
}

/* ---- answers ---- */

static const enum field shows[] = { FIELD_THREAD_INDEX, FIELD_THREAD_TOPIC, FIELD__MAX };

static size_t
show(const struct vocabulary *v, struct arena *a, const struct list *l, const struct item *item,
    const struct row *row, struct shown out[SHOWN_MAX])
{
	struct thread t;

	(void)v;
	(void)l;
	(void)row;
	if (!thread_read(a, item->bag, &t))
		return 0;
	out[0] = (struct shown){ .field = FIELD_THREAD_INDEX,
		.value = thread_index_text(a, t.index) };
	out[1] = (struct shown){ .field = FIELD_THREAD_TOPIC, .value = t.topic };
	return 2;
}

const struct kind_rules discussion_rules = {
	.settle = settle,
	.vanish = vanish,
	.translate = translate,
	.place = place,
	.below = below,
	.shows = shows,
	.show = show,
};
