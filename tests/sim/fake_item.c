/*
 * fake_item.c -- sync/store.h in memory: items, changes, receipts, answers.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "fake_call.h"

static struct item
copy_item(struct arena *a, const struct item *from)
{
	struct item item = *from;

	item.key = arena_dup(a, from->key);
	item.author = arena_dup(a, from->author);
	item.editor = arena_dup(a, from->editor);
	item.history = arena_dup(a, from->history);
	item.bag = arena_dup(a, from->bag);
	return item;
}

static const struct item *
see_item(struct store *s, uint32_t id)
{
	char key[80];

	return table_see(s, T_ITEM, table_find(s->w, T_ITEM, fake_key(key, id)));
}

enum outcome
store_item(struct store *s, const struct list *l, uint32_t id, struct item *out, struct err *e)
{
	const struct item *item;
	enum outcome o = fake_enter(s, "store_item", ANYWHERE, e);

	(void)l;
	if (o != OK)
		return o;
	item = see_item(s, id);
	*out = item ? copy_item(s->a, item) : (struct item){ .id = 0 };
	return OK;
}

/* The live item of a key, or its newest tombstone. */
static const struct item *
item_of(struct store *s, struct str key, bool is_live)
{
	struct table *t = &s->w->table[T_ITEM];
	const struct item *best = NULL;

	for (size_t i = 0; i < t->n; i++) {
		const struct item *item = table_see(s, T_ITEM, t->rec[i]);

		if (item && (item->state == ITEM_LIVE) == is_live && str_eq(item->key, key) &&
		    (!best || item->id > best->id))
			best = item;
	}
	return best;
}

enum outcome
store_items_of(struct store *s, const struct list *l, const struct str *keys, size_t n,
    struct item **live, struct item **lapsed, struct err *e)
{
	enum outcome o = fake_enter(s, "store_items_of", ANYWHERE, e);

	(void)l;
	if (o != OK)
		return o;
	*live = ARENA_ARRAY(s->a, struct item, n);
	*lapsed = ARENA_ARRAY(s->a, struct item, n);
	for (size_t i = 0; i < n; i++) {
		const struct item *a = item_of(s, keys[i], true), *b = item_of(s, keys[i], false);

		if (a)
			(*live)[i] = copy_item(s->a, a);
		if (b)
			(*lapsed)[i] = copy_item(s->a, b);
	}
	return OK;
}

/* At most one live item per key: a unique index. */
static enum outcome
claim_key(struct store *s, const struct item *item, struct err *e)
{
	struct val k = val_of(item->key);
	struct rec *r = table_get(s->w, T_LIVE, k.t);
	const uint32_t *holder = table_latest(r);
	uint32_t *mine;

	if (item->state != ITEM_LIVE)
		return holder && *holder == item->id ? fake_put(s, r, NULL, e) : OK;
	if (holder && *holder == item->id)
		return OK;
	if (r->by && r->by != s)
		return fake_retry(s, e);
	if (holder)
		return err_set(e, E_CONFLICT, "A live item has the key %s.", k.t);
	mine = ARENA_NEW(&s->w->mem, uint32_t);
	*mine = item->id;
	return fake_put(s, r, mine, e);
}

static enum outcome
put_item(struct store *s, const struct item *item, bool is_new, struct err *e)
{
	char key[80];
	struct rec *r = table_get(s->w, T_ITEM, fake_key(key, item->id));
	const struct item *old = table_latest(r);
	struct item *copy = ARENA_NEW(&s->w->mem, struct item);
	const struct watch *to = &s->w->conf.watch;
	enum outcome o;

	*copy = copy_item(&s->w->mem, item);
	if (is_new && (old || item->id <= s->w->highest_id))
		to->fail(to->arg, "id-reuse", "item %" PRIu32 " is new, but %" PRIu32
		    " was given before", item->id, s->w->highest_id);
	if (!is_new && !old)
		to->fail(to->arg, "contract", "item %" PRIu32 " updated before it was inserted",
		    item->id);
	if (old) { /* what an update leaves alone */
		copy->guid = old->guid;
		copy->key = old->key;
		copy->created = old->created;
		copy->author = old->author;
	}
	o = claim_key(s, copy, e);
	return o == OK ? fake_put(s, r, copy, e) : o;
}

static enum outcome
put_items(struct store *s, const struct item *item, size_t n, bool is_new, struct err *e)
{
	enum outcome o = fake_enter(s, "store_items_*", INSIDE, e);

	if (o == OK)
		fake_want_lock(s, is_new ? "store_items_insert" : "store_items_update");
	for (size_t i = 0; o == OK && i < n; i++)
		o = put_item(s, &item[i], is_new, e);
	return o;
}

enum outcome
store_items_insert(struct store *s, const struct list *l, const struct item *item, size_t n,
    struct err *e)
{
	(void)l;
	return put_items(s, item, n, true, e);
}

enum outcome
store_items_update(struct store *s, const struct list *l, const struct item *item, size_t n,
    struct err *e)
{
	(void)l;
	return put_items(s, item, n, false, e);
}

enum outcome
store_restored(struct store *s, const struct list *l, uint32_t by, struct err *e)
{
	struct table *t = &s->w->table[T_ITEM];
	enum outcome o = fake_enter(s, "store_restored", INSIDE, e);

	(void)l;
	if (o == OK)
		fake_want_lock(s, "store_restored");
	for (size_t i = 0; o == OK && i < t->n; i++) {
		const struct item *old = table_latest(t->rec[i]);
		struct item *copy;

		if (!old)
			continue;
		copy = ARENA_NEW(&s->w->mem, struct item);
		*copy = *old;
		copy->version += by;
		o = fake_put(s, t->rec[i], copy, e);
	}
	t = &s->w->table[T_CHANGE];
	for (size_t i = 0; o == OK && i < t->n; i++)
		if (table_latest(t->rec[i]))
			o = fake_put(s, t->rec[i], NULL, e);
	return o;
}

