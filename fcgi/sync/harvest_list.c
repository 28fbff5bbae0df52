/*
 * harvest_list.c -- what happens to a list as a whole: scans, its definition,
 * the first numbering, a restored database.
 */
#include "harvest.h"

#include "log.h"

#define RESTORED_ID_GAP 1000000
#define RESTORED_VERSION_GAP 1000

static bool
is_current(const struct list *l, const struct list_state *st)
{
	return memcmp(l->definition, st->definition, sizeof(st->definition)) == 0;
}

enum outcome
harvest_current(struct engine *g, const struct list *l, const struct list_state *st,
    struct err *e)
{
	if (is_current(l, st))
		return OK;
	store_suspect(g->store, l);
	return err_set(e, st->is_ready ? E_RETRY : E_UNAVAILABLE, st->is_ready
	    ? "The list \"%s\" is taking up a changed definition. Try again in a moment."
	    : "The list \"%s\" is being prepared. Try again in a minute.", l->title);
}

enum outcome
harvest_scan_if_due(struct engine *g, const struct list *l, bool force, struct err *e)
{
	struct list_state st;
	uint64_t found = 0;
	int64_t now;
	long ns;
	enum outcome o;

	if (!force) {
		o = store_peek(g->store, l, 0, &st, e);
		g->now(g->env, &now, &ns);
		if (o != OK || now - st.scanned < l->scan_every_s)
			return o;
	}
	o = store_scan(g->store, l, &found, e);
	if (o == OK && found)
		log_trace("list=%s scan found=%llu", l->name, (unsigned long long)found);
	return o;
}

/* A change of the list itself, under its lock: fn edits the state. */
typedef enum outcome edit_list(struct engine *g, const struct list *l, struct list_state *st,
    struct err *e);

static enum outcome
try_edit(struct engine *g, const struct list *l, edit_list *fn, struct err *e)
{
	struct list_state st;
	enum outcome o = store_begin(g->store, e);

	if (o == OK)
		o = store_lock(g->store, l, &st, e);
	if (o == OK)
		o = fn(g, l, &st, e);
	if (o == OK)
		o = store_save(g->store, l, &st, e);
	if (o == OK)
		return store_commit(g->store, e);
	store_abort(g->store);
	return o;
}

static enum outcome
edit(struct engine *g, const struct list *l, edit_list *fn, struct err *e)
{
	enum outcome o = E_RETRY;

	for (unsigned i = 0; i < LIMIT_RETRIES && o == E_RETRY; i++)
		o = try_edit(g, l, fn, e);
	return o;
}

static enum outcome
add_change(struct engine *g, const struct list *l, struct list_state *st, enum change_kind kind,
    struct err *e)
{
	struct change c = { .kind = kind };

	st->head_ticks = c.ticks = harvest_ticks(g, st, &st->modified);
	c.number = ++st->head;
	return store_changes_add(g->store, l, &c, 1, e);
}

static enum outcome
take_definition(struct engine *g, const struct list *l, struct list_state *st, struct err *e)
{
	static const unsigned char none[sizeof(st->definition)];
	bool is_first = memcmp(st->definition, none, sizeof(none)) == 0;
	enum outcome o = OK;

	if (memcmp(st->definition, l->definition, sizeof(st->definition)) == 0)
		return OK; /* another process was faster */
	memcpy(st->definition, l->definition, sizeof(st->definition));
	if (!is_first) {
		o = add_change(g, l, st, CHANGE_SCHEMA, e);
		st->schema_change = st->head;
		st->schema_version++;
	}
	return o;
}

enum outcome
harvest_definition(struct engine *g, const struct list *l, struct err *e)
{
	struct list_state st;
	enum outcome o = store_peek(g->store, l, 0, &st, e);

	if (o != OK || is_current(l, &st))
		return o;
	o = edit(g, l, take_definition, e);
	if (o == OK)
		o = harvest_scan_if_due(g, l, true, e);
	return o;
}

static enum outcome
say_ready(struct engine *g, const struct list *l, struct list_state *st, struct err *e)
{
	(void)g;
	(void)l;
	(void)e;
	st->is_ready = true;
	return OK;
}

enum outcome
harvest_prepare(struct engine *g, const struct list *l, struct err *e)
{
	struct list_state st;
	bool left = true;
	enum outcome o = harvest_definition(g, l, e);

	if (o == OK)
		o = store_peek(g->store, l, 0, &st, e);
	if (o != OK || st.is_ready)
		return o;
	o = harvest_scan_if_due(g, l, true, e);
	while (o == OK && left)
		o = harvest_all(g, l, LIMIT_HARVEST_ROWS, &left, e);
	return o == OK ? edit(g, l, say_ready, e) : o;
}

static enum outcome
open_incarnation(struct engine *g, const struct list *l, struct list_state *st, struct err *e)
{
	enum outcome o = store_restored(g->store, l, RESTORED_VERSION_GAP, e);

	st->incarnation++;
	st->next_id += RESTORED_ID_GAP;
	return o == OK ? add_change(g, l, st, CHANGE_START, e) : o;
}

enum outcome
harvest_restored(struct engine *g, const struct list *l, struct err *e)
{
	enum outcome o = edit(g, l, open_incarnation, e);

	return o == OK ? harvest_scan_if_due(g, l, true, e) : o;
}
