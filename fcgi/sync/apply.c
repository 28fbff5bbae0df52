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
#include "apply.h"

#include "harvest.h"
#include "history.h"
#include "utf8.h"

#define RETRY_PAUSE_MS 10
#define RETRY_S 10  /* no new try after that: each may have waited for a lock */

struct change_run {
	struct engine *g;
	const struct list *l;
	const struct principal *who;
	const struct command_request *c;
	struct command_result *out;
	struct err *e;             /* = &out->err */
	unsigned char digest[HASH_LEN];
	struct list_state st;
	int64_t now;
	bool was_uncertain;        /* a COMMIT was lost: it may still come true, late */
	struct item item;          /* as compared */
	struct row row;            /* as compared, then as written */
};

static const unsigned command_right[] = {
	[COMMAND_NEW] = RIGHT_INSERT,
	[COMMAND_UPDATE] = RIGHT_UPDATE,
	[COMMAND_DELETE] = RIGHT_DELETE,
};

/* ---- the digest of a change ---- */

static void
digest_str(struct hash *h, struct str s)
{
	uint64_t n = s.p ? s.n : UINT64_MAX;

	hash_add(h, &n, sizeof(n));
	if (s.p)
		hash_add(h, s.p, s.n);
}

/* What makes two uploads the same upload: who, where, which, expecting what, saying what. */
static void
digest(struct change_run *r)
{
	struct hash *h = r->g->hash;
	const struct command_request *c = r->c;
	uint64_t head[] = { c->command, c->id, c->expected, c->cell_n, c->property_n };
	unsigned char chance[16];

	hash_start(h);
	hash_add(h, head, sizeof(head));
	hash_add(h, r->l->id.b, sizeof(r->l->id.b));
	digest_str(h, r->who->login);
	digest_str(h, c->ref);
	digest_str(h, c->history);
	for (size_t i = 0; i < c->cell_n; i++) {
		digest_str(h, str_of(field_info(r->l->column[c->cell[i].column].field)->name));
		digest_str(h, c->cell[i].value);
	}
	for (size_t i = 0; i < c->property_n; i++) {
		digest_str(h, c->property[i].name);
		digest_str(h, c->property[i].value);
	}
	if (c->command == COMMAND_NEW && c->ref.n == 0) {
		/* Two equal rows may be meant as two: only this run knows itself again. */
		r->g->random(r->g->env, chance, sizeof(chance));
		hash_add(h, chance, sizeof(chance));
	}
	hash_end(h, r->digest);
}

/* ---- values ---- */

static bool
is_empty(struct str s)
{
	return !s.p || s.n == 0;
}

/* NULL and the empty string are one value to a client. */
static bool
same_value(struct str a, struct str b)
{
	return (is_empty(a) && is_empty(b)) || str_eq(a, b);
}

/*
 * What was sent is what a client was shown of the current value: characters
 * that no answer can carry were left out there, and their absence is no change.
 */
static bool
says_nothing_new(struct change_run *r, struct str sent, struct str current)
{
	return same_value(sent, current) ||
	    (current.p && same_value(sent, utf8_xml_clean(r->g->arena, current)));
}

static const char *
cell_name(const struct change_run *r, const struct cell *cell)
{
	return field_info(r->l->column[cell->column].field)->name;
}

static enum outcome
check_cell(struct change_run *r, const struct cell *cell)
{
	const struct column *column = &r->l->column[cell->column];
	size_t n;

	if (is_empty(cell->value) || !column->max_chars || column->class != COLUMN_TEXT)
		return OK;
	n = utf8_chars(cell->value);
	if (n <= column->max_chars)
		return OK;
	return err_set(r->e, E_INVALID, "The %s has %zu characters; at most %u can be kept. "
	    "Shorten it.", cell_name(r, cell), n, column->max_chars);
}

static enum outcome
check_cells(struct change_run *r)
{
	enum outcome o = OK;

	for (size_t i = 0; o == OK && i < r->c->cell_n; i++)
		o = check_cell(r, &r->c->cell[i]);
	return o;
}

/* The cells whose value differs from the row's, in the form to be written. */
static struct cell *
differing_cells(struct change_run *r, size_t *n)
{
	struct cell *out = ARENA_ARRAY(r->g->arena, struct cell, r->c->cell_n);

	*n = 0;
	for (size_t i = 0; i < r->c->cell_n; i++) {
		struct cell cell = r->c->cell[i];

		if (says_nothing_new(r, cell.value, r->row.value[cell.column]))
			continue;
		if (is_empty(cell.value))
			cell.value = r->l->column[cell.column].is_nullable ? STR_NULL : STR("");
		out[(*n)++] = cell;
	}
	return out;
}

static struct str
without_blanks_behind(struct str s)
{
	while (s.n && s.p[s.n - 1] == ' ')
		s.n--;
	return s;
}

