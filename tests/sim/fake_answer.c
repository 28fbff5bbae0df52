/*
 * fake_answer.c -- sync/store.h in memory: what one snapshot shows to a client,
 * scans and purges.
 */
#include <stdlib.h>

#include "fake_call.h"

struct pair {
	struct item item;
	struct row row;
	bool has_row;
};

static int
by_id(const void *a, const void *b)
{
	uint32_t x = ((const struct pair *)a)->item.id, y = ((const struct pair *)b)->item.id;

	return (x > y) - (x < y);
}

static int
by_id_falling(const void *a, const void *b)
{
	return by_id(b, a);
}

static int
by_change(const void *a, const void *b)
{
	uint64_t x = ((const struct pair *)a)->item.changed;
	uint64_t y = ((const struct pair *)b)->item.changed;

	return (x > y) - (x < y);
}

/* Items with the row that belongs to them, all seen at one moment. */
static struct pair *
pairs(struct store *s, bool (*wanted)(const struct pair *p, const void *arg), const void *arg,
    size_t *n)
{
	struct table *t = &s->w->table[T_ITEM];
	struct pair *all = ARENA_ARRAY(s->a, struct pair, t->n + 1);

	*n = 0;
	for (size_t i = 0; i < t->n; i++) {
		const struct item *item = table_see(s, T_ITEM, t->rec[i]);
		struct pair *p = &all[*n];

		if (!item)
			continue;
		p->item = *item;
		p->has_row = item->state == ITEM_LIVE;
		if (!wanted(p, arg))
			continue;
		p->item = fake_copy_item(s->a, item);
		if (p->has_row)
			fake_row_of(s, item, &p->row);
		(*n)++;
	}
	return all;
}

static enum outcome
hand_over(struct store *s, const struct pair *p, size_t n, store_each *each, void *arg,
    struct err *e)
{
	enum outcome o = OK;

	for (size_t i = 0; o == OK && i < n; i++) {
		o = fake_enter(s, "the next row", ANYWHERE, e);
		if (o == OK)
			o = each(arg, &p[i].item, p[i].has_row ? &p[i].row : NULL, e);
	}
	return o;
}

static bool
wanted_walk(const struct pair *p, const void *arg)
{
	const struct walk *w = arg;

	if (p->item.state != ITEM_LIVE || p->item.is_bad)
		return false;
	if (!w->from)
		return true;
	return w->is_descending ? p->item.id < w->from : p->item.id > w->from;
}

enum outcome
store_walk(struct store *s, const struct list *l, const struct walk *w, store_each *each,
    void *arg, struct err *e)
{
	struct pair *p;
	size_t n;
	enum outcome o = fake_enter(s, "store_walk", OUTSIDE, e);

	(void)l;
	if (o != OK)
		return o;
	p = pairs(s, wanted_walk, w, &n);
	qsort(p, n, sizeof(*p), w->is_descending ? by_id_falling : by_id);
	return hand_over(s, p, w->limit && w->limit < n ? w->limit : n, each, arg, e);
}

struct span { uint64_t after, upto; };

static bool
wanted_diff(const struct pair *p, const void *arg)
{
	const struct span *d = arg;

	return p->item.changed > d->after && p->item.changed <= d->upto;
}

enum outcome
store_diff(struct store *s, const struct list *l, uint64_t after, uint64_t upto, uint32_t limit,
    store_each *each, void *arg, struct err *e)
{
	struct span span = { after, upto };
	struct pair *p;
	size_t n;
	enum outcome o = fake_enter(s, "store_diff", OUTSIDE, e);

	(void)l;
	if (o != OK)
		return o;
	p = pairs(s, wanted_diff, &span, &n);
	qsort(p, n, sizeof(*p), by_change);
	return hand_over(s, p, limit < n ? limit : n, each, arg, e);
}

