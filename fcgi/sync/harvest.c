/*
 * harvest.c -- bring changes of the source into the log.
 *
 * The order is everything (design rule 3): under the list's lock read the
 * committed inbox rows, *then* the rows of the view, then items; delete exactly
 * the inbox rows that were read. A change that commits after the inbox was read
 * has its own inbox row, and the next harvest meets it; a change that committed
 * before is in the view by the time that we look. Numbers are given out here,
 * under the lock, so nothing can appear behind a token already handed out.
 */
#include "harvest.h"

#include <stdlib.h>

#include "attach.h"
#include "bag.h"
#include "batch.h"

#define RETRY_PAUSE_MS 20
#define SHRINK 8   /* a batch that was too large is tried again with this part of it */

uint64_t
harvest_ticks(struct engine *g, const struct list_state *st, int64_t *now_s)
{
	int64_t s;
	long ns;
	uint64_t ticks;

	g->now(g->env, &s, &ns);
	*now_s = s;
	/* The last six digits belong to the login in owner lists. */
	ticks = stamp_ticks(s, ns);
	ticks -= ticks % 1000000;
	return ticks > st->head_ticks ? ticks : st->head_ticks;
}

/* ---- one batch ---- */

static int
compare_keys(const void *va, const void *vb)
{
	const struct inbox_row *a = va, *b = vb;
	size_t n = a->key.n < b->key.n ? a->key.n : b->key.n;
	int d = n ? memcmp(a->key.p, b->key.p, n) : 0;

	return d ? d : (a->key.n > b->key.n) - (a->key.n < b->key.n);
}

/* Each key once; "changed" if any of its inbox rows says so. rows gets another order. */
static void
batch_keys(struct batch *b, struct inbox_row *rows, size_t n)
{
	qsort(rows, n, sizeof(*rows), compare_keys);
	b->key = ARENA_ARRAY(b->g->arena, struct str, n);
	b->is_changed = ARENA_ARRAY(b->g->arena, bool, n);
	for (size_t i = 0; i < n; i++) {
		if (b->n == 0 || !str_eq(b->key[b->n - 1], rows[i].key))
			b->key[b->n++] = rows[i].key;
		if (rows[i].is_changed)
			b->is_changed[b->n - 1] = true;
	}
}

static enum outcome
settle(struct batch *b, const struct row *row, struct item *item, struct err *e)
{
	const struct kind_rules *rules = kind_rules(b->l);

	return rules->settle ? rules->settle(&b->family, row, item, e) : OK;
}

/* A row that returns brings back what its item knew, unless a client had deleted it. */
static struct str
inherited_bag(struct batch *b, const struct item *lapsed)
{
	struct property ref = { .name = b->g->ref_property, .value = STR_NULL };
	bool changed;

	if (!lapsed->id || lapsed->state != ITEM_GONE_SOURCE)
		return STR("");
	return bag_merge(b->g->arena, lapsed->bag, &ref, ref.name.p ? 1 : 0, &changed);
}

/* And its files: their rows move to the new item. */
static enum outcome
inherit_files(struct batch *b, const struct item *lapsed, struct item *item, struct err *e)
{
	if (!lapsed->id || lapsed->state != ITEM_GONE_SOURCE || !lapsed->files.n)
		return OK;
	item->files = lapsed->files;
	return store_files_move(b->g->store, b->l, lapsed->id, item->id, e);
}

static enum outcome
meet_new(struct batch *b, size_t i, struct err *e)
{
	struct item *item = batch_new(b, b->key[i]), kept;
	bool files_differ;
	enum outcome o;

	item->bag = inherited_bag(b, &b->lapsed[i]);
	memcpy(item->print, b->row[i].print, sizeof(item->print));
	o = inherit_files(b, &b->lapsed[i], item, e);
	if (o == OK)
		o = attach_follow(b->g, b->l, item, b->now, true, &files_differ, e);
	if (o == OK)
		o = settle(b, &b->row[i], item, e);
	batch_number(b, CHANGE_ITEM, item);
	kept = *item; /* what follows may move it */
	return o == OK ? batch_follow(b, &b->row[i], &kept, kept.key,
	    b->lapsed[i].id ? FOLLOW_AGAIN : FOLLOW_FIRST, e) : o;
}