/*
 * A sent value that is still the old one was dropped by the view: never call that success.
 * Blanks at the end are another thing: there are columns that keep none.
 */
static enum outcome
check_written(struct change_run *r, const struct row *before, const struct cell *cell, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct str old = before ? before->value[cell[i].column] : STR_NULL;

		if (same_value(without_blanks_behind(cell[i].value), old) ||
		    same_value(cell[i].value, old) ||
		    !same_value(r->row.value[cell[i].column], old))
			continue;
		return err_set(r->e, E_INVALID, "The %s cannot be changed here: the database "
		    "did not take the value. Nothing was saved.", cell_name(r, &cell[i]));
	}
	return OK;
}

/* ---- pieces that the commands share ---- */

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
static enum outcome
show_current(struct change_run *r, uint32_t id)
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
static enum outcome
show_saved(struct change_run *r, uint32_t id)
{
	enum outcome o = show_current(r, id);

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
	o = show_current(r, r->c->id);
	if (o != OK)
		return o;
	return err_set(r->e, E_CONFLICT, "The item was changed by somebody else since you last "
	    "saw it (you had version %u, it is now version %u). Your change was not saved.",
	    r->c->expected, r->out->item.version);
}

/* The row is not what the item remembers: number that first, then look again. */
static enum outcome
catch_up(struct change_run *r)
{
	enum outcome o;

	store_abort(r->g->store);
	o = harvest_key(r->g, r->l, r->item.key, r->e);
	return o == OK ? E_RETRY : o;
}

/* The row as it stands now, inside the transaction; announced[] are this key's inbox rows. */
static enum outcome
reread(struct change_run *r, struct str key, struct inbox_row **announced, size_t *n)
{
	struct row *row;
	/* Inbox first, then the row: what arrives in between keeps its announcement. */
	enum outcome o = store_inbox_of(r->g->store, r->l, key, announced, n, r->e);

	/* A mark says: this version was shown with other values. The client saw those, perhaps. */
	for (size_t i = 0; o == OK && r->c->expected && i < *n; i++)
		if ((*announced)[i].is_changed)
			return catch_up(r);
	if (o == OK)
		o = store_rows(r->g->store, r->l, &key, 1, &row, r->e);
	if (o == OK)
		r->row = *row;
	return o;
}

static enum outcome
lock_list(struct change_run *r)
{
	enum outcome o;

	if (r->g->hook)
		r->g->hook(r->g->env, HOOK_APPLY_WRITTEN);
	o = store_lock(r->g->store, r->l, &r->st, r->e);
	if (o == OK)
		o = harvest_current(r->g, r->l, &r->st, r->e);
	return o;
}

/* Under the list's lock: is the item still the one that was compared? */
static enum outcome
check_unmoved(struct change_run *r)
{
	struct item now;
	enum outcome o = store_item(r->g->store, r->l, r->item.id, &now, r->e);

	if (o != OK)
		return o;
	if (now.state != r->item.state || now.version != r->item.version ||
	    now.is_bad != r->item.is_bad || !str_eq(now.bag, r->item.bag) ||
	    memcmp(now.print, r->item.print, sizeof(now.print)) != 0)
		return E_RETRY;
	r->item = now;
	return OK;
}

