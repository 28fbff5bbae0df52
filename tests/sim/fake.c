/*
 * fake.c -- sync/store.h in memory: transactions, list, inbox.
 *
 * It keeps the contract that a database keeps and complains when the engine
 * breaks its own side of it: a transaction used after E_RETRY, items written
 * without the list's lock, an ID used twice. Each call is a place where a
 * fault may happen and where others may act.
 */
#include "fake.h"

#include <inttypes.h>
#include <stdio.h>

#include "fake_call.h"

enum outcome
fake_enter(struct store *s, const char *call, enum where where, struct err *e)
{
	struct world *w = s->w;

	if (s->is_doomed && where != ANYWHERE_EVEN_DOOMED)
		w->conf.watch.fail(w->conf.watch.arg, "contract",
		    "%s after the transaction had failed and before store_abort", call);
	if (where == INSIDE && !s->in_tx)
		w->conf.watch.fail(w->conf.watch.arg, "contract",
		    "%s outside a transaction", call);
	if (where == OUTSIDE && s->in_tx)
		w->conf.watch.fail(w->conf.watch.arg, "contract",
		    "%s inside a transaction", call);
	if (s->is_lost)
		return err_set(e, E_UNAVAILABLE, "The database is not reachable.");
	if (chance_in(w->conf.chance, w->interrupts))
		w->conf.watch.interrupt(w->conf.watch.arg);
	if (!chance_in(w->conf.chance, w->faults))
		return OK;
	if (chance_in(w->conf.chance, 500)) {
		tx_rollback(s);
		s->is_lost = true;
		return err_set(e, E_UNAVAILABLE, "The database went away.");
	}
	return where == OUTSIDE || !s->in_tx ? OK : fake_retry(s, e);
}

/* A deadlock: the database has rolled back; only store_abort may follow. */
enum outcome
fake_retry(struct store *s, struct err *e)
{
	if (s->in_tx) {
		tx_rollback(s);
		s->in_tx = true;
		s->is_doomed = true;
	}
	return err_set(e, E_RETRY, "Deadlock.");
}

enum outcome
fake_put(struct store *s, struct rec *r, const void *value, struct err *e)
{
	return table_put(s, r, value) ? OK : fake_retry(s, e);
}

const char *
fake_key(char out[80], uint64_t n)
{
	snprintf(out, 80, "%" PRIu64, n);
	return out;
}

void
store_use(struct store *s, struct arena *a)
{
	s->a = a;
}

/* ---- transactions ---- */

enum outcome
store_begin(struct store *s, struct err *e)
{
	enum outcome o = fake_enter(s, "store_begin", OUTSIDE, e);

	if (o != OK)
		return o;
	s->in_tx = true;
	return OK;
}

enum outcome
store_commit(struct store *s, struct err *e)
{
	struct world *w = s->w;
	enum outcome o = fake_enter(s, "store_commit", INSIDE, e);

	if (o == E_RETRY) { /* certification: nothing is left open */
		tx_rollback(s);
		s->is_doomed = false;
	}
	if (o != OK)
		return o;
	if (chance_in(w->conf.chance, w->faults * 2)) {
		if (chance_in(w->conf.chance, 500))
			tx_commit(s);
		else
			tx_rollback(s);
		s->is_lost = true;
		return err_set(e, E_UNCERTAIN, "The connection was lost in COMMIT.");
	}
	tx_commit(s);
	return OK;
}

void
store_abort(struct store *s)
{
	tx_rollback(s);
	s->is_doomed = false;
}

/* ---- lists ---- */

/* The first read of a transaction fixes what it sees. */
void
fake_look(struct store *s)
{
	if (s->w->fault != FAULT_REPEATABLE_READ || !s->in_tx || s->image || s->is_dba)
		return;
	s->image = ARENA_NEW(s->a, struct image);
	*s->image = image_take(s->w, s->a);
}

/* A row in the inbox that this session sees. */
static const struct inbox_row *
waiting(const struct store *s, const struct rec *r)
{
	const struct inbox_row *row = table_see(s, T_INBOX, r);

	if (row && s->w->fault == FAULT_NUMBER_AT_WRITE && row->id <= s->w->seen_inbox)
		return NULL;
	return row;
}

static bool
has_inbox(struct store *s)
{
	struct table *t = &s->w->table[T_INBOX];

	for (size_t i = t->first; i < t->n; i++)
		if (waiting(s, t->rec[i]))
			return true;
	return false;
}

enum outcome
store_peek(struct store *s, const struct list *l, uint64_t number, struct list_state *out,
    struct err *e)
{
	char key[80];
	const struct change *c;
	enum outcome o = fake_enter(s, "store_peek", ANYWHERE, e);

	(void)l;
	if (o != OK)
		return o;
	fake_look(s);
	*out = *(const struct list_state *)table_see(s, T_STATE, s->w->table[T_STATE].rec[0]);
	out->scanned = s->w->scanned;
	out->has_inbox = has_inbox(s);
	c = number ? table_see(s, T_CHANGE, table_find(s->w, T_CHANGE, fake_key(key, number)))
	    : NULL;
	out->asked_ticks = c ? c->ticks : 0;
	return OK;
}

