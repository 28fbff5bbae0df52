/*
 * change.c -- the steps that New, Update and Delete share: lock and compare,
 * read again, number, leave a receipt, commit, show.
 */
#include "change.h"

#include "harvest.h"
#include "history.h"

static enum outcome
gone(struct change_run *r)
{
	return err_set(r->e, E_NOT_FOUND, "The item does not exist. It may have been deleted "
	    "by somebody else.");
}

static enum outcome
unshowable(struct change_run *r, const struct row *row)
{
	return err_set(r->e, E_INVALID, "The row of this item cannot be shown at present (%s). "
	    "The database administrator has to mend it.", row->reason);
}

/*
 * The current state of item id into the result. Not inside a transaction: a
 * row that is shown ahead of its number is marked, as in a difference.
 */
enum outcome
change_show_current(struct change_run *r, uint32_t id)
{
	const struct item *item = &r->out->item;
	const struct row *row = &r->out->row;
	enum outcome o = store_one(r->g->store, r->l, id, &r->out->item, &r->out->row, r->e);

	if (o != OK)
		return o;
	if (item->id == 0 || item->state != ITEM_LIVE || row->state == ROW_ABSENT)
		return gone(r);
	if (row->state == ROW_BAD)
		return unshowable(r, row);
	if (memcmp(row->print, item->print, sizeof(row->print)) != 0)
		o = store_inbox_add(r->g->store, r->l, &item->key, 1, true, r->e);
	r->out->has_item = o == OK;
	return o;
}

/* The same after a change that is known to be saved: its answer must not sound as if it were lost. */
enum outcome
change_show_saved(struct change_run *r, uint32_t id)
{
	enum outcome o = change_show_current(r, id);

	if (o == E_INVALID)
		o = err_set(r->e, E_INVALID, "Your change is saved, but its row cannot be shown at "
		    "present (%s). It comes back when the database administrator has mended "
		    "it.", r->out->row.reason);
	return o;
}

static enum outcome
conflict(struct change_run *r)
{
	enum outcome o;

	store_abort(r->g->store);
	o = change_show_current(r, r->c->id);
	if (o != OK)
		return o;
	return err_set(r->e, E_CONFLICT, "The item was changed by somebody else since you last "
	    "saw it (you had version %u, it is now version %u). Your change was not saved.",
	    r->c->expected, r->out->item.version);
}

/* The row is not what the item remembers: number that first, then look again. */
enum outcome
change_catch_up(struct change_run *r)
{
	enum outcome o;

	store_abort(r->g->store);
	o = harvest_key(r->g, r->l, r->item.key, r->e);
	return o == OK ? E_RETRY : o;
}

/* The row as it stands now, inside the transaction; announced[] are this key's inbox rows. */
enum outcome
change_reread(struct change_run *r, struct str key, struct inbox_row **announced, size_t *n)
{
	struct row *row;
	/* Inbox first, then the row: what arrives in between keeps its announcement. */
	enum outcome o = store_inbox_of(r->g->store, r->l, key, announced, n, r->e);

	/* A mark says: this version was shown with other values. The client saw those, perhaps. */
	for (size_t i = 0; o == OK && r->c->expected && i < *n; i++)
		if ((*announced)[i].is_changed)
			return change_catch_up(r);
	if (o == OK)
		o = store_rows(r->g->store, r->l, &key, 1, &row, r->e);
	if (o == OK)
		r->row = *row;
	return o;
}

/* Changed meanwhile, it may have no such instance any more, and harvest may have purged already. */
static enum outcome
check_series(struct change_run *r)
{
	struct item now;
	enum outcome o;

	if (!r->series)
		return OK;
	o = store_item(r->g->store, r->l, r->series, &now, r->e);
	if (o != OK)
		return o;
	return now.state == ITEM_LIVE && now.version == r->series_version ? OK : E_RETRY;
}

enum outcome
change_lock_list(struct change_run *r)
{
	enum outcome o;

	if (r->g->hook)
		r->g->hook(r->g->env, HOOK_APPLY_WRITTEN);
	o = store_lock(r->g->store, r->l, &r->st, r->e);
	if (o == OK)
		o = harvest_current(r->g, r->l, &r->st, r->e);
	return o == OK ? check_series(r) : o;
}

/* Under the list's lock: is the item still the one that was compared? */
enum outcome
change_check_unmoved(struct change_run *r)
{
	struct item now;
	enum outcome o = store_item(r->g->store, r->l, r->item.id, &now, r->e);

	if (o != OK)
		return o;
	if (now.state != r->item.state || now.version != r->item.version ||
	    now.is_bad != r->item.is_bad || !str_eq(now.bag, r->item.bag) ||
	    !str_eq(now.files, r->item.files) ||
	    memcmp(now.print, r->item.print, sizeof(now.print)) != 0)
		return E_RETRY;
	r->item = now;
	return OK;
}

