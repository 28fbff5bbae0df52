/*
 * triggers.c -- the triggers that put keys of changed rows into the inbox.
 * Design rule 4.
 *
 * One trigger per table and event, whatever number of entries [track] tables
 * has for the table. Its name holds the list's GUID, so that it can be told
 * before the list has a number. A trigger only inserts, and whatever may be
 * wrong with the inbox ends the trigger and not the business statement; the
 * scan finds the rest. Errors that end a transaction (deadlock, lock wait) are
 * not among those: swallowing one would hide a rollback from the application.
 */
#include "dba.h"

#include "open.h"

/*
 * no table, no right on it or on a column, table full, key too long, no
 * database, unknown column, engine lost the table, table is read-only
 */
#define SWALLOWED "1146, 1142, 1143, 1114, 1406, 1049, 1044, 1054, 1932, 1036"
#define NAME_BYTES 40     /* of a table's name in the trigger's: identifiers hold 64 characters */

static const struct event {
	const char *code, *moment;
	bool has_new, has_old;
	bool only_via;   /* rows that leave an inner join are seen before, not after */
} events[] = {
	{ "i",  "AFTER INSERT",  true,  false, false },
	{ "u",  "AFTER UPDATE",  true,  true,  false },
	{ "d",  "AFTER DELETE",  false, true,  false },
	{ "bu", "BEFORE UPDATE", false, true,  true },
	{ "bd", "BEFORE DELETE", false, true,  true },
};
#define EVENT_N (sizeof events / sizeof events[0])

struct writer {
	struct dba *d;
	const struct list *l;
	uint32_t no;
	const struct dba_column *view;  /* columns of the view */
	size_t view_n;
	struct buf b;
};

/* FNV-1a. */
static uint32_t
sum_of(const void *bytes, size_t n)
{
	const unsigned char *p = bytes;
	uint32_t sum = 2166136261u;

	for (size_t i = 0; i < n; i++)
		sum = (sum ^ p[i]) * 16777619u;
	return sum;
}

/* A list in the names of its triggers. Of the whole GUID: numbered ones begin alike. */
static uint32_t
list_sum(const struct list *l)
{
	return sum_of(l->id.b, sizeof(l->id.b));
}

const char *
trigger_name(struct arena *a, const struct list *l, const char *table, const char *event)
{
	if (strlen(table) <= NAME_BYTES)
		return arena_fmt(a, "ows_%08x_%s_%s", list_sum(l), table, event).p;
	return arena_fmt(a, "ows_%08x_%08x_%s", list_sum(l), sum_of(table, strlen(table)),
	    event).p;
}

/* Text of the key, of NEW, OLD or view columns; with prefix "NEW". */
static void
key_text(struct writer *w, const char *prefix, const char *const *part)
{
	struct arena *a = w->d->arena;

	if (w->l->key_n > 1)
		buf_addf(&w->b, "CONCAT(");
	for (size_t i = 0; i < w->l->key_n; i++) {
		const struct dba_column *c = dba_column(w->view, w->view_n, w->l->key[i]);
		const char *column = arena_fmt(a, "%s.%s", prefix, dba_name(a, part[i])).p;

		if (i)
			buf_addf(&w->b, ", _utf8mb4 X'%02X', ", KEY_JOINT);
		/* our sessions are in UTC, the business application's are in whatever zone */
		if (c->type.class == COLUMN_TIMESTAMP)
			column = arena_fmt(a, "CONVERT_TZ(%s, @@session.time_zone, '+00:00')",
			    column).p;
		view_key_part(&w->b, &c->type, column);
	}
	if (w->l->key_n > 1)
		buf_addf(&w->b, ")");
}

static void
not_null(struct writer *w, const char *prefix, const struct tracked *t)
{
	for (size_t i = 0; i < t->part_n; i++)
		buf_addf(&w->b, "%s%s.%s IS NOT NULL", i ? " AND " : "", prefix,
		    dba_name(w->d->arena, t->part[i]));
}

static void
insert_open(struct writer *w, const char *indent)
{
	buf_addf(&w->b, "%sINSERT INTO %s (list, skey) VALUES (%u, ", indent,
	    dba_place(w->d->arena, w->d->database, "ows_inbox"), w->no);
}