enum outcome
store_changes_add(struct store *s, const struct list *l, const struct change *c, size_t n,
    struct err *e)
{
	char key[80];
	enum outcome o = fake_enter(s, "store_changes_add", INSIDE, e);

	(void)l;
	if (o == OK)
		fake_want_lock(s, "store_changes_add");
	for (size_t i = 0; o == OK && i < n; i++) {
		struct rec *r = table_get(s->w, T_CHANGE, fake_key(key, c[i].number));
		struct change *copy = ARENA_NEW(&s->w->mem, struct change);

		if (table_latest(r))
			s->w->conf.watch.fail(s->w->conf.watch.arg, "contract",
			    "change number %" PRIu64 " given out twice", c[i].number);
		*copy = c[i];
		o = fake_put(s, r, copy, e);
	}
	return o;
}

enum outcome
store_bad_set(struct store *s, const struct list *l, struct str key, const char *reason,
    struct err *e)
{
	struct val k = val_of(key);
	enum outcome o = fake_enter(s, "store_bad_set", ANYWHERE, e);
	bool is_alone = !s->in_tx;

	(void)l;
	if (o == OK)
		o = fake_put(s, table_get(s->w, T_BAD, k.t),
		    reason ? arena_dup(&s->w->mem, str_of(reason)).p : NULL, e);
	if (o == OK && is_alone)
		tx_commit(s);
	return o;
}

/* ---- lost answers ---- */

static struct rec *
ref_rec(struct world *w, struct str login, struct str ref)
{
	char key[120];

	snprintf(key, sizeof(key), "%.*s|%.*s", STR_ARG(login), STR_ARG(ref));
	return table_get(w, T_REF, key);
}

enum outcome
store_ref_get(struct store *s, const struct list *l, struct str login, struct str ref,
    uint32_t *id, struct err *e)
{
	const uint32_t *found;
	enum outcome o = fake_enter(s, "store_ref_get", ANYWHERE, e);

	(void)l;
	if (o != OK)
		return o;
	found = table_see(s, T_REF, ref_rec(s->w, login, ref));
	*id = found ? *found : 0;
	return OK;
}

enum outcome
store_ref_add(struct store *s, const struct list *l, struct str login, struct str ref,
    uint32_t id, struct err *e)
{
	struct rec *r = ref_rec(s->w, login, ref);
	uint32_t *copy;
	enum outcome o = fake_enter(s, "store_ref_add", INSIDE, e);

	(void)l;
	if (o != OK)
		return o;
	if (r->by && r->by != s)
		return fake_retry(s, e);
	if (table_latest(r))
		return err_set(e, E_CONFLICT, "The reference is taken.");
	copy = ARENA_NEW(&s->w->mem, uint32_t);
	*copy = id;
	return fake_put(s, r, copy, e);
}

static struct rec *
receipt_rec(struct world *w, const unsigned char digest[HASH_LEN])
{
	char key[2 * HASH_LEN + 1];

	for (size_t i = 0; i < HASH_LEN; i++)
		snprintf(key + 2 * i, 3, "%02x", digest[i]);
	return table_get(w, T_RECEIPT, key);
}

enum outcome
store_receipt_get(struct store *s, const struct list *l, struct receipt *r, struct err *e)
{
	const struct receipt *found;
	enum outcome o = fake_enter(s, "store_receipt_get", ANYWHERE, e);

	(void)l;
	if (o != OK)
		return o;
	found = table_see(s, T_RECEIPT, receipt_rec(s->w, r->digest));
	r->version = 0;
	if (found)
		*r = *found;
	return OK;
}

enum outcome
store_receipt_add(struct store *s, const struct list *l, const struct receipt *r, struct err *e)
{
	struct rec *rec = receipt_rec(s->w, r->digest);
	const struct receipt *old = table_latest(rec);
	struct receipt *copy;
	enum outcome o = fake_enter(s, "store_receipt_add", INSIDE, e);

	(void)l;
	if (o != OK)
		return o;
	if (rec->by && rec->by != s)
		return fake_retry(s, e);
	if (old && (old->id != r->id || old->version >= r->version))
		return err_set(e, E_CONFLICT, "The receipt is there.");
	copy = ARENA_NEW(&s->w->mem, struct receipt);
	*copy = *r;
	return fake_put(s, rec, copy, e);
}

/* ---- answers ---- */

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
		p->item = copy_item(s->a, item);
		if (p->has_row)
			fake_row(s, item->key, &p->row);
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
	found = see_item(s, id);
	*item = found ? copy_item(s->a, found) : (struct item){ .id = 0 };
	*row = (struct row){ .state = ROW_ABSENT };
	if (found)
		fake_row(s, found->key, row);
	return OK;
}

/* ---- housekeeping ---- */

static bool
is_named_bad(struct store *s, const char *key)
{
	return table_see(s, T_BAD, table_find(s->w, T_BAD, key)) != NULL;
}

static bool
row_differs(struct store *s, const struct src_row *row, const struct item *item)
{
	if (src_is_bad(&row->src))
		return item ? !item->is_bad : !is_named_bad(s, row->src.col[COL_CODE].t);
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
		const struct src_row *row = table_see(s, T_SOURCE, t->rec[i]);
		const struct item *item = item_of(s, str_of(t->rec[i]->key), true);
		bool is_there = row && src_in_view(&row->src);

		if (!is_there && w->fault == FAULT_SCAN_NO_DELETES)
			continue;
		if (is_there ? row_differs(s, row, item) : item || is_named_bad(s, t->rec[i]->key)) {
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
