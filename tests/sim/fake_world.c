/*
 * fake_world.c -- the fake database as the driver and the DBA see it: sessions,
 * the list's definition, the source table, backups.
 */
#include <stdio.h>
#include <stdlib.h>

#include "fake_call.h"

#define MEM_CEILING ((size_t)2048 * MIB)

static const struct column columns[COL__N] = {
	[COL_TITLE] = { .field = FIELD_TITLE, .name = "title", .type = VALUE_TEXT,
	    .class = COLUMN_TEXT, .max_chars = 24 },
	[COL_BIRTHDAY] = { .field = FIELD_BIRTHDAY, .name = "birthday", .type = VALUE_DATE,
	    .class = COLUMN_DATE, .is_nullable = true },
	[COL_CODE] = { .field = FIELD_CUSTOMER_ID, .name = "code", .type = VALUE_TEXT,
	    .class = COLUMN_TEXT, .max_chars = 12, .is_readonly = true },
	[COL_EMAIL] = { .field = FIELD_EMAIL, .name = "email", .type = VALUE_TEXT,
	    .class = COLUMN_TEXT, .max_chars = 16, .is_nullable = true },
	[COL_FIRST] = { .field = FIELD_FIRST_NAME, .name = "first", .type = VALUE_TEXT,
	    .class = COLUMN_TEXT, .max_chars = 12, .is_nullable = true },
};

static void
add_length(struct hash *h, struct str s)
{
	uint32_t n = s.p ? (uint32_t)s.n : UINT32_MAX;

	hash_add(h, &n, sizeof(n));
	if (s.n)
		hash_add(h, s.p, s.n);
}

bool
fake_print(struct world *w, struct src_row *r)
{
	hash_start(&w->hash);
	for (size_t i = 0; i < w->list.column_n; i++)
		add_length(&w->hash, val_str(&r->src.col[i]));
	hash_end(&w->hash, r->print);
	return true;
}

/* A list of another kind: all but its columns is the same. */
static void
reshape(struct world *w, const struct shape *shape)
{
	struct list *l = &w->list;

	memcpy(w->column, shape->column, shape->column_n * sizeof(*shape->column));
	l->kind = shape->kind;
	l->column_n = shape->column_n;
	l->vocabulary = shape->vocabulary;
}

static void
define(struct world *w)
{
	struct list *l = &w->list;

	memcpy(w->column, columns, sizeof(columns));
	*l = (struct list){
		.name = "sim", .file = "sim", .title = "Simulated", .description = "",
		.kind = KIND_CONTACTS, .schema = "sim", .view = "v", .key_n = 1,
		.key = { "code" }, .zone_name = "UTC", .track = w->conf.track,
		.scan_every_s = w->conf.scan_every_s, .write = WRITE_VIEW,
		.allow = ALLOW_INSERT | ALLOW_UPDATE | ALLOW_DELETE, .key_from = KEY_AUTO,
		.mass_delete_percent = 100, .read = "*", .write_access = "*",
		.column_n = COL__N, .column = w->column, .no = 1, .is_bound = true,
	};
	for (size_t i = 0; i < sizeof(l->id.b); i++)
		l->id.b[i] = (unsigned char)(0x11 * i + 3);
	memset(l->definition, 0x5A, sizeof(l->definition));
	if (w->conf.shape)
		reshape(w, w->conf.shape);
}

static void
first_state(struct world *w)
{
	struct list_state *st = ARENA_NEW(&w->mem, struct list_state);
	struct change *c = ARENA_NEW(&w->mem, struct change);

	*c = (struct change){ .number = 1, .ticks = stamp_ticks(1500000000, 0),
	    .kind = CHANGE_START };
	*st = (struct list_state){ .head = 1, .head_ticks = c->ticks, .next_id = 1,
	    .incarnation = 1, .schema_version = 1 };
	table_get(w, T_STATE, "list")->now = st;
	table_get(w, T_CHANGE, "1")->now = c;
}