/* The item fits among the others, and what the kind keeps with the item of a row. */
static enum outcome
settle(struct change_run *r, struct item *item, bool is_new)
{
	const struct kind_rules *rules = kind_rules(r->l);
	bool is_inner = key_is_inner(item->key, NULL, NULL);
	const char *why = NULL;
	struct family family;
	enum outcome o = OK;

	family_open(&family, r->g, r->l);
	family.may_retry = r->c->joins_thread;
	family.made_room = is_new;
	if (rules->refuse && (is_new || !is_inner))
		o = rules->refuse(&family, is_inner ? NULL : &r->row, item, &why, r->e);
	if (o == OK && why) {
		r->out->is_taken = true;
		return err_set(r->e, E_INVALID, "%s. Nothing was saved.", why);
	}
	if (o != OK || !rules->settle || is_inner)
		return o;
	return rules->settle(&family, &r->row, item, r->e);
}

/* An inner item that goes with the one that is deleted, unless it has gone since it was found. */
static enum outcome
finish_below(struct change_run *r, uint32_t id, uint64_t ticks)
{
	struct change change = { .kind = CHANGE_DELETE, .item = id, .ticks = ticks };
	struct item item;
	enum outcome o = store_item(r->g->store, r->l, id, &item, r->e);

	if (o != OK || item.state != ITEM_LIVE)
		return o;
	change.number = ++r->st.head;
	item.state = ITEM_GONE_CLIENT;
	item.changed = change.number;
	item.modified = r->now;
	item.editor = r->who->login;
	r->st.live_n--;
	o = store_items_update(r->g->store, r->l, &item, 1, r->e);
	return o == OK ? store_changes_add(r->g->store, r->l, &change, 1, r->e) : o;
}

/* Number the change, leave the receipt, forget our own announcements, commit. */
enum outcome
change_finish(struct change_run *r, enum change_kind kind, struct item *item, bool is_new,
    const struct inbox_row *announced, size_t announced_n)
{
	struct store *s = r->g->store;
	struct change change = { .kind = kind, .item = item->id };
	struct receipt receipt = { .id = item->id, .version = item->version };
	enum outcome o = OK;

	change.ticks = harvest_ticks(r->g, &r->st, &r->now);
	if (kind == CHANGE_ITEM)
		o = settle(r, item, is_new);
	for (size_t i = 0; o == OK && i < r->below.inner_n; i++)
		o = finish_below(r, r->below.inner[i].id, change.ticks);
	if (o == OK && r->owner.id)
		o = store_items_update(s, r->l, &r->owner, 1, r->e);
	if (o != OK)
		return o;
	change.number = ++r->st.head;
	r->st.head_ticks = change.ticks;
	r->st.modified = r->now;
	item->changed = change.number;
	item->modified = r->now;
	item->editor = r->who->login;
	if (is_new) {
		item->created = r->now;
		item->author = r->who->login;
	}
	if (kind == CHANGE_DELETE)
		r->st.deleted = r->now;
	memcpy(receipt.digest, r->digest, sizeof(receipt.digest));
	receipt.at = r->now;
	o = is_new ? store_items_insert(s, r->l, item, 1, r->e)
		   : store_items_update(s, r->l, item, 1, r->e);
	if (o == OK && is_new && r->c->ref.n)
		o = store_ref_add(s, r->l, r->who->login, r->c->ref, item->id, r->e);
	if (o == OK)
		o = store_changes_add(s, r->l, &change, 1, r->e);
	if (o == OK)
		o = store_receipt_add(s, r->l, &receipt, r->e);
	if (o == E_CONFLICT && !is_new)
		o = E_RETRY; /* the same change at the same moment: look at what it made */
	if (o == OK)
		o = store_save(s, r->l, &r->st, r->e);
	if (o == OK && announced_n)
		o = store_inbox_delete(s, r->l, announced, announced_n, r->e);
	if (o == OK)
		o = store_commit(s, r->e);
	if (o == OK && r->g->hook)
		r->g->hook(r->g->env, HOOK_APPLY_COMMITTED);
	return o;
}

enum outcome
change_announce(struct change_run *r, const struct row *before, const struct item *item)
{
	const struct kind_rules *rules = kind_rules(r->l);
	struct str key = r->item.key;
	bool follows = item ? rules->moves && rules->moves(r, before, item) : rules->keeps != NULL;

	return follows ? store_inbox_add(r->g->store, r->l, &key, 1, false, r->e) : OK;
}

