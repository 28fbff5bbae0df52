/*
 * apply.c -- one change by a client, one transaction.
 *
 * Order of locks: base rows by key first, the list's row last; harvest holds
 * the list's row but waits for nothing of the source, so the two cannot block
 * each other. What a business application wrote a millisecond ago is noticed
 * by the row's fingerprint, not by the version alone; what another client wrote
 * meanwhile by reading the item again under the list's lock.
 *
 * A lost answer is harmless: a New is recognised by the client's reference, any
 * change by the receipt that its transaction leaves (design rule 8).
 */
#include "change.h"

#include "kind.h"

#define RETRY_PAUSE_MS 10
#define RETRY_S 10  /* no new try after that: each may have waited for a lock */

static const unsigned command_right[] = {
	[COMMAND_NEW] = RIGHT_INSERT,
	[COMMAND_UPDATE] = RIGHT_UPDATE,
	[COMMAND_DELETE] = RIGHT_DELETE,
};

/* ---- the commands ---- */

/* The row is not there under its key any more. */
static enum outcome
row_is_lost(struct change_run *r, const struct cell *cell, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct column *c = &r->l->column[cell[i].column];

		for (size_t k = 0; k < r->l->key_n; k++)
			if (strcasecmp(c->name, r->l->key[k]) == 0)
				return err_set(r->e, E_INVALID, "\"%s\" tells this item from all "
				    "others and cannot be changed. Nothing was saved. Make a new "
				    "item instead.", column_label(c));
	}
	return err_set(r->e, E_INVALID, "With these values the item would no longer belong to "
	    "this list. Nothing was saved.");
}

/* Write the cells and read what came of it. */
static enum outcome
write_row(struct change_run *r, const struct cell *cell, size_t n,
    struct inbox_row **announced, size_t *announced_n)
{
	struct row before = r->row;
	enum outcome o;

	o = store_row_update(r->g->store, r->l, r->item.key, cell, n, r->e);
	if (o == OK)
		o = change_reread(r, r->item.key, announced, announced_n);
	if (o != OK)
		return o;
	if (r->row.state == ROW_ABSENT)
		return row_is_lost(r, cell, n);
	if (r->row.state == ROW_BAD)
		return err_set(r->e, E_INVALID, "The database made of these values a row that "
		    "cannot be shown (%s). Nothing was saved.", r->row.reason);
	return change_taken(r, &before, cell, n);
}

/*
 * Somebody has asked harvest to look which inner items the row keeps. This change
 * numbers the row, and forgets what was announced of it: it has to ask again.
 */
static enum outcome
is_asked(struct change_run *r, bool *asked)
{
	const struct kind_rules *rules = kind_rules(r->l);
	struct inbox_row *rows;
	size_t n = 0;
	enum outcome o = OK;

	if (rules->want || rules->keeps)
		o = store_inbox_of(r->g->store, r->l, r->item.key, &rows, &n, r->e);
	*asked = n > 0;
	return o;
}

static enum outcome
try_update(struct change_run *r)
{
	struct inbox_row *announced = NULL;
	size_t n, announced_n = 0;
	struct cell *cell;
	struct str bag;
	unsigned char before[HASH_LEN];
	bool done, bag_changed, asked;
	struct item item;
	struct row seen;
	enum outcome o = change_lock_compared(r, &done);

	if (o != OK || done)
		return o;
	if (key_is_inner(r->item.key, NULL, NULL))
		return change_inner_update(r);
	o = change_by_kind(r, &r->item);
	if (o != OK)
		return o;
	seen = r->row;
	bag = bag_merge(r->g->arena, r->item.bag, r->c->property, r->c->property_n, &bag_changed);
	if (bag.n > LIMIT_BAG_BYTES)
		return err_set(r->e, E_LIMIT, "The properties of this item would take %zu bytes; "
		    "at most %d can be kept.", bag.n, LIMIT_BAG_BYTES);
	cell = change_cells(r, &n);
	if (n == 0 && !bag_changed)
		return change_update_quietly(r, bag);
	memcpy(before, r->row.print, sizeof(before));
	o = is_asked(r, &asked);
	if (o == OK && n)
		o = write_row(r, cell, n, &announced, &announced_n);
	/* blanks at the end, say, which the column does not keep */
	if (o == OK && !bag_changed && memcmp(before, r->row.print, sizeof(before)) == 0)
		return change_update_quietly(r, bag);
	if (o == OK)
		o = change_lock_list(r);
	if (o == OK)
		o = change_check_unmoved(r);
	if (o != OK)
		return o;
	item = r->item;
	change_raise(r, &item);
	item.bag = bag;
	memcpy(item.print, r->row.print, sizeof(item.print));
	o = change_announce(r, &seen, &item);
	if (o == OK && asked && announced_n)
		o = store_inbox_add(r->g->store, r->l, &r->item.key, 1, false, r->e);
	if (o == OK)
		o = change_finish(r, CHANGE_ITEM, &item, false, announced, announced_n);
	if (o == OK)
		change_show(r, &item);
	return o;
}

