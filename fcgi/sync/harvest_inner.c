/*
 * harvest_inner.c -- items without a row of their own follow the rows that imply
 * them: made, changed and removed in the transaction that numbers the row.
 */
#include "batch.h"

#include "bag.h"

/* ---- what rules may ask ---- */

static const struct item *
find_item(const struct items *of, struct str key)
{
	/* the newest first: it is what most asks are for */
	for (size_t i = of->n; i-- > 0;)
		if (of->item[i].state == ITEM_LIVE && str_eq(of->item[i].key, key))
			return &of->item[i];
	return NULL;
}

static bool
is_written(const struct batch *b, uint32_t id)
{
	for (size_t i = 0; i < b->update.n; i++)
		if (b->update.item[i].id == id)
			return true;
	return false;
}

static enum outcome
item_of(struct family *f, struct str key, const struct item **out, struct err *e)
{
	struct batch *b = (struct batch *)f;
	struct item *live, *lapsed;
	enum outcome o;

	*out = find_item(&b->insert, key);
	if (!*out)
		*out = find_item(&b->update, key);
	if (*out)
		return OK;
	o = store_items_of(b->g->store, b->l, &key, 1, &live, &lapsed, e);
	if (o == OK && live->id && !is_written(b, live->id))
		*out = live;
	return o;
}

static enum outcome
row_of(struct family *f, struct str key, const struct row **out, struct err *e)
{
	struct batch *b = (struct batch *)f;
	const struct str twice[] = { key, key };
	struct row *row;
	enum outcome o;

	*out = NULL;
	for (size_t i = 0; i < b->n; i++)
		if (str_eq(b->key[i], key)) {
			*out = b->row[i].state == ROW_GOOD ? &b->row[i] : NULL;
			return OK;
		}
	/* one key alone would bring the whole row, however large: this is asked for many */
	o = store_rows(b->g->store, b->l, twice, 2, &row, e);
	if (o == OK && row->state == ROW_GOOD)
		*out = row;
	return o;
}

/* How many of these have that uid; into out, unless it is NULL. */
static size_t
with_uid(const struct items *of, const struct guid *uid, struct item *out)
{
	size_t n = 0;

	for (size_t i = 0; i < of->n; i++) {
		if (of->item[i].state != ITEM_LIVE || !of->item[i].has_uid ||
		    !guid_eq(&of->item[i].uid, uid))
			continue;
		if (out)
			out[n] = of->item[i];
		n++;
	}
	return n;
}

static enum outcome
items_of(struct family *f, const struct guid *uid, struct item **out, size_t *n, struct err *e)
{
	struct batch *b = (struct batch *)f;
	struct item *stored;
	size_t stored_n;
	enum outcome o = store_items_by_uid(b->g->store, b->l, uid, &stored, &stored_n, e);

	*n = 0;
	if (o != OK)
		return o;
	/* asked for every row: not a place for each item of the batch */
	*out = ARENA_ARRAY(b->g->arena, struct item, stored_n +
	    with_uid(&b->update, uid, NULL) + with_uid(&b->insert, uid, NULL));
	for (size_t i = 0; i < stored_n; i++)
		if (!is_written(b, stored[i].id))
			(*out)[(*n)++] = stored[i];
	*n += with_uid(&b->update, uid, *out + *n);
	*n += with_uid(&b->insert, uid, *out + *n);
	return OK;
}

void
batch_family(struct batch *b)
{
	b->family = (struct family){ .g = b->g, .l = b->l, .item_of = item_of, .row_of = row_of,
		.items_of = items_of, .is_first = !b->st.is_ready };
}

/* ---- following ---- */

static void
make(struct batch *b, const struct inner *want)
{
	struct item *item = batch_new(b, want->key);

	item->bag = want->bag;
	item->has_uid = want->has_uid;
	item->uid = want->uid;
	item->place = want->place;
	batch_number(b, CHANGE_ITEM, item);
}

