/*
 * kinds_pause.c -- what must be true when nobody moves: all replicas are what a
 * first download gives, and that is what the source and its rules imply.
 */
#include "kinds_judge.h"

#include <stdio.h>
#include <stdlib.h>

#include "bag.h"

struct pause {
	struct kind_judge *j;
	struct door *door;
	const struct kind_pull *all;
	const struct list *l;
};

static const struct thing *
thing_of_key(const struct pause *p, const char *key)
{
	for (size_t i = 0; i < p->all->thing_n; i++)
		if (strcmp(p->all->thing[i].key, key) == 0)
			return &p->all->thing[i];
	return NULL;
}

/* ---- replicas ---- */

void
kind_judge_replica(struct kind_judge *j, const struct kind_client *c, const struct kind_pull *all)
{
	for (size_t i = 0; i < all->thing_n; i++) {
		const struct thing *t = &all->thing[i];
		const struct held *h = NULL;

		for (size_t k = 0; k < c->n && !h; k++)
			if (c->held[k].base.id == t->id)
				h = &c->held[k];
		if (!h) {
			FAIL(j, "convergence", "client %d lacks item %u (%s)", c->no, t->id, t->key);
			return;
		}
		if (h->base.version != t->version || strcmp(h->base.files, t->files) != 0)
			FAIL(j, "convergence", "client %d has item %u version %u files \"%s\", it "
			    "is version %u files \"%s\"", c->no, t->id, h->base.version,
			    h->base.files, t->version, t->files);
		for (int v = 0; v < V__N; v++)
			if (!text_eq(&h->base.v.f[v], &t->v.f[v]))
				FAIL(j, "convergence", "client %d has item %u version %u with %s "
				    "\"%s\", it is \"%s\"", c->no, t->id, t->version,
				    field_info(view_field[v])->name, h->base.v.f[v].t,
				    t->v.f[v].t);
	}
	for (size_t k = 0; k < c->n; k++) {
		const struct thing *t = &c->held[k].base;
		const struct item *item = judge_fact(j, t->id)->item;

		/* of a bad row, and of what hangs on it, clients keep the last good state */
		if (!item || item->state != ITEM_LIVE)
			FAIL(j, "convergence", "client %d keeps item %u (%s), which is gone", c->no,
			    t->id, t->key);
	}
}

/* ---- rows ---- */

static bool
is_in_view(const struct src *r)
{
	return r->is_present && r->col[0].t[0] != '#';
}

static bool
is_bad(const struct pause *p, const struct src *r)
{
	if (p->l->kind == KIND_CALENDAR)
		return strcmp(r->col[COL_END].t, r->col[COL_START].t) < 0;
	return p->l->kind == KIND_DOCUMENTS && strchr(r->col[COL_NAME].t, '|');
}

static void
check_row(const struct pause *p, const struct src *r)
{
	const struct thing *t = NULL;
	bool is_rule = p->l->column_n > COL_RRULE && r->col[COL_RRULE].is_set;

	for (size_t i = 0; i < p->all->thing_n; i++) {
		if (strcmp(p->all->thing[i].key, r->col[COL_CODE].t) != 0)
			continue;
		if (t)
			FAIL(p->j, "doubled", "row %s is items %u and %u", t->key, t->id,
			    p->all->thing[i].id);
		t = &p->all->thing[i];
	}
	if (!is_in_view(r) || is_bad(p, r)) {
		if (t)
			FAIL(p->j, "convergence", "item %u of row %s, which is %s", t->id, t->key,
			    is_in_view(r) ? "bad" : "gone");
		return;
	}
	if (!t) {
		if (p->l->kind != KIND_DOCUMENTS)
			FAIL(p->j, "convergence", "row %s (%s) is no item", r->col[COL_CODE].t,
			    r->col[0].t);
		return;
	}
	for (size_t i = 0; i < p->l->column_n; i++)
		for (int v = 0; v < V__N; v++)
			if (view_field[v] == p->l->column[i].field && v != V_END &&
			    !(v == V_START && is_rule) && strcmp(t->v.f[v].t, r->col[i].t) != 0)
				FAIL(p->j, "convergence", "item %u version %u has %s \"%s\", its row "
				    "\"%s\"", t->id, t->version, field_info(view_field[v])->name,
				    t->v.f[v].t, r->col[i].t);
}