/* The key that the row itself holds. */
static void
write_plain(struct writer *w, const struct tracked *t, const struct event *ev)
{
	if (ev->has_new) {
		buf_addf(&w->b, "  IF ");
		not_null(w, "NEW", t);
		buf_addf(&w->b, " THEN\n");
		insert_open(w, "    ");
		key_text(w, "NEW", t->part);
		buf_addf(&w->b, ");\n  END IF;\n");
	}
	if (!ev->has_old)
		return;
	buf_addf(&w->b, "  IF ");
	not_null(w, "OLD", t);
	if (ev->has_new) { /* once, unless the key was changed */
		buf_addf(&w->b, " AND NOT (CAST(");
		key_text(w, "OLD", t->part);
		buf_addf(&w->b, " AS BINARY) <=> CAST(");
		key_text(w, "NEW", t->part);
		buf_addf(&w->b, " AS BINARY))");
	}
	buf_addf(&w->b, " THEN\n");
	insert_open(w, "    ");
	key_text(w, "OLD", t->part);
	buf_addf(&w->b, ");\n  END IF;\n");
}

/*
 * The keys of the view's rows that have the value. A cursor and not INSERT ...
 * SELECT: a plain read takes no locks.
 */
static void
write_via(struct writer *w, const struct tracked *t, const char *prefix)
{
	struct arena *a = w->d->arena;

	buf_addf(&w->b, "  BEGIN\n    DECLARE k VARBINARY(%d);\n    DECLARE c CURSOR FOR SELECT ",
	    LIMIT_KEY_BYTES);
	key_text(w, "v", w->l->key);
	buf_addf(&w->b, " FROM %s v WHERE v.%s = %s.%s;\n"
	    "    DECLARE EXIT HANDLER FOR NOT FOUND BEGIN END;\n"
	    "    OPEN c;\n    LOOP\n      FETCH c INTO k;\n",
	    dba_place(a, w->l->schema, w->l->view), dba_name(a, t->via), prefix,
	    dba_name(a, t->part[0]));
	insert_open(w, "      ");
	buf_addf(&w->b, "k);\n    END LOOP;\n  END;\n");
}

/* What one entry adds to the trigger of an event; false: nothing. */
static bool
write_entry(struct writer *w, const struct tracked *t, const struct event *ev)
{
	if (!t->part_n) { /* table:*: an empty key asks for a scan */
		if (ev->only_via)
			return false;
		insert_open(w, "  ");
		buf_addf(&w->b, "'');\n");
	} else if (!t->via) {
		if (ev->only_via)
			return false;
		write_plain(w, t, ev);
	} else {
		if (ev->only_via)
			write_via(w, t, "OLD");
		else if (ev->has_new)
			write_via(w, t, "NEW");
		else
			return false; /* BEFORE DELETE has seen it */
	}
	return true;
}

static bool
same_table(const struct tracked *a, const struct tracked *b)
{
	return strcmp(a->schema, b->schema) == 0 && strcmp(a->table, b->table) == 0;
}

/* The trigger of table number `first` for one event, if any entry of that table wants it. */
static bool
write_trigger(struct writer *w, size_t first, const struct event *ev, struct trigger *out)
{
	const struct tracked *t = &w->l->tracked[first];
	bool is_wanted = false;

	buf_reset(&w->b);
	buf_addf(&w->b, "BEGIN\n  DECLARE EXIT HANDLER FOR %s BEGIN END;\n", SWALLOWED);
	for (size_t i = first; i < w->l->tracked_n; i++)
		if (same_table(t, &w->l->tracked[i]))
			is_wanted |= write_entry(w, &w->l->tracked[i], ev);
	buf_addf(&w->b, "END");
	*out = (struct trigger){ .schema = t->schema, .table = t->table, .moment = ev->moment,
		.name = trigger_name(w->d->arena, w->l, t->table, ev->code),
		.body = arena_dup(w->d->arena, buf_str(&w->b)).p };
	return is_wanted;
}

static bool
is_first(const struct list *l, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (same_table(&l->tracked[i], &l->tracked[at]))
			return false;
	return true;
}