/* It must say what the row implies now; what else it says stays. */
static enum outcome
agree(struct batch *b, const struct item *have, const struct inner *want, struct err *e)
{
	struct property *edit;
	struct property p;
	struct item *item;
	size_t at = 0, n = 0;
	bool changed;
	struct str bag;

	while (bag_next(want->bag, &at, &p))
		n++;
	edit = ARENA_ARRAY(b->g->arena, struct property, n);
	for (at = 0, n = 0; bag_next(want->bag, &at, &edit[n]); n++)
		edit[n].is_quiet = edit[n].name.n && edit[n].name.p[0] == ':';
	bag = bag_merge(b->g->arena, have->bag, edit, n, &changed);
	if (str_eq(bag, have->bag))
		return OK;
	if (bag.n > LIMIT_BAG_BYTES)
		return err_set(e, E_LIMIT, "The properties of item %u are larger than %d bytes.",
		    have->id, LIMIT_BAG_BYTES);
	item = batch_update(b, have);
	item->bag = bag;
	item->has_uid = want->has_uid;
	item->uid = want->uid;
	item->place = want->place;
	if (!changed)
		return OK;
	batch_raise(b, item);
	batch_number(b, CHANGE_ITEM, item);
	return OK;
}

static const struct item *
among(const struct item *have, size_t n, struct str key)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(have[i].key, key))
			return &have[i];
	return NULL;
}

static enum outcome
follow_wanted(struct batch *b, const struct inner *want, const struct item *have, size_t have_n,
    struct str owner, struct err *e)
{
	const struct item *it = among(have, have_n, want->key);
	struct str hangs_on;
	enum outcome o = OK;

	/* on no row (a folder): another row may have asked for it, in this batch or before */
	if (!it && key_is_inner(want->key, &hangs_on, NULL) && !str_eq(hangs_on, owner))
		o = item_of(&b->family, want->key, &it, e);
	if (o != OK)
		return o;
	if (it)
		return agree(b, it, want, e);
	make(b, want);
	return OK;
}

enum outcome
batch_adopt(struct batch *b, const struct row *row, const struct item *item, struct err *e)
{
	const struct kind_rules *rules = kind_rules(b->l);
	struct item *stray = NULL, *now;
	size_t n = 0;
	enum outcome o = OK;

	if (rules->adopt && item->id && !b->family.is_first)
		o = rules->adopt(&b->family, row, item, &stray, &n, e);
	for (size_t i = 0; o == OK && i < n; i++) {
		if (stray[i].state != ITEM_LIVE) {
			stray[i].state = ITEM_LIVE;
			batch_gone(b, &stray[i]);
			continue;
		}
		now = batch_update(b, &stray[i]);
		batch_raise(b, now);
		batch_number(b, CHANGE_ITEM, now);
		o = store_item_rekey(b->g->store, b->l, now->id, now->key, e);
	}
	return o;
}

enum outcome
batch_follow(struct batch *b, const struct row *row, const struct item *item, struct str owner,
    enum follow how, struct err *e)
{
	const struct kind_rules *rules = kind_rules(b->l);
	struct inner *want = NULL;
	struct item *have = NULL;
	size_t want_n = 0, have_n = 0;
	enum outcome o = OK;

	if (rules->keeps && how != FOLLOW_FIRST)
		o = store_inner(b->g->store, b->l, owner, &have, &have_n, e);
	if (o == OK && rules->want && item)
		o = rules->want(&b->family, row, item, &want, &want_n, e);
	for (size_t i = 0; o == OK && i < want_n; i++)
		o = follow_wanted(b, &want[i], have, have_n, owner, e);
	for (size_t i = 0; o == OK && i < have_n; i++) {
		bool is_wanted = false;

		for (size_t k = 0; !is_wanted && k < want_n; k++)
			is_wanted = str_eq(want[k].key, have[i].key);
		if (!is_wanted && (how == FOLLOW_AGAIN ||
		    !rules->keeps(&b->family, row, item, &have[i])))
			batch_gone(b, &have[i]);
	}
	return o == OK && item && how != FOLLOW_FIRST ? batch_adopt(b, row, item, e) : o;
}
