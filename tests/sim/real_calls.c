/*
 * real_calls.c -- the engine's calls of the real store, on their way (ld
 * --wrap): others get their turn, and where the database would wait for somebody
 * who sleeps below us on the same stack the answer is E_RETRY.
 */
#include "real.h"

struct session *
real_session_of(struct store *s)
{
	for (size_t i = 0; the_world && i < SESSIONS; i++)
		if (the_world->session[i].store == s)
			return &the_world->session[i];
	return NULL;
}

static void
turn(void)
{
	struct world *w = the_world;

	if (w && chance_in(w->conf.chance, w->interrupts))
		w->conf.watch.interrupt(w->conf.watch.arg);
}

static bool
has_lock(char lock[][40], size_t n, const char *key)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(lock[i], key) == 0)
			return true;
	return false;
}

/* Somebody who cannot go on before we return holds this row. */
static bool
is_held(struct world *w, const struct session *mine, const char *key)
{
	for (int i = 0; i < 2; i++)
		if (has_lock(w->lock[i], w->lock_n[i], key))
			return true;
	for (size_t i = 0; i < SESSIONS; i++)
		if (&w->session[i] != mine &&
		    has_lock(w->session[i].lock, w->session[i].lock_n, key))
			return true;
	return false;
}

void
real_forget(struct session *s)
{
	if (the_world->list_holder == s)
		the_world->list_holder = NULL;
	s->lock_n = 0;
	s->has_receipt = s->wrote = false;
}

enum outcome __real_store_begin(struct store *s, struct err *e);
enum outcome __wrap_store_begin(struct store *s, struct err *e);
enum outcome __real_store_commit(struct store *s, struct err *e);
enum outcome __wrap_store_commit(struct store *s, struct err *e);
void __real_store_abort(struct store *s);
void __wrap_store_abort(struct store *s);
enum outcome __real_store_lock(struct store *s, const struct list *l, struct list_state *out,
    struct err *e);
enum outcome __wrap_store_lock(struct store *s, const struct list *l, struct list_state *out,
    struct err *e);
enum outcome __real_store_rows(struct store *s, const struct list *l, const struct str *keys,
    size_t n, struct row **rows, struct err *e);
enum outcome __wrap_store_rows(struct store *s, const struct list *l, const struct str *keys,
    size_t n, struct row **rows, struct err *e);
enum outcome __real_store_row_lock(struct store *s, const struct list *l, struct str key,
    struct row *out, struct err *e);
enum outcome __wrap_store_row_lock(struct store *s, const struct list *l, struct str key,
    struct row *out, struct err *e);
enum outcome __real_store_row_insert(struct store *s, const struct list *l,
    const struct cell *cell, size_t n, struct str *key, struct err *e);
enum outcome __wrap_store_row_insert(struct store *s, const struct list *l,
    const struct cell *cell, size_t n, struct str *key, struct err *e);
enum outcome __real_store_row_update(struct store *s, const struct list *l, struct str key,
    const struct cell *cell, size_t n, struct err *e);
enum outcome __wrap_store_row_update(struct store *s, const struct list *l, struct str key,
    const struct cell *cell, size_t n, struct err *e);
enum outcome __real_store_row_delete(struct store *s, const struct list *l, struct str key,
    struct err *e);
enum outcome __wrap_store_row_delete(struct store *s, const struct list *l, struct str key,
    struct err *e);
enum outcome __real_store_receipt_add(struct store *s, const struct list *l,
    const struct receipt *r, struct err *e);
enum outcome __wrap_store_receipt_add(struct store *s, const struct list *l,
    const struct receipt *r, struct err *e);
enum outcome __real_store_scan(struct store *s, const struct list *l, uint64_t *found,
    struct err *e);
enum outcome __wrap_store_scan(struct store *s, const struct list *l, uint64_t *found,
    struct err *e);

enum outcome
__wrap_store_begin(struct store *s, struct err *e)
{
	turn();
	return __real_store_begin(s, e);
}

/* A client's change is there: the judge hears what it did to the row. */
static void
tell(struct session *s)
{
	struct world *w = the_world;
	struct src after;
	bool is_there;

	w->time++;
	if (!s->has_receipt || !s->by || !s->by->push)
		return;
	if (s->wrote) {
		is_there = real_row(w, w->eye, s->key, &after);
		w->conf.watch.source(w->conf.watch.arg, s->by,
		    s->before.is_present ? &s->before : NULL, is_there ? &after : NULL);
	}
	if (!s->by->source_n && !s->by->raised_n)
		s->by->push->commits++;
	s->by->raised_n++;
}

