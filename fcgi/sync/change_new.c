/*
 * change_new.c -- a New: an insert, unless the client's reference says that this
 * item was made before and only the answer was lost (design rule 8).
 */
#include "change.h"

/*
 * The new row was refused. If a value may be there only once, it may be there
 * because the same request, sent twice, was faster in another process.
 */
static enum outcome
refused_or_late(struct change_run *r)
{
	struct err refusal = *r->e;
	uint32_t id = 0;
	enum outcome o;

	store_abort(r->g->store);
	o = store_ref_get(r->g->store, r->l, r->who->login, r->c->ref, &id, r->e);
	if (o == OK && id)
		return E_RETRY;
	*r->e = refusal;
	return E_INVALID;
}

/* What was sent and, in place of it, what the place of the item says. */
static const struct cell *
cells_with(struct change_run *r, const struct place *place, size_t *n)
{
	struct cell *out = ARENA_ARRAY(r->g->arena, struct cell, *n + place->cell_n);
	size_t kept = 0;

	for (size_t i = 0; i < *n; i++) {
		bool is_replaced = false;

		for (size_t k = 0; k < place->cell_n; k++)
			is_replaced |= place->cell[k].column == r->c->cell[i].column;
		if (!is_replaced)
			out[kept++] = r->c->cell[i];
	}
	for (size_t k = 0; k < place->cell_n; k++)
		out[kept++] = place->cell[k];
	*n = kept;
	return out;
}

static enum outcome
insert_row(struct change_run *r, const struct place *place)
{
	struct store *s = r->g->store;
	struct inbox_row *announced = NULL;
	size_t announced_n = 0;
	struct str key, history = change_sent_history(r);
	unsigned char chance[16];
	bool changed;
	struct item item = { .version = 1, .state = ITEM_LIVE, .files = STR("") };
	size_t n = r->c->cell_n;
	const struct cell *cell = cells_with(r, place, &n);
	enum outcome o = store_row_insert(s, r->l, cell, n, &key, r->e);

	if (o == E_INVALID && r->c->ref.n)
		return refused_or_late(r);
	if (o == OK)
		o = change_reread(r, key, &announced, &announced_n);
	if (o != OK)
		return o;
	if (r->row.state != ROW_GOOD)
		return err_set(r->e, E_INVALID, "The new item would not appear in this list%s%s. "
		    "Nothing was saved.", r->row.state == ROW_BAD ? ": " : "",
		    r->row.state == ROW_BAD ? r->row.reason : "");
	o = change_taken(r, NULL, cell, n);
	if (o == OK)
		o = change_lock_list(r);
	if (o != OK)
		return o;
	r->g->random(r->g->env, chance, sizeof(chance));
	item.id = r->st.next_id++;
	item.guid = guid_from_random(chance);
	item.key = r->item.key = key;
	item.history = history.p ? history : STR("");
	item.bag = bag_merge(r->g->arena, STR(""), r->c->property, r->c->property_n, &changed);
	memcpy(item.print, r->row.print, sizeof(item.print));
	r->st.live_n++;
	o = change_announce(r, NULL, &item);
	if (o == OK)
		o = change_finish(r, CHANGE_ITEM, &item, true, announced, announced_n);
	if (o == OK)
		change_show(r, &item);
	/* The reference was taken meanwhile (the same New twice at once), or an item still
	 * claims the key of a row that has gone: number that, then look again. */
	return o == E_CONFLICT ? change_catch_up(r) : o;
}

static enum outcome
try_insert(struct change_run *r)
{
	const struct kind_rules *rules = kind_rules(r->l);
	struct place place = { .owner = STR_NULL, .bag = STR_NULL };
	enum outcome o = change_by_kind(r, NULL);

	if (o == OK && rules->place)
		o = rules->place(r, &place);
	if (o != OK)
		return o;
	return place.is_inner ? change_inner_new(r, &place) : insert_row(r, &place);
}

/* Do all values that were sent stand in this item already? */
static bool
says_the_same(struct change_run *r, const struct item *item, const struct row *row)
{
	bool changed;
	size_t n;

	if (key_is_inner(item->key, NULL, NULL)) {
		const struct property *said = change_inner_properties(r, &n);

		bag_merge(r->g->arena, item->bag, said, n, &changed);
		return !changed;
	}
	for (size_t i = 0; i < r->c->cell_n; i++)
		if (!change_says_nothing_new(r, r->c->cell[i].value, row->value[r->c->cell[i].column]))
			return false;
	bag_merge(r->g->arena, item->bag, r->c->property, r->c->property_n, &changed);
	return !changed;
}

/* A New whose reference is known: the first one's answer was lost, or it was edited since. */
static enum outcome
meet_again(struct change_run *r, uint32_t id)
{
	struct command_request as_update = *r->sent;
	bool replayed;
	enum outcome o = change_find_receipt(r, NULL, &replayed);

	store_abort(r->g->store);
	if (o == OK)
		o = replayed ? change_show_saved(r, id) : change_show_current(r, id);
	if (o != OK || replayed || says_the_same(r, &r->out->item, &r->out->row))
		return o;
	r->out->has_item = false;
	as_update.command = COMMAND_UPDATE;
	as_update.id = id;
	as_update.expected = 1;
	apply_one(r->g, r->l, r->who, &as_update, r->out);
	return r->out->outcome;
}

enum outcome
change_new(struct change_run *r)
{
	uint32_t id = 0;
	bool found = false;
	enum outcome o = OK;

	if (r->c->ref.n)
		o = store_ref_get(r->g->store, r->l, r->who->login, r->c->ref, &id, r->e);
	else if (r->was_uncertain)
		o = change_find_receipt(r, NULL, &found);
	if (o != OK)
		return o;
	if (found)
		id = r->item.id;
	return id ? meet_again(r, id) : try_insert(r);
}