/* FAULT=: bugs of a store, for `make sim-mutants`. */
static enum fake_fault
fault_named(const char *name)
{
	static const char *const names[] = {
		[FAULT_NONE] = "",
		[FAULT_REPEATABLE_READ] = "repeatable-read",
		[FAULT_NUMBER_AT_WRITE] = "number-at-write",
		[FAULT_SCAN_NO_DELETES] = "scan-no-deletes",
		[FAULT_DIRTY_READ] = "dirty-read",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], name) == 0)
			return (enum fake_fault)i;
	fprintf(stderr, "sim: the fake store knows no fault \"%s\"\n", name);
	exit(2);
}

struct world *
world_open(const struct world_conf *conf)
{
	struct world *w = calloc(1, sizeof(*w));

	if (!w)
		abort();
	w->conf = *conf;
	w->fault = fault_named(conf->fault);
	arena_init(&w->mem, MEM_CEILING);
	arena_init(&w->view, MEM_CEILING);
	hash_open(&w->hash);
	define(w);
	first_state(w);
	for (size_t i = 0; i < 2; i++)
		w->dba[i] = (struct store){ .w = w, .is_dba = true, .is_used = true };
	return w;
}

void
world_close(struct world *w)
{
	for (size_t t = 0; t < T__N; t++) {
		free(w->table[t].rec);
		free(w->table[t].slot);
	}
	for (size_t i = 0; i < SESSIONS; i++)
		free(w->session[i].held);
	for (size_t i = 0; i < 2; i++)
		free(w->dba[i].held);
	hash_close(&w->hash);
	arena_clear(&w->mem);
	arena_clear(&w->view);
	free(w);
}

const struct list *
world_list(struct world *w)
{
	return &w->list;
}

uint64_t
world_time(struct world *w)
{
	return w->time;
}

void
world_clock(struct world *w, int64_t now_s)
{
	w->now_s = now_s;
}

void
world_trouble(struct world *w, unsigned faults, unsigned interrupts)
{
	w->faults = faults;
	w->interrupts = interrupts;
}

void
world_blind(struct world *w, bool is_blind)
{
	w->is_blind = is_blind;
}

struct store *
world_session(struct world *w, struct attempt *by)
{
	for (size_t i = 0; i < SESSIONS; i++) {
		struct store *s = &w->session[i];

		if (s->is_used)
			continue;
		s->w = w;
		s->by = by;
		s->is_used = true;
		s->is_lost = s->is_doomed = false;
		return s;
	}
	return NULL;
}

void
world_release(struct world *w, struct store *s)
{
	if (s->in_tx)
		w->conf.watch.fail(w->conf.watch.arg, "contract",
		    "the request ended inside a transaction");
	tx_rollback(s);
	s->is_used = false;
}

enum outcome
world_reconnect(struct world *w, struct store *s, struct err *e)
{
	tx_rollback(s);
	s->is_doomed = false;
	if (chance_in(w->conf.chance, w->faults * 10))
		return err_set(e, E_UNAVAILABLE, "Still away.");
	s->is_lost = false;
	return OK;
}

/* ---- the DBA ---- */

bool
world_put(struct world *w, int tx, const struct src *row)
{
	struct rec *r = table_get(w, T_SOURCE, row->col[COL_CODE].t);

	if (r->by && r->by != &w->dba[tx])
		return false;
	return fake_write_row(&w->dba[tx], r, row, NULL) == OK;
}

bool
world_drop(struct world *w, int tx, const char *key)
{
	struct rec *r = table_find(w, T_SOURCE, key);

	if (!r || (r->by && r->by != &w->dba[tx]) || !table_latest(r))
		return false;
	return fake_write_row(&w->dba[tx], r, NULL, NULL) == OK;
}

bool
world_rekey(struct world *w, int tx, const char *from, const char *to)
{
	struct rec *a = table_find(w, T_SOURCE, from), *b = table_get(w, T_SOURCE, to);
	struct store *s = &w->dba[tx];
	const struct src_row *old;
	struct src row;

	if (!a || (a->by && a->by != s) || (b->by && b->by != s) || table_latest(b))
		return false;
	old = table_latest(a);
	if (!old)
		return false;
	row = old->src;
	row.col[COL_CODE] = val_set(to);
	return fake_write_row(s, a, NULL, NULL) == OK && fake_write_row(s, b, &row, NULL) == OK;
}