enum outcome
change_by_kind(struct change_run *r, const struct item *item)
{
	const struct kind_rules *rules = kind_rules(r->l);
	const struct command_request *said = r->c;
	enum outcome o = rules->check ? rules->check(r, item) : OK;

	if (o == OK && rules->translate)
		o = rules->translate(r, item);
	return o == OK && r->c != said ? change_check(r) : o;
}

/* Equal values are no change: version and log stay, only what is quiet is kept. */
enum outcome
change_update_quietly(struct change_run *r, struct str bag)
{
	struct item item;
	struct str history = change_sent_history(r);
	enum outcome o;

	if (!history.p || str_eq(history, r->item.history))
		history = r->item.history;
	if (str_eq(history, r->item.history) && str_eq(bag, r->item.bag)) {
		store_abort(r->g->store);
		change_show(r, &r->item);
		return OK;
	}
	o = change_lock_list(r);
	if (o == OK)
		o = change_check_unmoved(r);
	if (o != OK)
		return o;
	item = r->item;
	item.history = history;
	item.bag = bag;
	o = store_items_update(r->g->store, r->l, &item, 1, r->e);
	if (o == OK)
		o = change_announce(r, &r->row, &item);
	if (o == OK)
		o = store_save(r->g->store, r->l, &r->st, r->e);
	if (o == OK)
		o = store_commit(r->g->store, r->e);
	if (o == OK)
		change_show(r, &item);
	return o;
}

void
change_show(struct change_run *r, const struct item *item)
{
	r->out->item = *item;
	r->out->row = r->row;
	r->out->has_item = true;
}

/* This very change was applied before and the item still is what it made. */
enum outcome
change_find_receipt(struct change_run *r, const struct item *item, bool *found)
{
	struct receipt receipt = { .version = 0 };
	enum outcome o;

	memcpy(receipt.digest, r->digest, sizeof(receipt.digest));
	o = store_receipt_get(r->g->store, r->l, &receipt, r->e);
	*found = receipt.version && (!item || (receipt.id == item->id &&
	    receipt.version == item->version));
	if (o == OK && *found && !item)
		r->item.id = receipt.id;
	return o;
}

/* The version that the client saw is the item's, or this very change made it. */
static enum outcome
compare(struct change_run *r, bool *done)
{
	uint32_t expected = r->c->expected;
	enum outcome o;

	if (expected == r->item.version)
		return OK;
	if (r->c->command != COMMAND_DELETE) {
		o = change_find_receipt(r, &r->item, done);
		if (o != OK || *done) {
			store_abort(r->g->store);
			return o == OK ? change_show_saved(r, r->c->id) : o;
		}
	}
	return expected == 0 ? OK : conflict(r);
}

/* A bad item whose row is good by itself does not fit among the others; looking again would not help. */
static enum outcome
judge(struct change_run *r)
{
	const struct kind_rules *rules = kind_rules(r->l);
	const char *why = NULL;
	struct family family;
	enum outcome o;

	if (!rules->refuse || !r->item.is_bad || r->row.state != ROW_GOOD)
		return OK;
	family_open(&family, r->g, r->l);
	o = rules->refuse(&family, &r->row, &r->item, &why, r->e);
	if (o == OK && why) {
		r->row.state = ROW_BAD;
		r->row.reason = why;
	}
	return o;
}

/*
 * The item and its row, locked, and equal to what the client saw. An item that
 * was changed between the two reads shows by its row, or under the list's lock
 * (check_unmoved). E_RETRY: something was numbered first. *done: a replay; the result is filled.
 */
enum outcome
change_lock_compared(struct change_run *r, bool *done)
{
	const struct kind_rules *rules = kind_rules(r->l);
	struct store *s = r->g->store;
	enum outcome o;

	*done = false;
	o = store_item(s, r->l, r->c->id, &r->item, r->e);
	if (o != OK)
		return o;
	if (r->item.id == 0 || r->item.state != ITEM_LIVE)
		return gone(r);
	if (rules->is_fixed && rules->is_fixed(&r->item))
		return err_set(r->e, E_DENIED, "This item follows from a rule of the database "
		    "that cannot be changed here. Ask the database administrator.");
	if (key_is_inner(r->item.key, NULL, NULL))
		return compare(r, done);
	o = store_row_lock(s, r->l, r->item.key, &r->row, r->e);
	if (o != OK)
		return o;
	o = judge(r);
	if (o != OK)
		return o;
	if (r->row.state == ROW_ABSENT ||
	    (r->row.state == ROW_GOOD && (r->item.is_bad ||
	    memcmp(r->row.print, r->item.print, sizeof(r->row.print)) != 0)))
		return change_catch_up(r);
	return r->row.state == ROW_BAD ? unshowable(r, &r->row) : compare(r, done);
}
