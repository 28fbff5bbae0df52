/*
 * change_inner.c -- changes of items that have no row of their own (kind.h), of
 * the row that such an item hangs on, and of what goes with a deleted item.
 *
 * An inner item is written under the list's lock only; where it stands for part
 * of a row (an excluded instance), that row is locked first, like any other.
 */
#include "change.h"

enum outcome
change_lock_owner(struct change_run *r, struct str key)
{
	struct item *live, *lapsed;
	struct str mine = r->item.key;
	enum outcome o = store_row_lock(r->g->store, r->l, key, &r->owner_row, r->e);

	if (o == OK)
		o = store_items_of(r->g->store, r->l, &key, 1, &live, &lapsed, r->e);
	if (o != OK)
		return o;
	if (live->id && r->owner_row.state == ROW_GOOD && !live->is_bad &&
	    memcmp(live->print, r->owner_row.print, sizeof(live->print)) == 0) {
		r->owner = *live;
		return OK;
	}
	if (!live->id && r->owner_row.state == ROW_ABSENT)
		return err_set(r->e, E_NOT_FOUND, "The item that this one belongs to does not "
		    "exist any more.");
	if (r->owner_row.state == ROW_BAD)
		return err_set(r->e, E_INVALID, "The row that this item belongs to cannot be "
		    "shown at present (%s). The database administrator has to mend it.",
		    r->owner_row.reason);
	r->item.key = key;
	o = change_catch_up(r);
	r->item.key = mine;
	return o;
}

/* Under the list's lock: the row that is written too is still the one that was locked. */
static enum outcome
check_owner(struct change_run *r)
{
	struct item now;
	enum outcome o;

	if (!r->owner.id)
		return OK;
	o = store_item(r->g->store, r->l, r->owner.id, &now, r->e);
	if (o != OK)
		return o;
	if (now.state != r->owner.state || now.version != r->owner.version || now.is_bad)
		return E_RETRY;
	now.place = r->owner.place;
	memcpy(now.print, r->owner_row.print, sizeof(now.print));
	r->owner = now;
	return OK;
}

/* The row that it hangs on is written, and harvest has not yet asked which items stay. */
static enum outcome
follow_owner(struct change_run *r)
{
	struct inbox_row *rows;
	struct str owner;
	size_t n;
	enum outcome o;

	if (!key_is_inner(r->item.key, &owner, NULL) || !owner.n)
		return OK;
	o = store_inbox_of(r->g->store, r->l, owner, &rows, &n, r->e);
	if (o != OK || n == 0)
		return o;
	r->item.key = owner;
	return change_catch_up(r);
}

/* The cells of the row that the item hangs on. Nobody is told: a client sees them as this item. */
static enum outcome
write_owner(struct change_run *r, const struct place *place)
{
	struct row before = r->owner_row, mine = r->row, *now;
	enum outcome o;

	if (!place->owner_cell_n)
		return OK;
	o = store_row_update(r->g->store, r->l, r->owner.key, place->owner_cell,
	    place->owner_cell_n, r->e);
	if (o == OK)
		o = store_rows(r->g->store, r->l, &r->owner.key, 1, &now, r->e);
	if (o != OK)
		return o;
	if (now->state != ROW_GOOD)
		return err_set(r->e, E_INVALID, "With this change the database could not show "
		    "the item that this one belongs to%s%s. Nothing was saved.",
		    now->state == ROW_BAD ? ": " : "", now->state == ROW_BAD ? now->reason : "");
	r->row = *now;
	o = change_taken(r, &before, place->owner_cell, place->owner_cell_n);
	r->row = mine;
	r->owner_row = *now;
	return o;
}

const struct property *
change_inner_properties(struct change_run *r, size_t *n)
{
	const struct command_request *c = r->c;
	struct property *out = ARENA_ARRAY(r->g->arena, struct property, c->cell_n +
	    c->property_n);
	size_t i;

	for (i = 0; i < c->cell_n; i++) {
		enum field f = r->l->column[c->cell[i].column].field;

		out[i].name = str_of(r->g->vocabulary->field_name(r->l->kind, f));
		out[i].value = c->cell[i].value.p ? c->cell[i].value : STR("");
	}
	if (c->property_n)
		memcpy(out + i, c->property, c->property_n * sizeof(*out));
	*n = i + c->property_n;
	return out;
}