bool
world_see(struct world *w, int tx, const char *key, struct src *out)
{
	const struct src_row *r = table_see(&w->dba[tx], T_SOURCE,
	    table_find(w, T_SOURCE, key));

	if (r)
		*out = r->src;
	return r != NULL;
}

bool
world_end(struct world *w, int tx, bool is_commit)
{
	if (is_commit)
		tx_commit(&w->dba[tx]);
	else
		tx_rollback(&w->dba[tx]);
	return true;
}

void
world_new_key(struct world *w, char out[40])
{
	snprintf(out, 40, "%llu", (unsigned long long)++w->next_key);
}

const struct src *
world_rows(struct world *w, size_t *n)
{
	struct table *t = &w->table[T_SOURCE];
	struct src *out;

	arena_reset(&w->view);
	out = ARENA_ARRAY(&w->view, struct src, t->n + 1);
	*n = 0;
	for (size_t i = 0; i < t->n; i++)
		if (t->rec[i]->now)
			out[(*n)++] = ((const struct src_row *)t->rec[i]->now)->src;
	return out;
}

bool
world_was(struct world *w, const char *key, uint64_t since, const struct val *col)
{
	const struct rec *r = table_find(w, T_SOURCE, key);

	for (const struct past *p = r ? r->past : NULL; p; p = p->older) {
		const struct src_row *row = p->value;
		bool is_there = row && src_in_view(&row->src);

		/* of a bad row clients keep an older state */
		if (is_there ? src_is_bad(&row->src) || (col && cols_eq(row->src.col, col)) : !col)
			return true;
		if (p->since <= since)
			return false;
	}
	return !col;
}

bool
world_is_steady(struct world *w, const char *key, uint64_t since)
{
	const struct rec *r = table_find(w, T_SOURCE, key);

	return !r || !r->past || r->past->since <= since;
}

bool
world_backup(struct world *w)
{
	w->backup = image_take(w, &w->mem);
	w->has_backup = true;
	return true;
}

bool
world_restore(struct world *w)
{
	if (!w->has_backup)
		return false;
	w->time++;
	for (size_t t = 0; t < T__N; t++)
		for (size_t i = 0; i < w->table[t].n; i++) {
			struct rec *r = w->table[t].rec[i];

			r->now = i < w->backup.n[t] ? w->backup.value[t][i] : NULL;
			if (t == T_SOURCE) {
				struct past *p = ARENA_NEW(&w->mem, struct past);

				*p = (struct past){ w->time, r->now, r->past };
				r->past = p;
			}
		}
	w->table[T_INBOX].first = 0;
	w->has_backup = false;
	return true;
}

/* ---- what no client sees ---- */

static uint32_t
count_live(struct world *w)
{
	uint32_t n = 0;

	for (size_t i = 0; i < w->table[T_ITEM].n; i++) {
		const struct item *item = w->table[T_ITEM].rec[i]->now;

		n += item && item->state == ITEM_LIVE && !item->is_bad;
	}
	return n;
}

void
world_check(struct world *w)
{
	const struct watch *to = &w->conf.watch;
	const struct list_state *st = w->table[T_STATE].rec[0]->now;
	struct table *source = &w->table[T_SOURCE];

	if (st->live_n != count_live(w))
		to->fail(to->arg, "count", "the list says %u live items, there are %u",
		    st->live_n, count_live(w));
	for (size_t i = 0; !w->conf.shape && i < source->n; i++) {
		const struct src_row *row = source->rec[i]->now;
		struct rec *name = table_find(w, T_BAD, source->rec[i]->key);
		bool is_bad = row && src_in_view(&row->src) && src_is_bad(&row->src);

		if (is_bad != (name && name->now))
			to->fail(to->arg, "bad-rows", "row %s is %s, the DBA is told %s",
			    source->rec[i]->key, is_bad ? "bad" : "good or gone",
			    is_bad ? "nothing" : "that it is bad");
	}
}