static enum outcome
meet_changed(struct batch *b, size_t i, bool is_different, struct err *e)
{
	struct item *item = batch_update(b, &b->live[i]), kept;
	enum outcome o;

	if (item->is_bad)
		b->st.live_n++;
	item->is_bad = false;
	if (is_different) {
		batch_raise(b, item);
		memcpy(item->print, b->row[i].print, sizeof(item->print));
	}
	o = settle(b, &b->row[i], item, e);
	batch_number(b, CHANGE_ITEM, item);
	kept = *item;
	return o == OK ? batch_follow(b, &b->row[i], &kept, kept.key, FOLLOW_ON, e) : o;
}

/* The row is as it was; what hangs on it may not be, for whoever asked put the key into the inbox. */
static enum outcome
meet_same(struct batch *b, size_t i, struct err *e)
{
	const struct item *live = &b->live[i];
	struct item item = *live;
	enum outcome o = settle(b, &b->row[i], &item, e);

	/* what the kind keeps may follow from other rows: told, but this one is no other version */
	if (o == OK && (!str_eq(item.bag, live->bag) || item.has_uid != live->has_uid ||
	    item.place != live->place || (item.has_uid && !guid_eq(&item.uid, &live->uid)))) {
		struct item *now = batch_update(b, &item);

		batch_number(b, CHANGE_ITEM, now);
		item = *now;
	}
	return o == OK ? batch_follow(b, &b->row[i], &item, item.key, FOLLOW_ON, e) : o;
}

static enum outcome
meet_gone(struct batch *b, size_t i, struct err *e)
{
	const struct kind_rules *rules = kind_rules(b->l);
	struct item never = { .key = b->key[i], .bag = STR("") };
	enum outcome o = OK;

	/* never numbered, but others may have been judged by its row */
	if (!b->live[i].id && rules->vanish)
		o = rules->vanish(&b->family, &never, e);
	if (b->live[i].id) {
		batch_gone(b, &b->live[i]);
		if (rules->vanish)
			o = rules->vanish(&b->family, &b->live[i], e);
		if (o == OK)
			o = batch_adopt(b, NULL, &b->live[i], e);
	}
	return o == OK ? batch_follow(b, &b->row[i], NULL, b->key[i], FOLLOW_ON, e) : o;
}

/*
 * Clients keep the last good state and are told nothing. But where another state
 * was shown under this version (the mark), the version must not come back.
 */
static enum outcome
meet_bad(struct batch *b, size_t i, struct err *e)
{
	const struct item *live = &b->live[i];

	if (live->id && (!live->is_bad || b->is_changed[i])) {
		struct item *item = batch_update(b, live);

		b->st.live_n -= !live->is_bad;
		item->is_bad = true;
		if (b->is_changed[i]) {
			batch_raise(b, item);
			batch_number(b, CHANGE_ITEM, item);
		}
	}
	return store_bad_set(b->g->store, b->l, b->key[i], b->row[i].reason, e);
}

/* A row that is good by itself may not fit among the others. */
static enum outcome
judge(struct batch *b, size_t i, struct err *e)
{
	const struct kind_rules *rules = kind_rules(b->l);
	const struct item *live = b->live[i].id ? &b->live[i] : NULL;
	const char *why = NULL;
	enum outcome o;

	if (!rules->refuse || b->row[i].state != ROW_GOOD)
		return OK;
	o = rules->refuse(&b->family, &b->row[i], live, &why, e);
	if (o == OK && why) {
		b->row[i].state = why == kind_gone && live ? ROW_ABSENT : ROW_BAD;
		b->row[i].reason = why;
	}
	return o;
}