/* What was sent, over what is there. */
static enum outcome
merge(struct change_run *r, struct str bag, struct str *out, bool *changed)
{
	size_t n;
	const struct property *edit = change_inner_properties(r, &n);

	*out = bag_merge(r->g->arena, bag, edit, n, changed);
	if (out->n > LIMIT_BAG_BYTES)
		return err_set(r->e, E_LIMIT, "The values of this item would take %zu bytes; at "
		    "most %d can be kept.", out->n, LIMIT_BAG_BYTES);
	return OK;
}

/* The row stands for nothing: its values are in the bag. */
static void
row_of_inner(struct change_run *r, const struct item *item)
{
	r->row = (struct row){ .state = ROW_GOOD, .key = item->key, .created = INT64_MIN,
		.modified = INT64_MIN,
		.value = ARENA_ARRAY(r->g->arena, struct str, r->l->column_n) };
	memcpy(r->row.print, item->print, sizeof(r->row.print));
}

static enum outcome
finish(struct change_run *r, enum change_kind kind, struct item *item, bool is_new)
{
	enum outcome o = change_finish(r, kind, item, is_new, NULL, 0);

	if (o != OK)
		return o;
	row_of_inner(r, item);
	if (kind != CHANGE_DELETE)
		change_show(r, item);
	return OK;
}

/* It says so already: no other version, but the client's reference is known from now on. */
static enum outcome
replace_by_same(struct change_run *r, const struct item *there)
{
	enum outcome o = store_save(r->g->store, r->l, &r->st, r->e);

	if (o == OK)
		o = store_commit(r->g->store, r->e);
	if (o != OK)
		return o;
	row_of_inner(r, there);
	change_show(r, there);
	return OK;
}

/* There is one already (two clients change one instance): the newest says how it is. */
static enum outcome
replace(struct change_run *r, const struct item *there, const struct place *place)
{
	struct str bag;
	struct item item = *there;
	struct property p, *base;
	size_t at = 0, n = 0;
	bool changed;
	enum outcome o;

	while (bag_next(place->bag, &at, &p))
		n++;
	base = ARENA_ARRAY(r->g->arena, struct property, n);
	for (at = 0, n = 0; bag_next(place->bag, &at, &base[n]); n++)
		;
	bag = bag_merge(r->g->arena, item.bag, base, n, &changed);
	o = merge(r, bag, &item.bag, &changed);
	if (o == OK && r->c->ref.n)
		o = store_ref_add(r->g->store, r->l, r->who->login, r->c->ref, item.id, r->e);
	if (o != OK)
		return o == E_CONFLICT ? E_RETRY : o;
	if (str_eq(item.bag, there->bag) && !place->owner_cell_n)
		return replace_by_same(r, there);
	if (place->has_uid) {
		item.has_uid = true;
		item.uid = place->uid;
	}
	change_raise(r, &item);
	return finish(r, CHANGE_ITEM, &item, false);
}

enum outcome
change_inner_new(struct change_run *r, const struct place *place)
{
	struct str history = change_sent_history(r);
	struct item item = { .version = 1, .state = ITEM_LIVE, .files = STR("") };
	struct item *live, *lapsed;
	unsigned char chance[16];
	bool changed;
	enum outcome o = write_owner(r, place);

	if (o == OK)
		o = change_lock_list(r);
	if (o == OK)
		o = check_owner(r);
	if (o == OK)
		o = store_items_of(r->g->store, r->l, &place->key, 1, &live, &lapsed, r->e);
	if (o != OK)
		return o;
	if (live->id && live->place == place->place)
		return replace(r, live, place);
	/* of another sort: the old one goes, for its own deletion may be on its way, too */
	if (live->id)
		r->below = (struct below){ .inner_n = 1, .inner = live };
	o = merge(r, place->bag.p ? place->bag : STR(""), &item.bag, &changed);
	if (o != OK)
		return o;
	r->g->random(r->g->env, chance, sizeof(chance));
	item.id = r->st.next_id++;
	item.guid = guid_from_random(chance);
	item.key = place->key;
	item.history = history.p ? history : STR("");
	item.has_uid = place->has_uid;
	item.uid = place->uid;
	item.place = place->place;
	r->st.live_n++;
	o = finish(r, CHANGE_ITEM, &item, true);
	return o == E_CONFLICT ? E_RETRY : o;
}