/* One version is one state. */
static void
check_seen(const struct pause *p, const struct thing *t)
{
	static const int fields[] = { V_TITLE, V_NOTES, V_NAME, V_FOLDER, V_START };
	struct fact *f = judge_fact(p->j, t->id);

	for (size_t i = 0; f->seen == t->version && i < sizeof(fields) / sizeof(fields[0]); i++)
		if (!text_eq(&f->view.f[fields[i]], &t->v.f[fields[i]]))
			FAIL(p->j, "version-missing", "item %u is still version %u, but \"%s\" "
			    "became \"%s\"", t->id, t->version, f->view.f[fields[i]].t,
			    t->v.f[fields[i]].t);
	f->seen = t->version;
	f->view = t->v;
}

static void
check_files(const struct pause *p, const struct thing *t)
{
	struct attached f;
	char is[80], should[40];

	for (size_t at = 0; attached_next(str_of(t->files), &at, &f);) {
		const struct bytes *b = NULL;

		for (size_t i = 0; i < p->j->bytes_n; i++)
			if (guid_eq(&p->j->bytes[i].guid, &f.guid) &&
			    p->j->bytes[i].version == f.version)
				b = &p->j->bytes[i];
		bytes_of(b ? b->no : 0, should);
		if (!b || !kinds_file(p->door, &f, is, sizeof(is)) || strcmp(is, should) != 0)
			FAIL(p->j, "bytes", "item %u: %.*s version %u does not hold what was sent",
			    t->id, STR_ARG(f.name), f.version);
	}
}

/* ---- events ---- */

/* The instance on the day of an entry of EXDATE, as the series has it. */
static void
instance_of(const struct thing *series, const char *entry, char out[32])
{
	char text[40];
	int64_t from = time_read(series->v.f[V_START].t), at;

	snprintf(text, sizeof(text), "%.4s-%.2s-%.2sT00:00:00Z", entry, entry + 4, entry + 6);
	at = time_read(text) + from % DAY_S;
	time_text(out, at);
}

static bool
pattern_has(const struct thing *series, const char *instance)
{
	int64_t from = time_read(series->v.f[V_START].t), at = time_read(instance);
	struct daily d;

	if (!daily_read(series->v.f[V_PATTERN].t, &d) || at < from || (at - from) % DAY_S)
		return false;
	at = (at - from) / DAY_S;
	return at % d.every == 0 && (!d.count || at / d.every < d.count);
}

static void
check_instance(const struct pause *p, const struct thing *t)
{
	struct str owner, tail;
	char key[40];
	const struct thing *series;
	const struct owner *o;
	struct fact *f;

	if (!key_is_inner(str_of(t->key), &owner, &tail) || !owner.n)
		return;
	snprintf(key, sizeof(key), "%.*s", STR_ARG(owner));
	series = thing_of_key(p, key);
	o = judge_owner(p->j, key);
	if (!is_in_view(&o->row)) {
		FAIL(p->j, "orphan", "item %u is an instance of row %s, which is gone", t->id, key);
		return;
	}
	if (!series) /* bad: clients keep what they have */
		return;
	if (t->place == 0) {
		if (!strstr(o->row.col[COL_RRULE].t, "MONTHLY"))
			FAIL(p->j, "purge-missed", "item %u stands for a rule that is gone", t->id);
		return;
	}
	if (t->v.f[V_TYPE].t[0] != (char)('0' + t->place))
		FAIL(p->j, "place", "item %u is of type %s and stands as %d", t->id,
		    t->v.f[V_TYPE].t, t->place);
	if (strcmp(series->v.f[V_TYPE].t, "1") != 0)
		FAIL(p->j, "orphan", "item %u is an instance of item %u, which is no series", t->id,
		    series->id);
	if (!pattern_has(series, t->v.f[V_INSTANCE].t))
		FAIL(p->j, "purge-missed", "item %u is instance %s of item %u (from %s, %s), which "
		    "has none then", t->id, t->v.f[V_INSTANCE].t, series->id,
		    series->v.f[V_START].t, series->v.f[V_PATTERN].t);
	f = judge_fact(p->j, t->id);
	if (!f->must[0])
		memcpy(f->must, o->must, sizeof(f->must));
	if (!(t->place == EVENT_IS_DELETED && p->l->column_n > COL_EXDATE) &&
	    strcmp(f->must, o->must) != 0)
		FAIL(p->j, "purge-missed", "item %u was made for the series %s, it is %s now",
		    t->id, f->must, o->must);
	if (!text_eq(&t->v.f[V_UID], &series->v.f[V_UID]))
		FAIL(p->j, "uid", "item %u has the UID %s, its series %s", t->id, t->v.f[V_UID].t,
		    series->v.f[V_UID].t);
}

/* EXDATE names the day of this instance. */
static bool
is_named(const struct src *row, const struct thing *t)
{
	const char *at = t->v.f[V_INSTANCE].t;
	char day[9];

	snprintf(day, sizeof(day), "%.4s%.2s%.2s", at, at + 5, at + 8);
	return strstr(row->col[COL_EXDATE].t, day) != NULL;
}