enum outcome
__wrap_store_commit(struct store *s, struct err *e)
{
	struct session *mine = real_session_of(s);
	enum outcome o;

	turn();
	o = __real_store_commit(s, e);
	if (mine && o == OK)
		tell(mine);
	if (mine)
		real_forget(mine);
	return o;
}

void
__wrap_store_abort(struct store *s)
{
	struct session *mine = real_session_of(s);

	__real_store_abort(s);
	if (mine)
		real_forget(mine);
}

enum outcome
__wrap_store_lock(struct store *s, const struct list *l, struct list_state *out, struct err *e)
{
	struct session *mine = real_session_of(s);
	enum outcome o;

	turn();
	if (the_world->list_holder && the_world->list_holder != mine)
		return err_set(e, E_RETRY, "Somebody holds the list.");
	o = __real_store_lock(s, l, out, e);
	if (o == OK)
		the_world->list_holder = mine;
	return o;
}

enum outcome
__wrap_store_rows(struct store *s, const struct list *l, const struct str *keys, size_t n,
    struct row **rows, struct err *e)
{
	turn();
	return __real_store_rows(s, l, keys, n, rows, e);
}

static void
take_lock(struct session *s, const char *key)
{
	if (s->lock_n < LOCKS && !has_lock(s->lock, s->lock_n, key))
		snprintf(s->lock[s->lock_n++], sizeof(s->lock[0]), "%s", key);
}

enum outcome
__wrap_store_row_lock(struct store *s, const struct list *l, struct str key, struct row *out,
    struct err *e)
{
	struct session *mine = real_session_of(s);
	struct val k = val_of(key);
	enum outcome o;

	turn();
	if (is_held(the_world, mine, k.t))
		return err_set(e, E_RETRY, "Somebody holds the row.");
	o = __real_store_row_lock(s, l, key, out, e);
	if (o != OK || !mine)
		return o;
	take_lock(mine, k.t);
	memcpy(mine->key, k.t, sizeof(k.t));
	memset(&mine->before, 0, sizeof(mine->before));
	if (out->state == ROW_GOOD && out->value)
		mine->before.is_present = true;
	for (size_t i = 0; mine->before.is_present && i < COL__N; i++)
		mine->before.col[i] = val_of(out->value[i]);
	return OK;
}

enum outcome
__wrap_store_row_insert(struct store *s, const struct list *l, const struct cell *cell, size_t n,
    struct str *key, struct err *e)
{
	struct session *mine = real_session_of(s);
	enum outcome o = __real_store_row_insert(s, l, cell, n, key, e);

	if (o != OK || !mine)
		return o;
	memset(&mine->before, 0, sizeof(mine->before));
	mine->wrote = true;
	snprintf(mine->key, sizeof(mine->key), "%.*s", STR_ARG(*key));
	take_lock(mine, mine->key);
	return OK;
}

enum outcome
__wrap_store_row_update(struct store *s, const struct list *l, struct str key,
    const struct cell *cell, size_t n, struct err *e)
{
	struct session *mine = real_session_of(s);

	if (mine)
		mine->wrote = true;
	return __real_store_row_update(s, l, key, cell, n, e);
}

enum outcome
__wrap_store_row_delete(struct store *s, const struct list *l, struct str key, struct err *e)
{
	struct session *mine = real_session_of(s);

	if (mine)
		mine->wrote = true;
	return __real_store_row_delete(s, l, key, e);
}

enum outcome
__wrap_store_receipt_add(struct store *s, const struct list *l, const struct receipt *r,
    struct err *e)
{
	struct session *mine = real_session_of(s);

	if (mine)
		mine->has_receipt = true;
	return __real_store_receipt_add(s, l, r, e);
}

enum outcome
__wrap_store_scan(struct store *s, const struct list *l, uint64_t *found, struct err *e)
{
	turn();
	*found = 0;
	if (the_world->list_holder && the_world->list_holder != real_session_of(s))
		return err_set(e, E_UNAVAILABLE, "Somebody holds the list.");
	return __real_store_scan(s, l, found, e);
}