/* What key i's row says now, against what its item remembers. */
static enum outcome
meet(struct batch *b, size_t i, struct err *e)
{
	const struct item *live = &b->live[i];
	bool is_different, files_differ = false, is_unnamed = !live->id || live->is_bad;
	enum outcome o = judge(b, i, e);

	if (o != OK)
		return o;
	switch (b->row[i].state) {
	case ROW_BAD:
		return meet_bad(b, i, e);
	case ROW_ABSENT:
		o = meet_gone(b, i, e);
		break;
	case ROW_GOOD:
		if (live->id)
			o = attach_follow(b->g, b->l, &b->live[i], b->now, true, &files_differ, e);
		if (o != OK)
			return o;
		is_different = files_differ || b->is_changed[i] ||
		    memcmp(live->print, b->row[i].print, sizeof(live->print)) != 0;
		if (!live->id)
			o = meet_new(b, i, e);
		else if (is_different || live->is_bad)
			o = meet_changed(b, i, is_different, e);
		else
			o = meet_same(b, i, e);
		break;
	}
	/* Without an item it may be a row that was bad from its first day. */
	return o == OK && is_unnamed ? store_bad_set(b->g->store, b->l, b->key[i], NULL, e) : o;
}

static enum outcome
batch_write(struct batch *b, struct err *e)
{
	struct store *s = b->g->store;
	enum outcome o = OK;

	if (b->insert.n)
		o = store_items_insert(s, b->l, b->insert.item, b->insert.n, e);
	if (o == OK && b->update.n)
		o = store_items_update(s, b->l, b->update.item, b->update.n, e);
	if (o == OK && b->change_n)
		o = store_changes_add(s, b->l, b->change, b->change_n, e);
	if (o == OK && b->change_n) {
		b->st.head_ticks = b->ticks;
		b->st.modified = b->now;
	}
	if (o == OK && (b->change_n || b->update.n))
		o = store_save(s, b->l, &b->st, e);
	return o;
}

/* The rows belong to this list and were read under its lock. */
static enum outcome
batch_take(struct batch *b, struct inbox_row *rows, size_t n, struct err *e)
{
	struct store *s = b->g->store;
	enum outcome o;

	batch_keys(b, rows, n);
	batch_family(b);
	if (b->g->hook)
		b->g->hook(b->g->env, HOOK_HARVEST_INBOX_READ);
	b->ticks = harvest_ticks(b->g, &b->st, &b->now);
	o = store_rows(s, b->l, b->key, b->n, &b->row, e);
	if (o == OK)
		o = store_items_of(s, b->l, b->key, b->n, &b->live, &b->lapsed, e);
	for (size_t i = 0; o == OK && i < b->n; i++)
		o = meet(b, i, e);
	if (o == OK)
		o = batch_write(b, e);
	return o;
}

/* ---- transactions ---- */

/* Inbox rows with an empty key ask for a scan (TRUNCATE-prone tables, table:*). */
static bool
drop_scan_requests(struct inbox_row *rows, size_t *n)
{
	size_t keep = 0, all = *n;

	for (size_t i = 0; i < all; i++)
		if (rows[i].key.n)
			rows[keep++] = rows[i];
	*n = keep;
	return keep < all;
}

struct source { /* which inbox rows */
	size_t max;
	struct str key; /* NULL p: the oldest `max` rows */
};

struct taken {
	size_t rows, asked;
	bool has_request;          /* a scan is asked for */
	bool has_more;             /* what was taken asks for other keys */
};

static enum outcome
read_inbox(struct batch *b, const struct source *from, struct inbox_row **rows, size_t *n,
    struct err *e)
{
	struct store *s = b->g->store;
	struct inbox_row *all;
	enum outcome o;

	if (!from->key.p)
		return store_inbox(s, b->l, from->max, rows, n, e);
	/* The key is looked at even if nobody announced it: a row without id stands for that. */
	o = store_inbox_of(s, b->l, from->key, rows, n, e);
	if (o == OK && *n == 0) {
		all = ARENA_NEW(b->g->arena, struct inbox_row);
		all->key = from->key;
		*rows = all;
		*n = 1;
	}
	return o;
}

static enum outcome
try_harvest(struct engine *g, const struct list *l, const struct source *from,
    struct taken *out, struct err *e)
{
	struct batch b = { .g = g, .l = l };
	struct inbox_row *rows = NULL;
	size_t n = 0;
	enum outcome o;