/* Number the change, leave the receipt, forget our own announcements, commit. */
static enum outcome
finish(struct change_run *r, enum change_kind kind, struct item *item, bool is_new,
    const struct inbox_row *announced, size_t announced_n)
{
	struct store *s = r->g->store;
	struct change change = { .kind = kind, .item = item->id };
	struct receipt receipt = { .id = item->id, .version = item->version };
	enum outcome o;

	change.ticks = harvest_ticks(r->g, &r->st, &r->now);
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

static void
show(struct change_run *r, const struct item *item)
{
	r->out->item = *item;
	r->out->row = r->row;
	r->out->has_item = true;
}

static struct str
sent_history(const struct change_run *r)
{
	return r->c->history.p && history_valid(r->c->history) ? r->c->history : STR_NULL;
}

/* This very change was applied before and the item still is what it made. */
static enum outcome
find_receipt(struct change_run *r, const struct item *item, bool *found)
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

/*
 * The item and its row, locked, and equal to what the client saw. An item that
 * was changed between the two reads shows by its row, or under the list's lock
 * (check_unmoved). E_RETRY: something was numbered first. *done: a replay; the result is filled.
 */
static enum outcome
lock_compared(struct change_run *r, bool *done)
{
	struct store *s = r->g->store;
	uint32_t expected = r->c->expected;
	enum outcome o;

	*done = false;
	o = store_item(s, r->l, r->c->id, &r->item, r->e);
	if (o != OK)
		return o;
	if (r->item.id == 0 || r->item.state != ITEM_LIVE)
		return gone(r);
	o = store_row_lock(s, r->l, r->item.key, &r->row, r->e);
	if (o != OK)
		return o;
	if (r->row.state == ROW_ABSENT ||
	    (r->row.state == ROW_GOOD && (r->item.is_bad ||
	    memcmp(r->row.print, r->item.print, sizeof(r->row.print)) != 0)))
		return catch_up(r);
	if (r->row.state == ROW_BAD)
		return unshowable(r, &r->row);
	if (expected == r->item.version)
		return OK;
	if (r->c->command != COMMAND_DELETE) {
		o = find_receipt(r, &r->item, done);
		if (o != OK || *done) {
			store_abort(s);
			return o == OK ? show_saved(r, r->c->id) : o;
		}
	}
	return expected == 0 ? OK : conflict(r);
}

/* ---- the commands ---- */

/* Equal values are no change: version and log stay, only what is quiet is kept. */
static enum outcome
update_quietly(struct change_run *r, struct str bag)
{
	struct item item;
	struct str history = sent_history(r);
	enum outcome o;

	if (!history.p || str_eq(history, r->item.history))
		history = r->item.history;
	if (str_eq(history, r->item.history) && str_eq(bag, r->item.bag)) {
		store_abort(r->g->store);
		show(r, &r->item);
		return OK;
	}
	o = lock_list(r);
	if (o == OK)
		o = check_unmoved(r);
	if (o != OK)
		return o;
	item = r->item;
	item.history = history;
	item.bag = bag;
	o = store_items_update(r->g->store, r->l, &item, 1, r->e);
	if (o == OK)
		o = store_save(r->g->store, r->l, &r->st, r->e);
	if (o == OK)
		o = store_commit(r->g->store, r->e);
	if (o == OK)
		show(r, &item);
	return o;
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
		o = reread(r, r->item.key, announced, announced_n);
	if (o != OK)
		return o;
	if (r->row.state == ROW_ABSENT)
		return err_set(r->e, E_INVALID, "With these values the item would no longer "
		    "belong to this list. Nothing was saved.");
	if (r->row.state == ROW_BAD)
		return err_set(r->e, E_INVALID, "The database made of these values a row that "
		    "cannot be shown (%s). Nothing was saved.", r->row.reason);
	return check_written(r, &before, cell, n);
}

static enum outcome
try_update(struct change_run *r)
{
	struct inbox_row *announced = NULL;
	size_t n, announced_n = 0;
	struct cell *cell;
	struct str bag, history;
	unsigned char before[HASH_LEN];
	bool done, bag_changed;
	struct item item;
	enum outcome o = lock_compared(r, &done);

	if (o != OK || done)
		return o;
	bag = bag_merge(r->g->arena, r->item.bag, r->c->property, r->c->property_n, &bag_changed);
	if (bag.n > LIMIT_BAG_BYTES)
		return err_set(r->e, E_LIMIT, "The properties of this item would take %zu bytes; "
		    "at most %d can be kept.", bag.n, LIMIT_BAG_BYTES);
	cell = differing_cells(r, &n);
	if (n == 0 && !bag_changed)
		return update_quietly(r, bag);
	memcpy(before, r->row.print, sizeof(before));
	if (n)
		o = write_row(r, cell, n, &announced, &announced_n);
	/* blanks at the end, say, which the column does not keep */
	if (o == OK && !bag_changed && memcmp(before, r->row.print, sizeof(before)) == 0)
		return update_quietly(r, bag);
	if (o == OK)
		o = lock_list(r);
	if (o == OK)
		o = check_unmoved(r);
	if (o != OK)
		return o;
	item = r->item;
	history = sent_history(r);
	item.history = history.p ? history
	    : history_bump(r->g->arena, item.history, &r->l->id, item.version);
	item.version++;
	item.bag = bag;
	memcpy(item.print, r->row.print, sizeof(item.print));
	o = finish(r, CHANGE_ITEM, &item, false, announced, announced_n);
	if (o == OK)
		show(r, &item);
	return o;
}

static enum outcome
try_delete(struct change_run *r)
{
	struct inbox_row *announced = NULL;
	size_t announced_n = 0;
	bool done;
	struct item item;
	enum outcome o = lock_compared(r, &done);

	if (o != OK || done)
		return o;
	o = store_row_delete(r->g->store, r->l, r->item.key, r->e);
	if (o == OK)
		o = reread(r, r->item.key, &announced, &announced_n);
	if (o != OK)
		return o;
	if (r->row.state != ROW_ABSENT)
		return err_set(r->e, E_INVALID, "The item cannot be deleted: the database still "
		    "shows its row afterwards. Nothing was changed.");
	o = lock_list(r);
	if (o == OK)
		o = check_unmoved(r);
	if (o != OK)
		return o;
	item = r->item;
	item.state = ITEM_GONE_CLIENT;
	r->st.live_n--;
	return finish(r, CHANGE_DELETE, &item, false, announced, announced_n);
}

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

static enum outcome
try_insert(struct change_run *r)
{
	struct store *s = r->g->store;
	struct inbox_row *announced = NULL;
	size_t announced_n = 0;
	struct str key, history = sent_history(r);
	unsigned char chance[16];
	bool changed;
	struct item item = { .version = 1, .state = ITEM_LIVE };
	enum outcome o = store_row_insert(s, r->l, r->c->cell, r->c->cell_n, &key, r->e);

	if (o == E_INVALID && r->c->ref.n)
		return refused_or_late(r);
	if (o == OK)
		o = reread(r, key, &announced, &announced_n);
	if (o != OK)
		return o;
	if (r->row.state != ROW_GOOD)
		return err_set(r->e, E_INVALID, "The new item would not appear in this list%s%s. "
		    "Nothing was saved.", r->row.state == ROW_BAD ? ": " : "",
		    r->row.state == ROW_BAD ? r->row.reason : "");
	o = check_written(r, NULL, r->c->cell, r->c->cell_n);
	if (o == OK)
		o = lock_list(r);
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
	o = finish(r, CHANGE_ITEM, &item, true, announced, announced_n);
	if (o == OK)
		show(r, &item);
	/* The reference was taken meanwhile (the same New twice at once), or an item still
	 * claims the key of a row that has gone: number that, then look again. */
	return o == E_CONFLICT ? catch_up(r) : o;
}

/* Do all values that were sent stand in this item already? */
static bool
says_the_same(struct change_run *r, const struct item *item, const struct row *row)
{
	bool changed;

	for (size_t i = 0; i < r->c->cell_n; i++)
		if (!says_nothing_new(r, r->c->cell[i].value, row->value[r->c->cell[i].column]))
			return false;
	bag_merge(r->g->arena, item->bag, r->c->property, r->c->property_n, &changed);
	return !changed;
}

/* A New whose reference is known: the first one's answer was lost, or it was edited since. */
static enum outcome
meet_again(struct change_run *r, uint32_t id)
{
	struct command_request as_update = *r->c;
	bool replayed;
	enum outcome o = find_receipt(r, NULL, &replayed);

	store_abort(r->g->store);
	if (o == OK)
		o = replayed ? show_saved(r, id) : show_current(r, id);
	if (o != OK || replayed || says_the_same(r, &r->out->item, &r->out->row))
		return o;
	r->out->has_item = false;
	as_update.command = COMMAND_UPDATE;
	as_update.id = id;
	as_update.expected = 1;
	apply_one(r->g, r->l, r->who, &as_update, r->out);
	return r->out->outcome;
}

static enum outcome
try_new(struct change_run *r)
{
	uint32_t id = 0;
	bool found = false;
	enum outcome o = OK;

	if (r->c->ref.n)
		o = store_ref_get(r->g->store, r->l, r->who->login, r->c->ref, &id, r->e);
	else if (r->was_uncertain)
		o = find_receipt(r, NULL, &found);
	if (o != OK)
		return o;
	if (found)
		id = r->item.id;
	return id ? meet_again(r, id) : try_insert(r);
}

/* ---- one run ---- */

static enum outcome
try_once(struct change_run *r)
{
	static enum outcome (*const command[])(struct change_run *) = {
		[COMMAND_NEW] = try_new,
		[COMMAND_UPDATE] = try_update,
		[COMMAND_DELETE] = try_delete,
	};
	enum outcome o = store_begin(r->g->store, r->e);

	r->out->has_item = false;
	if (o == OK)
		o = command[r->c->command](r);
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
		o = find_receipt(r, NULL, &found);
	if (o != OK)
		return o;
	if (!found)
		return E_RETRY;
	o = r->c->command == COMMAND_DELETE ? OK : show_saved(r, r->item.id);
	/* Not as a refusal: the client asks once more and is told the rest then. */
	return o == E_INVALID ? err_set(r->e, E_UNAVAILABLE, "The connection to the database was "
	    "lost while your change was saved. Send it again.") : o;
}

static void
run(struct change_run *r)
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
	struct change_run r = { .g = g, .l = l, .who = who, .c = c, .out = out, .e = &out->err };

	out->has_item = false;
	out->err = (struct err){ .code = OK };
	if (!(access_rights(l, who) & command_right[c->command])) {
		out->outcome = err_set(r.e, E_DENIED, "You may not %s items in the list \"%s\".",
		    c->command == COMMAND_NEW ? "add" :
		    c->command == COMMAND_UPDATE ? "change" : "delete", l->title);
		return;
	}
	out->outcome = check_cells(&r);
	if (out->outcome != OK)
		return;
	digest(&r);
	run(&r);
}