/* The column names exactly the deleted instances that clients see. */
static void
check_exdates(const struct pause *p, const struct thing *series)
{
	const struct src *row = &judge_owner(p->j, series->key)->row;
	const char *at = row->col[COL_EXDATE].t;
	size_t named = 0, there = 0;

	for (; *at; at += strcspn(at, ",") + (at[strcspn(at, ",")] == ',')) {
		char key[160], stamp[32], day[9];

		instance_of(series, at, stamp);
		snprintf(day, sizeof(day), "%.8s", at);
		if (!pattern_has(series, stamp) || strstr(at + 8, day))
			continue;
		snprintf(key, sizeof(key), "%s%c%sT%.2s%.2s%.2sZ", series->key, KEY_INNER, day,
		    stamp + 11, stamp + 14, stamp + 17);
		named++;
		if (!thing_of_key(p, key) || thing_of_key(p, key)->place != EVENT_IS_DELETED)
			FAIL(p->j, "exdate", "row %s excepts %s, and no client knows", series->key,
			    stamp);
	}
	for (size_t i = 0; i < p->all->thing_n; i++) {
		const struct thing *t = &p->all->thing[i];
		struct str owner;

		/* one that came before its series is no entry */
		there += key_is_inner(str_of(t->key), &owner, NULL) && t->place ==
		    EVENT_IS_DELETED && str_eq(owner, str_of(series->key)) &&
		    (!judge_fact(p->j, t->id)->is_adopted || is_named(row, t));
	}
	if (named != there)
		FAIL(p->j, "exdate", "row %s excepts %zu instances (%s), clients have %zu deleted "
		    "ones", series->key, named, row->col[COL_EXDATE].t, there);
}

/* One that was sent while its series was gone may wait beside the one that came after it. */
static bool
hangs_on_series(const struct thing *t)
{
	return t->place && t->key[0] != KEY_INNER;
}

static void
check_events(const struct pause *p)
{
	for (size_t i = 0; i < p->all->thing_n; i++) {
		const struct thing *t = &p->all->thing[i];

		check_instance(p, t);
		for (size_t k = 0; k < i && hangs_on_series(t); k++)
			if (hangs_on_series(&p->all->thing[k]) && t->v.f[V_UID].t[0] &&
			    text_eq(&p->all->thing[k].v.f[V_UID], &t->v.f[V_UID]) &&
			    text_eq(&p->all->thing[k].v.f[V_INSTANCE], &t->v.f[V_INSTANCE]))
				FAIL(p->j, "doubled", "items %u and %u are instance %s of one series",
				    p->all->thing[k].id, t->id, t->v.f[V_INSTANCE].t);
		if (p->l->column_n > COL_EXDATE && !t->is_inner &&
		    strcmp(t->v.f[V_TYPE].t, "1") == 0)
			check_exdates(p, t);
	}
}

/* ---- posts ---- */

#define ROOT_CHARS 46   /* "0x" and 22 bytes */
#define INDEX_FULL 230  /* longer ones do not fit into this model's texts */

static const struct src *
row_above(const struct pause *p, const struct src *r)
{
	const struct src *up;

	if (!r->col[COL_PARENT].t[0] || strcmp(r->col[COL_PARENT].t, "999999") == 0)
		return NULL;
	up = &judge_owner(p->j, r->col[COL_PARENT].t)->row;
	return is_in_view(up) ? up : NULL;
}

/* Up to a row that answers nobody: no circle, and no post that has gone meanwhile. */
static bool
is_whole(const struct pause *p, const struct src *r)
{
	const struct src *up = r;

	for (int i = 0; up && i < 200; i++) {
		r = up;
		up = row_above(p, r);
	}
	return !up && !r->col[COL_PARENT].t[0];
}