static enum outcome
ask_owner(struct change_run *r, struct place *place)
{
	const struct kind_rules *rules = kind_rules(r->l);
	enum outcome o;

	*place = (struct place){ .owner = STR_NULL };
	row_of_inner(r, &r->item);
	o = change_by_kind(r, &r->item);
	return o == OK && rules->owner ? rules->owner(r, &r->item, place) : o;
}

enum outcome
change_inner_update(struct change_run *r)
{
	struct str bag;
	struct place place;
	struct item item;
	bool changed;
	enum outcome o = follow_owner(r);

	if (o == OK)
		o = ask_owner(r, &place);
	if (o == OK)
		o = merge(r, r->item.bag, &bag, &changed);
	if (o != OK)
		return o;
	if (!changed && !place.owner_cell_n)
		return change_update_quietly(r, bag);
	o = write_owner(r, &place);
	if (o == OK)
		o = change_lock_list(r);
	if (o == OK)
		o = change_check_unmoved(r);
	if (o == OK)
		o = check_owner(r);
	if (o != OK)
		return o;
	item = r->item;
	change_raise(r, &item);
	item.bag = bag;
	if (place.has_uid) {
		item.has_uid = true;
		item.uid = place.uid;
		item.place = place.place;
	}
	return finish(r, CHANGE_ITEM, &item, false);
}

/*
 * Under the list's lock: nothing came below the item since what was there was
 * deleted; what has no row goes as it is now. What comes later is numbered later,
 * and makes its folder again.
 */
static enum outcome
check_below(struct change_run *r)
{
	const struct kind_rules *rules = kind_rules(r->l);
	struct below now = { 0 };
	enum outcome o;

	if (!rules->below)
		return OK;
	o = rules->below(r, &r->item, &r->row, &now);
	for (size_t i = 0; o == OK && i < now.key_n; i++)
		for (size_t k = 0; k < r->below.key_n; k++)
			if (str_eq(now.key[i], r->below.key[k]))
				return err_set(r->e, E_INVALID, "It cannot be deleted with what "
				    "is in it: the database still shows a row of it afterwards. "
				    "Nothing was changed.");
	r->below.inner = now.inner;
	r->below.inner_n = now.inner_n;
	return o == OK && now.key_n ? E_RETRY : o;
}

enum outcome
change_inner_delete(struct change_run *r)
{
	struct place place;
	struct item item;
	enum outcome o = ask_owner(r, &place);

	if (o == OK)
		o = write_owner(r, &place);
	if (o == OK)
		o = change_delete_below(r, &r->item);
	if (o == OK)
		o = change_lock_list(r);
	if (o == OK)
		o = change_check_unmoved(r);
	if (o == OK)
		o = check_below(r);
	if (o == OK)
		o = check_owner(r);
	if (o != OK)
		return o;
	item = r->item;
	item.state = ITEM_GONE_CLIENT;
	r->st.live_n--;
	return finish(r, CHANGE_DELETE, &item, false);
}

enum outcome
change_delete_below(struct change_run *r, const struct item *item)
{
	const struct kind_rules *rules = kind_rules(r->l);
	struct below *b = &r->below;
	enum outcome o;

	*b = (struct below){ 0 };
	if (!rules->below)
		return OK;
	o = rules->below(r, item, &r->row, b);
	for (size_t i = 0; o == OK && i < b->key_n; i++)
		o = store_row_delete(r->g->store, r->l, b->key[i], r->e);
	/* not every list has triggers that say so */
	if (o == OK && b->key_n)
		o = store_inbox_add(r->g->store, r->l, b->key, b->key_n, false, r->e);
	return o;
}