static enum outcome
try_delete(struct change_run *r)
{
	struct inbox_row *announced = NULL;
	size_t announced_n = 0;
	bool done;
	struct item item;
	enum outcome o = change_lock_compared(r, &done);

	if (o != OK || done)
		return o;
	if (key_is_inner(r->item.key, NULL, NULL))
		return change_inner_delete(r);
	o = change_delete_below(r, &r->item);
	if (o == OK)
		o = store_row_delete(r->g->store, r->l, r->item.key, r->e);
	if (o == OK)
		o = change_reread(r, r->item.key, &announced, &announced_n);
	if (o != OK)
		return o;
	if (r->row.state != ROW_ABSENT)
		return err_set(r->e, E_INVALID, "The item cannot be deleted: the database still "
		    "shows its row afterwards. Nothing was changed.");
	o = change_lock_list(r);
	if (o == OK)
		o = change_check_unmoved(r);
	if (o != OK)
		return o;
	item = r->item;
	item.state = ITEM_GONE_CLIENT;
	r->st.live_n--;
	o = change_announce(r, &r->row, NULL);
	return o == OK ? change_finish(r, CHANGE_DELETE, &item, false, announced, announced_n) : o;
}

/* ---- one run ---- */

static enum outcome
try_once(struct change_run *r)
{
	static enum outcome (*const command[])(struct change_run *) = {
		[COMMAND_NEW] = change_new,
		[COMMAND_UPDATE] = try_update,
		[COMMAND_DELETE] = try_delete,
	};
	enum outcome o = store_begin(r->g->store, r->e);

	r->out->has_item = false;
	r->c = r->sent;
	r->item.id = r->owner.id = 0;
	r->item.key = STR("");
	r->below = (struct below){ 0 };
	r->series = 0;
	if (o == OK)
		o = r->attempt ? r->attempt(r) : command[r->c->command](r);
	if (o != OK && o != E_UNCERTAIN)
		store_abort(r->g->store);
	return o;
}

/* The connection was lost in COMMIT: find out whether it happened instead of guessing. */
static enum outcome
settle(struct change_run *r)
{
	bool found = false;
	enum outcome o = r->g->reconnect ? r->g->reconnect(r->g->env, r->e) : E_UNAVAILABLE;

	if (o == OK)
		o = change_find_receipt(r, NULL, &found);
	if (o != OK)
		return o;
	if (!found)
		return E_RETRY;
	o = r->c->command == COMMAND_DELETE ? OK : change_show_saved(r, r->item.id);
	/* Not as a refusal: the client asks once more and is told the rest then. */
	return o == E_INVALID ? err_set(r->e, E_UNAVAILABLE, "The connection to the database was "
	    "lost while your change was saved. Send it again.") : o;
}

void
change_try(struct change_run *r)
{
	enum outcome o = E_RETRY;
	int64_t began, now;
	long ns;

	r->g->now(r->g->env, &began, &ns);
	for (unsigned i = 0; i < LIMIT_RETRIES && o == E_RETRY; i++) {
		r->g->now(r->g->env, &now, &ns);
		if (now - began >= RETRY_S)
			break;
		if (i)
			r->g->pause(r->g->env, RETRY_PAUSE_MS << i);
		o = try_once(r);
		if (o == E_UNCERTAIN) {
			r->was_uncertain = true;
			o = settle(r);
		}
	}
	if (o == E_RETRY)
		o = err_set(r->e, E_UNAVAILABLE, "The list \"%s\" is busy at the moment and your "
		    "change was not saved. It will be sent again.", r->l->title);
	r->out->outcome = o;
}

void
apply_one(struct engine *g, const struct list *l, const struct principal *who,
    const struct command_request *c, struct command_result *out)
{
	struct change_run r = { .g = g, .l = l, .who = who, .c = c,
		.sent = c, .out = out, .e = &out->err };

	out->has_item = false;
	out->err = (struct err){ .code = OK };
	if (!(access_rights(l, who) & command_right[c->command])) {
		out->outcome = err_set(r.e, E_DENIED, "You may not %s items in the list \"%s\".",
		    c->command == COMMAND_NEW ? "add" :
		    c->command == COMMAND_UPDATE ? "change" : "delete", l->title);
		return;
	}
	out->outcome = change_check(&r);
	if (out->outcome != OK)
		return;
	change_digest(&r);
	change_try(&r);
}