static void
check_post(const struct pause *p, const struct thing *t)
{
	const struct src *row = &judge_owner(p->j, t->key)->row, *up = row_above(p, row);
	const char *index = t->v.f[V_INDEX].t;
	const struct thing *root = NULL, *above;
	size_t n = strlen(index);

	for (size_t i = 0; i < p->all->thing_n; i++) {
		const struct thing *x = &p->all->thing[i];

		if (strlen(x->v.f[V_INDEX].t) == ROOT_CHARS &&
		    strncmp(x->v.f[V_INDEX].t, index, ROOT_CHARS) == 0)
			root = x;
		if (x != t && n < INDEX_FULL && strcmp(x->v.f[V_INDEX].t, index) == 0)
			FAIL(p->j, "thread", "items %u and %u have one place: %s", x->id, t->id,
			    index);
	}
	if (n < ROOT_CHARS || !root) {
		FAIL(p->j, "thread", "item %u (row %s): no thread begins with %s", t->id, t->key,
		    index);
		return;
	}
	if (!text_eq(&root->v.f[V_TOPIC], &t->v.f[V_TOPIC]))
		FAIL(p->j, "thread", "item %u is about \"%s\", its thread about \"%s\"", t->id,
		    t->v.f[V_TOPIC].t, root->v.f[V_TOPIC].t);
	if (!row->col[COL_PARENT].t[0] && n != ROOT_CHARS)
		FAIL(p->j, "thread", "item %u answers nobody and stands at %s", t->id, index);
	if (!up || !is_whole(p, row) || n >= INDEX_FULL)
		return;
	above = thing_of_key(p, up->col[COL_CODE].t);
	if (above && (n <= strlen(above->v.f[V_INDEX].t) ||
	    strncmp(index, above->v.f[V_INDEX].t, strlen(above->v.f[V_INDEX].t)) != 0))
		FAIL(p->j, "thread", "item %u at %s answers item %u at %s", t->id, index, above->id,
		    above->v.f[V_INDEX].t);
}

/* ---- files ---- */

static const struct thing *
thing_at(const struct pause *p, const char *path, const struct thing *but)
{
	char is[240];

	for (size_t i = 0; i < p->all->thing_n; i++) {
		view_path(&p->all->thing[i].v, is);
		if (&p->all->thing[i] != but && strcmp(is, path) == 0)
			return &p->all->thing[i];
	}
	return NULL;
}

/* Every part of the path that is a folder; NULL: all are. */
static const char *
missing_folder(const struct pause *p, const char *dir, char out[240], bool *is_file)
{
	*is_file = false;
	for (size_t n = 0; dir[n]; n += dir[n] == '/') {
		const struct thing *t;

		n += strcspn(dir + n, "/");
		snprintf(out, 240, "%.*s", (int)n, dir);
		t = thing_at(p, out, NULL);
		if (!t || !t->is_inner) {
			*is_file = t != NULL;
			return out;
		}
	}
	return NULL;
}

static void
check_place(const struct pause *p, const struct thing *t)
{
	char path[240], part[240];
	const struct thing *other;
	bool is_file;

	view_path(&t->v, path);
	other = thing_at(p, path, t);
	if (other)
		FAIL(p->j, "one-path", "items %u and %u are both \"%s\"", t->id, other->id, path);
	if (missing_folder(p, t->v.f[V_FOLDER].t, part, &is_file))
		FAIL(p->j, "folder-missing", "item %u is \"%s\", but there is no folder \"%s\"",
		    t->id, path, part);
}

/* A good row that no client sees: its place must be taken. */
static void
check_hidden(const struct pause *p, const struct src *r)
{
	const char *dir = r->col[COL_FOLDER].t;
	char path[240], part[240];
	bool is_file;

	if (!is_in_view(r) || is_bad(p, r) || thing_of_key(p, r->col[COL_CODE].t))
		return;
	snprintf(path, sizeof(path), "%s%s%s", dir, dir[0] ? "/" : "", r->col[COL_NAME].t);
	if (thing_at(p, path, NULL) || (missing_folder(p, dir, part, &is_file) && is_file))
		return;
	FAIL(p->j, "convergence", "row %s (\"%s\") is no item, and nothing is in its place",
	    r->col[COL_CODE].t, path);
}

/* ---- */

void
kind_judge_pause(struct kind_judge *j, struct door *d, const struct kind_pull *all)
{
	struct pause p = { j, d, all, world_list(j->w) };

	for (size_t i = 0; i < j->owner_n; i++) {
		const struct item *item = j->owner[i].item ?
		    judge_fact(j, j->owner[i].item)->item : NULL;

		if (item && !item->is_bad)
			j->owner[i].raised = j->owner[i].touched;
		if (!j->owner[i].row.is_present)
			continue;
		check_row(&p, &j->owner[i].row);
		if (p.l->kind == KIND_DOCUMENTS)
			check_hidden(&p, &j->owner[i].row);
	}
	for (size_t i = 0; i < all->thing_n; i++) {
		const struct thing *t = &all->thing[i];

		check_seen(&p, t);
		check_files(&p, t);
		if (!t->is_inner && !judge_owner(j, t->key)->row.is_present)
			FAIL(j, "convergence", "item %u of row %s, which is gone", t->id, t->key);
		if (p.l->kind == KIND_DISCUSSIONS)
			check_post(&p, t);
		else if (p.l->kind == KIND_DOCUMENTS)
			check_place(&p, t);
	}
	if (p.l->kind == KIND_CALENDAR)
		check_events(&p);
}