enum outcome
store_lock(struct store *s, const struct list *l, struct list_state *out, struct err *e)
{
	struct rec *r = s->w->table[T_STATE].rec[0];
	enum outcome o;

	(void)l;
	fake_look(s); /* before it waits: others may finish first */
	o = fake_enter(s, "store_lock", INSIDE, e);
	if (o != OK)
		return o;
	if (!table_lock(s, r))
		return fake_retry(s, e);
	*out = *(const struct list_state *)table_latest(r);
	out->scanned = s->w->scanned;
	return OK;
}

void
fake_want_lock(struct store *s, const char *call)
{
	if (s->w->table[T_STATE].rec[0]->by != s)
		s->w->conf.watch.fail(s->w->conf.watch.arg, "contract",
		    "%s without the list's lock", call);
}

enum outcome
store_save(struct store *s, const struct list *l, const struct list_state *st, struct err *e)
{
	struct rec *r = s->w->table[T_STATE].rec[0];
	const struct list_state *old = table_latest(r);
	struct list_state *copy;
	enum outcome o = fake_enter(s, "store_save", INSIDE, e);

	(void)l;
	if (o != OK)
		return o;
	fake_want_lock(s, "store_save");
	if (st->head < old->head || st->head_ticks < old->head_ticks || st->next_id < old->next_id)
		s->w->conf.watch.fail(s->w->conf.watch.arg, "head",
		    "head %" PRIu64 " -> %" PRIu64 ", ticks %" PRIu64 " -> %" PRIu64, old->head,
		    st->head, old->head_ticks, st->head_ticks);
	copy = ARENA_NEW(&s->w->mem, struct list_state);
	*copy = *st;
	return fake_put(s, r, copy, e);
}

/* ---- inbox ---- */

void
fake_trigger(struct store *s, const char *key, bool is_changed)
{
	char id[80];
	struct world *w = s->w;
	struct inbox_row *row = ARENA_NEW(&w->mem, struct inbox_row);
	struct rec *r;

	row->id = ++w->inbox_id;
	row->key = arena_dup(&w->mem, str_of(key));
	row->is_changed = is_changed;
	r = table_get(w, T_INBOX, fake_key(id, row->id));
	(void)table_put(s, r, row); /* its own new row: never locked */
	if (is_changed) {
		struct rec *marks = table_get(w, T_MARK, key);
		struct mark *m = ARENA_NEW(&w->mem, struct mark);

		m->older = marks->now;
		marks->now = m;
	}
}

static void
skip_gone(struct table *t)
{
	while (t->first < t->n && !t->rec[t->first]->now && !t->rec[t->first]->by)
		t->first++;
}

static enum outcome
inbox(struct store *s, const struct str *key, size_t max, struct inbox_row **rows, size_t *n)
{
	struct table *t = &s->w->table[T_INBOX];

	skip_gone(t);
	fake_look(s);
	*n = 0;
	*rows = ARENA_ARRAY(s->a, struct inbox_row, t->n - t->first + 1);
	for (size_t i = t->first; i < t->n && *n < max; i++) {
		const struct inbox_row *row = waiting(s, t->rec[i]);

		if (!row || (key && !str_eq(*key, row->key)))
			continue;
		(*rows)[*n] = *row;
		(*rows)[(*n)++].key = arena_dup(s->a, row->key);
	}
	return OK;
}

enum outcome
store_inbox(struct store *s, const struct list *l, size_t max, struct inbox_row **rows,
    size_t *n, struct err *e)
{
	enum outcome o = fake_enter(s, "store_inbox", ANYWHERE, e);

	(void)l;
	return o == OK ? inbox(s, NULL, max, rows, n) : o;
}

enum outcome
store_inbox_of(struct store *s, const struct list *l, struct str key, struct inbox_row **rows,
    size_t *n, struct err *e)
{
	enum outcome o = fake_enter(s, "store_inbox_of", ANYWHERE, e);

	(void)l;
	return o == OK ? inbox(s, &key, SIZE_MAX, rows, n) : o;
}

enum outcome
store_inbox_add(struct store *s, const struct list *l, const struct str *keys, size_t n,
    bool is_changed, struct err *e)
{
	enum outcome o = fake_enter(s, "store_inbox_add", ANYWHERE, e);
	bool is_alone = !s->in_tx;

	(void)l;
	if (o != OK)
		return o;
	for (size_t i = 0; i < n; i++) {
		struct val key = val_of(keys[i]);

		fake_trigger(s, key.t, is_changed);
	}
	if (is_alone)
		tx_commit(s);
	return OK;
}

enum outcome
store_inbox_delete(struct store *s, const struct list *l, const struct inbox_row *rows, size_t n,
    struct err *e)
{
	char id[80];
	enum outcome o = fake_enter(s, "store_inbox_delete", ANYWHERE, e);
	bool is_alone = !s->in_tx;

	(void)l;
	for (size_t i = 0; o == OK && i < n; i++) {
		struct rec *r = table_find(s->w, T_INBOX, fake_key(id, rows[i].id));

		if (!r) {
			s->w->conf.watch.fail(s->w->conf.watch.arg, "contract",
			    "inbox row %" PRIu64 " never was", rows[i].id);
			continue;
		}
		if (rows[i].id > s->w->seen_inbox)
			s->w->seen_inbox = rows[i].id;
		o = fake_put(s, r, NULL, e);
	}
	if (is_alone && o == OK)
		tx_commit(s);
	return o;
}

/* The definition of the world never changes behind a session's back. */
void
store_suspect(struct store *s, const struct list *l)
{
	(void)s;
	(void)l;
}
