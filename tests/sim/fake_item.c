/*
 * fake_item.c -- sync/store.h in memory: items, changes, receipts.
 */
#include <inttypes.h>
#include <stdio.h>

#include "fake_call.h"

struct item
fake_copy_item(struct arena *a, const struct item *from)
{
	struct item item = *from;

	item.key = arena_dup(a, from->key);
	item.author = arena_dup(a, from->author);
	item.editor = arena_dup(a, from->editor);
	item.history = arena_dup(a, from->history);
	item.bag = arena_dup(a, from->bag);
	item.files = arena_dup(a, from->files);
	return item;
}

const struct item *
fake_see_item(struct store *s, uint32_t id)
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
	item = fake_see_item(s, id);
	*out = item ? fake_copy_item(s->a, item) : (struct item){ .id = 0 };
	return OK;
}

/* The live item of a key, or its newest tombstone. */
const struct item *
fake_item_of(struct store *s, struct str key, bool is_live)
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
		const struct item *a = fake_item_of(s, keys[i], true), *b = fake_item_of(s, keys[i], false);

		if (a)
			(*live)[i] = fake_copy_item(s->a, a);
		if (b)
			(*lapsed)[i] = fake_copy_item(s->a, b);
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

	*copy = fake_copy_item(&s->w->mem, item);
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
store_item_rekey(struct store *s, const struct list *l, uint32_t id, struct str key, struct err *e)
{
	char text[80];
	enum outcome o = fake_enter(s, "store_item_rekey", INSIDE, e);
	const struct item *old = o == OK ? fake_see_item(s, id) : NULL;
	struct item *copy;

	(void)l;
	if (!old)
		return o;
	fake_want_lock(s, "store_item_rekey");
	copy = ARENA_NEW(&s->w->mem, struct item);
	*copy = *old;
	copy->state = ITEM_GONE_SOURCE; /* gives the old key back */
	o = claim_key(s, copy, e);
	copy->state = old->state;
	copy->key = arena_dup(&s->w->mem, key);
	if (o == OK)
		o = claim_key(s, copy, e);
	return o == OK ? fake_put(s, table_get(s->w, T_ITEM, fake_key(text, id)), copy, e) : o;
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