enum outcome
triggers_wanted(struct dba *d, const struct list *l, uint32_t no, struct trigger **out, size_t *n,
    struct err *e)
{
	struct writer w = { .d = d, .l = l, .no = no };
	struct dba_column *view;
	enum outcome rc;

	*n = 0;
	*out = ARENA_ARRAY(d->arena, struct trigger, l->tracked_n * EVENT_N);
	if (l->track != TRACK_TRIGGERS)
		return OK;
	rc = dba_columns(d, l->schema, l->view, &view, &w.view_n, e);
	if (rc != OK)
		return rc;
	w.view = view;
	for (size_t i = 0; i < l->key_n; i++)
		if (!dba_column(view, w.view_n, l->key[i]))
			return err_set(e, E_INVALID, "The view %s.%s has no column \"%s\", which "
			    "the provider file names as its key.", l->schema, l->view, l->key[i]);
	buf_init(&w.b, 1 * MIB);
	for (size_t i = 0; i < l->tracked_n; i++)
		for (size_t ev = 0; is_first(l, i) && ev < EVENT_N; ev++)
			if (write_trigger(&w, i, &events[ev], &(*out)[*n]))
				++*n;
	buf_clear(&w.b);
	return OK;
}

/* ---- what is there ---- */

struct there {
	struct rows rows; /* schema, name, table, moment, body */
};

/* Triggers that feed this sync database; of one list when l is given. */
static enum outcome
triggers_there(struct dba *d, const struct list *l, struct there *out, struct err *e)
{
	const char *of[] = {
		l ? arena_fmt(d->arena, "ows\\_%08x\\_%%", list_sum(l)).p : "ows\\_%",
		TRIGGER_USER "@localhost",
		arena_fmt(d->arena, "INSERT INTO %s ", dba_place(d->arena, d->database,
		    "ows_inbox")).p,
	};

	return dba_ask(d, &out->rows, "SELECT trigger_schema, trigger_name, event_object_table, "
	    "CONCAT(action_timing, ' ', event_manipulation), action_statement "
	    "FROM information_schema.triggers WHERE trigger_name LIKE ? AND definer = ? "
	    "AND LOCATE(?, action_statement) > 0 ORDER BY trigger_schema, trigger_name", of, 3, e);
}

static int
find_there(const struct there *t, const struct trigger *want)
{
	for (size_t i = 0; i < t->rows.n; i++)
		if (strcmp(rows_text(&t->rows, i, 0), want->schema) == 0 &&
		    strcmp(rows_text(&t->rows, i, 1), want->name) == 0)
			return (int)i;
	return -1;
}

static bool
is_as_wanted(const struct there *t, int at, const struct trigger *want)
{
	size_t i = (size_t)at;

	return at >= 0 && strcmp(rows_text(&t->rows, i, 2), want->table) == 0 &&
	    strcmp(rows_text(&t->rows, i, 3), want->moment) == 0 &&
	    strcmp(rows_text(&t->rows, i, 4), want->body) == 0;
}

static enum outcome
drop_one(struct dba *d, const char *schema, const char *name, struct err *e)
{
	return dba_do(d, e, "DROP TRIGGER IF EXISTS %s", dba_place(d->arena, schema, name));
}

enum outcome
triggers_install(struct dba *d, const struct list *l, uint32_t no, struct err *e)
{
	struct trigger *want;
	struct there there;
	size_t n;
	enum outcome rc = triggers_wanted(d, l, no, &want, &n, e);

	if (rc == OK)
		rc = triggers_there(d, l, &there, e);
	for (size_t i = 0; rc == OK && i < there.rows.n; i++) {
		bool is_kept = false;

		for (size_t k = 0; k < n; k++)
			is_kept |= find_there(&there, &want[k]) == (int)i;
		if (!is_kept)
			rc = drop_one(d, rows_text(&there.rows, i, 0),
			    rows_text(&there.rows, i, 1), e);
	}
	for (size_t k = 0; rc == OK && k < n; k++) {
		const struct trigger *t = &want[k];

		/* OR REPLACE: there is no moment without one */
		if (!is_as_wanted(&there, find_there(&there, t), t))
			rc = dba_do(d, e, "CREATE OR REPLACE DEFINER = %s TRIGGER %s %s ON %s "
			    "FOR EACH ROW\n%s", TRIGGER_DEFINER,
			    dba_place(d->arena, t->schema, t->name), t->moment,
			    dba_place(d->arena, t->schema, t->table), t->body);
	}
	return rc;
}