	*out = (struct taken){ 0 };
	o = store_begin(g->store, e);
	if (o == OK)
		o = store_lock(g->store, l, &b.st, e);
	if (o == OK)
		o = harvest_current(g, l, &b.st, e);
	if (o == OK)
		o = read_inbox(&b, from, &rows, &n, e);
	if (o == OK && n) {
		out->rows = n;
		out->has_request = drop_scan_requests(rows, &n);
	}
	if (o == OK && n) {
		o = batch_take(&b, rows, n, e);
		if (o == OK && rows[0].id)
			o = store_inbox_delete(g->store, l, rows, n, e);
		out->has_more = b.family.asked > 0;
	}
	if (o == OK && n)
		return store_commit(g->store, e);
	store_abort(g->store);
	return o;
}

/* A batch whose properties fit in no memory is taken in parts. */
static enum outcome
harvest_part(struct engine *g, const struct list *l, struct source *from, struct taken *out,
    struct err *e)
{
	for (;;) {
		struct arena_mark mark = arena_mark(g->arena);
		enum outcome o = try_harvest(g, l, from, out, e);

		if (o != E_LIMIT || from->key.p || from->max == 1)
			return o;
		arena_release(g->arena, &mark);
		from->max = from->max > SHRINK ? from->max / SHRINK : 1;
	}
}

/* Every request for a scan that one scan answers: those that were committed before it begins. */
static enum outcome
answer_requests(struct engine *g, const struct list *l, struct err *e)
{
	struct inbox_row *request;
	size_t n;
	enum outcome o = store_inbox_of(g->store, l, STR(""), &request, &n, e);

	if (o == OK && n)
		o = harvest_scan_if_due(g, l, true, e);
	return o == OK && n ? store_inbox_delete(g->store, l, request, n, e) : o;
}

/* Repeats what a deadlock or a lost certification undid; a lost COMMIT is harmless to repeat. */
static enum outcome
harvest(struct engine *g, const struct list *l, struct source from, struct taken *out,
    struct err *e)
{
	enum outcome o = E_RETRY;

	for (unsigned i = 0; i < LIMIT_RETRIES && o == E_RETRY; i++) {
		if (i)
			g->pause(g->env, RETRY_PAUSE_MS << i);
		o = harvest_part(g, l, &from, out, e);
		out->asked = from.max;
		if (o == E_UNCERTAIN)
			o = g->reconnect ? g->reconnect(g->env, e) : E_UNAVAILABLE;
		else
			continue;
		if (o == OK)
			o = E_RETRY;
	}
	if (o == E_RETRY)
		return err_set(e, E_UNAVAILABLE,
		    "The list \"%s\" is busy at the moment. Try again in a minute.", l->title);
	return o == OK && out->has_request ? answer_requests(g, l, e) : o;
}

enum outcome
harvest_some(struct engine *g, const struct list *l, size_t max, size_t *taken, struct err *e)
{
	struct source from = { .max = max ? max : LIMIT_HARVEST_ROWS, .key = STR_NULL };
	struct taken t = { 0 };
	enum outcome o = harvest(g, l, from, &t, e);

	*taken = t.rows;
	return o;
}

enum outcome
harvest_key(struct engine *g, const struct list *l, struct str key, struct err *e)
{
	struct source from = { .key = key };
	struct taken t = { 0 };

	return harvest(g, l, from, &t, e);
}

enum outcome
harvest_all(struct engine *g, const struct list *l, size_t rows, bool *left, struct err *e)
{
	struct source from = { .max = LIMIT_HARVEST_ROWS, .key = STR_NULL };
	struct taken t = { 0 };
	enum outcome o;

	*left = true;
	for (size_t done = 0; done < rows; done += t.rows) {
		struct arena_mark mark = arena_mark(g->arena);

		o = harvest(g, l, from, &t, e);
		arena_release(g->arena, &mark);
		if (o != OK)
			return o;
		from.max = t.asked;
		if (t.rows < t.asked && !t.has_more && !t.has_request) { /* a scan may find some */
			*left = false;
			return OK;
		}
	}
	return OK;
}
