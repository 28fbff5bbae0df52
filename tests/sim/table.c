/*
 * table.c -- records and transactions of the fake database (fake.h).
 */
#include "fake.h"

#include <stdio.h>
#include <stdlib.h>

static uint32_t
mix(const char *key)
{
	uint32_t h = 2166136261u;

	for (; *key; key++)
		h = (h ^ (unsigned char)*key) * 16777619u;
	return h;
}

static void
rehash(struct table *t)
{
	free(t->slot);
	t->slot_n = t->slot_n ? t->slot_n * 2 : 256;
	t->slot = calloc(t->slot_n, sizeof(*t->slot));
	if (!t->slot)
		abort();
	for (size_t i = 0; i < t->n; i++) {
		size_t at = mix(t->rec[i]->key) & (t->slot_n - 1);

		while (t->slot[at])
			at = (at + 1) & (t->slot_n - 1);
		t->slot[at] = (uint32_t)i + 1;
	}
}

struct rec *
table_find(struct world *w, enum table_no no, const char *key)
{
	struct table *t = &w->table[no];
	size_t at;

	if (!t->slot_n)
		return NULL;
	for (at = mix(key) & (t->slot_n - 1); t->slot[at]; at = (at + 1) & (t->slot_n - 1))
		if (strcmp(t->rec[t->slot[at] - 1]->key, key) == 0)
			return t->rec[t->slot[at] - 1];
	return NULL;
}

struct rec *
table_get(struct world *w, enum table_no no, const char *key)
{
	struct table *t = &w->table[no];
	struct rec *r = table_find(w, no, key);

	if (r)
		return r;
	if (t->n == t->size) {
		t->size = t->size ? t->size * 2 : 64;
		t->rec = realloc(t->rec, t->size * sizeof(*t->rec));
		if (!t->rec)
			abort();
	}
	r = ARENA_NEW(&w->mem, struct rec);
	r->key = arena_dup(&w->mem, str_of(key)).p;
	r->no = t->n;
	t->rec[t->n++] = r;
	if (t->n * 2 > t->slot_n) {
		rehash(t);
	} else {
		size_t at = mix(key) & (t->slot_n - 1);

		while (t->slot[at])
			at = (at + 1) & (t->slot_n - 1);
		t->slot[at] = (uint32_t)t->n;
	}
	return r;
}

const void *
table_see(const struct store *s, enum table_no t, const struct rec *r)
{
	if (!r)
		return NULL;
	if (s && r->is_dirty && r->by == s)
		return r->next;
	if (s && r->is_dirty && s->w->fault == FAULT_DIRTY_READ && t == T_SOURCE)
		return r->next;
	if (s && s->image)
		return r->no < s->image->n[t] ? s->image->value[t][r->no] : NULL;
	return r->now;
}

const void *
table_latest(const struct rec *r)
{
	return r->is_dirty ? r->next : r->now;
}

bool
table_lock(struct store *s, struct rec *r)
{
	if (r->by == s)
		return true;
	if (r->by)
		return false;
	if (s->held_n == s->held_size) {
		s->held_size = s->held_size ? s->held_size * 2 : 32;
		s->held = realloc(s->held, s->held_size * sizeof(struct rec *));
		if (!s->held)
			abort();
	}
	s->held[s->held_n++] = r;
	r->by = s;
	r->is_dirty = false;
	return true;
}

bool
table_put(struct store *s, struct rec *r, const void *value)
{
	if (!table_lock(s, r))
		return false;
	r->is_dirty = true;
	r->next = value;
	return true;
}

static bool
is_of(const struct world *w, enum table_no t, const struct rec *r)
{
	return r->no < w->table[t].n && w->table[t].rec[r->no] == r;
}

static void
remember(struct world *w, struct rec *r)
{
	struct past *p = ARENA_NEW(&w->mem, struct past);

	*p = (struct past){ w->time, r->now, r->past };
	r->past = p;
}

/* A version rises for a difference, or once for each announcement of one that was seen. */
static void
check_raise(struct world *w, const struct item *before, const struct item *after)
{
	struct val key = val_of(after->key);
	struct rec *mark = table_find(w, T_MARK, key.t);

	if (!before || after->version != before->version + 1 ||
	    memcmp(before->print, after->print, HASH_LEN) != 0 ||
	    !str_eq(before->bag, after->bag) || !str_eq(before->files, after->files))
		return;
	if (mark && mark->now)
		mark->now = ((const struct mark *)mark->now)->older;
	else
		w->conf.watch.fail(w->conf.watch.arg, "spurious-version",
		    "item %u got version %u without a difference", after->id, after->version);
}

/* Tell the driver what this commit did. */
static void
tell(struct store *s, struct rec *r, const void *before)
{
	const struct watch *to = &s->w->conf.watch;

	if (is_of(s->w, T_SOURCE, r)) {
		const struct src_row *a = before, *b = r->now;

		remember(s->w, r);
		to->source(to->arg, s->by, a ? &a->src : NULL, b ? &b->src : NULL);
	} else if (is_of(s->w, T_ITEM, r) && !r->now) {
		to->item(to->arg, s->by, before, NULL);
	} else if (is_of(s->w, T_ITEM, r)) {
		if (((const struct item *)r->now)->id > s->w->highest_id)
			s->w->highest_id = ((const struct item *)r->now)->id;
		check_raise(s->w, before, r->now);
		to->item(to->arg, s->by, before, r->now);
	}
}

void
tx_commit(struct store *s)
{
	s->w->time++;
	for (size_t i = 0; i < s->held_n; i++) {
		struct rec *r = s->held[i];
		const void *before = r->now;

		if (r->is_dirty && r->next != before) {
			r->now = r->next;
			tell(s, r, before);
		}
		r->by = NULL;
		r->is_dirty = false;
	}
	s->held_n = 0;
	s->image = NULL;
	s->in_tx = false;
}

void
tx_rollback(struct store *s)
{
	for (size_t i = 0; i < s->held_n; i++) {
		s->held[i]->by = NULL;
		s->held[i]->is_dirty = false;
	}
	s->held_n = 0;
	s->image = NULL;
	s->in_tx = false;
}

struct image
image_take(struct world *w, struct arena *a)
{
	struct image m;

	for (int t = 0; t < T__N; t++) {
		m.n[t] = w->table[t].n;
		m.value[t] = ARENA_ARRAY(a, const void *, m.n[t] + 1);
		for (size_t i = 0; i < m.n[t]; i++)
			m.value[t][i] = w->table[t].rec[i]->now;
	}
	return m;
}