enum outcome
triggers_drop(struct dba *d, struct err *e)
{
	struct there there;
	enum outcome rc = triggers_there(d, NULL, &there, e);

	for (size_t i = 0; rc == OK && i < there.rows.n; i++)
		rc = drop_one(d, rows_text(&there.rows, i, 0), rows_text(&there.rows, i, 1), e);
	return rc;
}

enum outcome
triggers_check(struct dba *d, const struct list *l, uint32_t no, struct ini_problems *p,
    struct err *e)
{
	struct ini_entry at = { .section = "track", .key = "tables" };
	struct trigger *want;
	struct there there;
	size_t n;
	enum outcome rc = triggers_wanted(d, l, no, &want, &n, e);

	if (rc == OK)
		rc = triggers_there(d, l, &there, e);
	for (size_t k = 0; rc == OK && k < n; k++) {
		int found = find_there(&there, &want[k]);

		if (found < 0)
			ini_warning(p, l->file, &at, "the trigger %s on %s.%s is missing; changes "
			    "are found by scanning until `owsadm install` has made it",
			    want[k].name, want[k].schema, want[k].table);
		else if (!is_as_wanted(&there, found, &want[k]))
			ini_warning(p, l->file, &at, "the trigger %s on %s.%s is not what this "
			    "file asks for; `owsadm install` replaces it", want[k].name,
			    want[k].schema, want[k].table);
	}
	return rc;
}

/* ---- seen by the daemon, which has no right on the tables ---- */

/* Events that a table's entries ask for: plain ones three, `->` four, both five. */
static bool
wants(const struct list *l, size_t first, const struct event *ev)
{
	for (size_t i = first; i < l->tracked_n; i++) {
		const struct tracked *t = &l->tracked[i];

		if (!same_table(&l->tracked[first], t))
			continue;
		if (t->via ? ev->only_via || ev->has_new : !ev->only_via)
			return true;
	}
	return false;
}

static bool
holds(const struct rows *r, const char *name)
{
	for (size_t i = 0; i < r->n; i++)
		if (strcmp(rows_text(r, i, 0), name) == 0)
			return true;
	return false;
}

/* Ask by table: the server answers from that table's file alone, however many there are. */
static enum outcome
table_has_all(struct dba *d, const struct list *l, size_t at, bool *all, struct err *e)
{
	const struct tracked *t = &l->tracked[at];
	const char *of[] = { t->schema, t->table };
	struct rows r;
	enum outcome rc = dba_ask(d, &r, arena_fmt(d->arena, "SELECT trigger_name FROM %s "
	    "WHERE event_object_schema = ? AND event_object_table = ?",
	    dba_place(d->arena, d->database, TRIGGER_VIEW)).p, of, 2, e);

	for (size_t ev = 0; rc == OK && ev < EVENT_N; ev++)
		if (wants(l, at, &events[ev]) &&
		    !holds(&r, trigger_name(d->arena, l, t->table, events[ev].code)))
			*all = false;
	return rc;
}

enum outcome
triggers_seen(struct dba *d, const struct list *l, bool *all, const char **missing, struct err *e)
{
	enum outcome rc = OK;

	*all = true;
	*missing = NULL;
	if (l->track != TRACK_TRIGGERS)
		return OK;
	for (size_t i = 0; rc == OK && *all && i < l->tracked_n; i++) {
		if (!is_first(l, i))
			continue;
		rc = table_has_all(d, l, i, all, e);
		if (rc == OK && !*all)
			*missing = arena_fmt(d->arena, "%s.%s", l->tracked[i].schema,
			    l->tracked[i].table).p;
	}
	return rc;
}

enum outcome
store_triggers(struct store *s, const struct list *l, bool *all, const char **missing,
    struct err *e)
{
	struct dba d = { .arena = s->arena, .database = s->conf->database };
	enum outcome rc = maria_ready(s, e);

	d.db = s->db;
	return rc == OK ? triggers_seen(&d, l, all, missing, e) : rc;
}