enum outcome
store_ticks(struct store *s, const struct list *l, uint64_t number, uint64_t *ticks,
    struct err *e)
{
	char key[80];
	const struct change *c;
	enum outcome o = fake_enter(s, "store_ticks", ANYWHERE, e);

	(void)l;
	if (o != OK)
		return o;
	c = table_see(s, T_CHANGE, table_find(s->w, T_CHANGE, fake_key(key, number)));
	*ticks = c ? c->ticks : 0;
	return OK;
}

enum outcome
store_one(struct store *s, const struct list *l, uint32_t id, struct item *item,
    struct row *row, struct err *e)
{
	const struct item *found;
	enum outcome o = fake_enter(s, "store_one", ANYWHERE, e);

	(void)l;
	if (o != OK)
		return o;
	found = fake_see_item(s, id);
	*item = found ? fake_copy_item(s->a, found) : (struct item){ .id = 0 };
	*row = (struct row){ .state = ROW_ABSENT };
	if (found)
		fake_row_of(s, found, row);
	return OK;
}

/* ---- housekeeping ---- */

static bool
is_named_bad(struct store *s, const char *key)
{
	return table_see(s, T_BAD, table_find(s->w, T_BAD, key)) != NULL;
}

static bool
row_differs(struct store *s, const struct row *row, const struct item *item)
{
	struct val key = val_of(row->key);

	if (row->state == ROW_BAD)
		return item ? !item->is_bad : !is_named_bad(s, key.t);
	return !item || item->is_bad || memcmp(item->print, row->print, HASH_LEN) != 0;
}

enum outcome
store_scan(struct store *s, const struct list *l, uint64_t *found, struct err *e)
{
	struct world *w = s->w;
	struct table *t = &w->table[T_SOURCE];
	enum outcome o = fake_enter(s, "store_scan", OUTSIDE, e);

	(void)l;
	*found = 0;
	if (o != OK)
		return o;
	for (size_t i = 0; i < t->n; i++) {
		const struct item *item = fake_item_of(s, str_of(t->rec[i]->key), true);
		bool is_there;
		struct row row;

		fake_row(s, str_of(t->rec[i]->key), &row);
		is_there = row.state != ROW_ABSENT;

		if (!is_there && w->fault == FAULT_SCAN_NO_DELETES)
			continue;
		if (is_there ? row_differs(s, &row, item) : item || is_named_bad(s, t->rec[i]->key)) {
			fake_trigger(s, t->rec[i]->key, false);
			++*found;
		}
	}
	tx_commit(s);
	w->scanned = w->now_s;
	return OK;
}

enum outcome
store_purge(struct store *s, const struct list *l, int64_t tombstones_before,
    int64_t receipts_before, struct err *e)
{
	struct world *w = s->w;
	const struct list_state *st = table_latest(w->table[T_STATE].rec[0]);
	uint64_t ticks = stamp_ticks(tombstones_before, 0);
	enum outcome o = fake_enter(s, "store_purge", OUTSIDE, e);

	(void)l;
	for (size_t i = 0; o == OK && i < w->table[T_CHANGE].n; i++) {
		struct rec *r = w->table[T_CHANGE].rec[i];
		const struct change *c = r->now;

		if (c && c->ticks < ticks && c->number != st->head)
			o = fake_put(s, r, NULL, e);
	}
	for (size_t i = 0; o == OK && i < w->table[T_ITEM].n; i++) {
		struct rec *r = w->table[T_ITEM].rec[i];
		const struct item *item = r->now;

		if (item && item->state != ITEM_LIVE && item->modified < tombstones_before)
			o = fake_put(s, r, NULL, e);
	}
	for (size_t i = 0; o == OK && i < w->table[T_RECEIPT].n; i++) {
		struct rec *r = w->table[T_RECEIPT].rec[i];
		const struct receipt *receipt = r->now;

		if (receipt && receipt->at < receipts_before)
			o = fake_put(s, r, NULL, e);
	}
	if (o == OK)
		tx_commit(s);
	else
		tx_rollback(s);
	return o;
}
