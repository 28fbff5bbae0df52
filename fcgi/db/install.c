/*
 * install.c -- the sync database, its accounts, lists and triggers: made step
 * by step from what is there already, so that a second run has nothing to do
 * and a run that was interrupted is simply repeated.
 */
#include "install.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "dba.h"
#include "num.h"
#include "stamp.h"

#define ARENA_BYTES (256 * MIB)
#define FILES_MAX 999
#define FILE_BYTES (1 * MIB)

/* ---- numbered schema files ---- */

/* "001_sync.sql": 1; 0 for anything else. */
static unsigned
file_number(const char *name)
{
	int64_t n;

	if (strlen(name) < 8 || strcmp(name + strlen(name) - 4, ".sql") != 0 || name[3] != '_' ||
	    !num_i64((struct str){ name, 3 }, 1, FILES_MAX, &n))
		return 0;
	return (unsigned)n;
}

/* Paths by number; NULL where there is none. */
static enum outcome
schema_files(const char *dir, struct arena *a, const char ***out, struct err *e)
{
	const char **file = ARENA_ARRAY(a, const char *, FILES_MAX + 1);
	DIR *d = opendir(dir);
	struct dirent *entry;

	if (!d)
		return err_set(e, E_FAILED, "cannot read the folder of the schema files, %s: %s",
		    dir, strerror(errno));
	while ((entry = readdir(d))) {
		unsigned n = file_number(entry->d_name);

		if (n)
			file[n] = arena_fmt(a, "%s/%s", dir, entry->d_name).p;
	}
	closedir(d);
	*out = file;
	return file[1] ? OK : err_set(e, E_FAILED, "%s holds no schema files; expected "
	    "001_....sql there", dir);
}

static enum outcome
read_file(const char *path, struct arena *a, struct str *out, struct err *e)
{
	char *p = arena_get(a, FILE_BYTES + 1);
	FILE *f = fopen(path, "r");

	if (!f)
		return err_set(e, E_FAILED, "cannot read %s: %s", path, strerror(errno));
	*out = (struct str){ p, fread(p, 1, FILE_BYTES, f) };
	fclose(f);
	return out->n < FILE_BYTES ? OK : err_set(e, E_LIMIT, "%s is larger than %d bytes", path,
	    FILE_BYTES);
}

/* The next statement without its semicolon and comments before it; false at the end. */
static bool
next_statement(struct str *rest, struct str *out)
{
	const char *p = rest->p, *end = rest->p + rest->n, *from;

	for (;;) {
		while (p < end && strchr(" \t\r\n;", *p))
			p++;
		if (end - p < 2 || p[0] != '-' || p[1] != '-')
			break;
		while (p < end && *p != '\n')
			p++;
	}
	from = p;
	for (char quote = 0; p < end; p++) {
		if (quote) {
			if (*p == quote)
				quote = 0;
		} else if (strchr("'\"`", *p)) {
			quote = *p;
		} else if (end - p > 1 && p[0] == '-' && p[1] == '-') {
			while (p + 1 < end && p[1] != '\n')
				p++;
		} else if (*p == ';') {
			break;
		}
	}
	*out = str_trim((struct str){ from, (size_t)(p - from) });
	*rest = (struct str){ p, (size_t)(end - p) };
	return out->n > 0;
}

static enum outcome
apply_file(struct dba *d, const char *path, struct err *e)
{
	struct str rest = STR_NULL, sql;
	enum outcome rc = read_file(path, d->arena, &rest, e);

	dba_note(d, "%s", path);
	while (rc == OK && next_statement(&rest, &sql)) {
		rc = dba_do_text(d, arena_dup(d->arena, sql).p, e);
		if (rc != OK && db_errno(d->db) == 1050)
			rc = OK; /* the table is there: an earlier run was interrupted */
	}
	return rc;
}

static enum outcome
has_database(struct dba *d, bool *out, struct err *e)
{
	struct rows r;
	enum outcome rc = dba_ask(d, &r, "SELECT 1 FROM information_schema.schemata "
	    "WHERE schema_name = ?", &d->database, 1, e);

	*out = rc == OK && r.n > 0;
	return rc;
}

static enum outcome
has_table(struct dba *d, const char *name, bool *out, struct err *e)
{
	const char *of[] = { d->database, name };
	struct rows r;
	enum outcome rc = dba_ask(d, &r, "SELECT 1 FROM information_schema.tables "
	    "WHERE table_schema = ? AND table_name = ?", of, 2, e);

	*out = rc == OK && r.n > 0;
	return rc;
}

/* Number of the newest file that was applied, 0 none. */
static enum outcome
schema_version(struct dba *d, uint64_t *out, struct err *e)
{
	struct rows r;
	bool is_there;
	enum outcome rc = has_table(d, "ows_schema", &is_there, e);

	*out = 0;
	if (rc == OK && is_there) {
		rc = dba_ask(d, &r, arena_fmt(d->arena, "SELECT MAX(version) FROM %s",
		    dba_place(d->arena, d->database, "ows_schema")).p, NULL, 0, e);
		if (rc == OK && r.n)
			*out = rows_number(&r, 0, 0);
	}
	return rc;
}

static enum outcome
make_schema(struct dba *d, const char *sql_dir, struct err *e)
{
	const char **file = NULL;
	uint64_t version;
	bool is_there;
	enum outcome rc = schema_files(sql_dir, d->arena, &file, e);

	if (rc == OK)
		rc = has_database(d, &is_there, e);
	if (rc == OK && !is_there)
		rc = dba_do(d, e, "CREATE DATABASE IF NOT EXISTS %s CHARACTER SET utf8mb4 "
		    "COLLATE utf8mb4_bin", dba_name(d->arena, d->database));
	if (rc == OK)
		rc = schema_version(d, &version, e);
	if (rc != OK || version >= FILES_MAX || !file[version + 1])
		return rc;
	rc = dba_do(d, e, "USE %s", dba_name(d->arena, d->database));
	for (size_t n = version + 1; rc == OK && n <= FILES_MAX && file[n]; n++)
		rc = apply_file(d, file[n], e);
	return rc;
}

/* ---- lists ---- */

struct numbers {
	bool is_there;       /* the table of lists exists: not so when shown before the first run */
	uint64_t next;       /* of the next new list */
};

static enum outcome
list_numbers(struct dba *d, struct numbers *out, struct err *e)
{
	const char *of[] = { d->database };
	struct rows r;
	enum outcome rc = dba_ask(d, &r, "SELECT auto_increment FROM information_schema.tables "
	    "WHERE table_schema = ? AND table_name = 'ows_list'", of, 1, e);

	*out = (struct numbers){ .is_there = rc == OK && r.n, .next = 1 };
	if (out->is_there && rows_number(&r, 0, 0))
		out->next = rows_number(&r, 0, 0);
	return rc;
}

static enum outcome
list_row(struct dba *d, const struct list *l, struct rows *out, struct err *e)
{
	char guid[39];
	const char *of[] = { guid_fmt(&l->id, GUID_HEX, guid) };

	return dba_ask(d, out, arena_fmt(d->arena, "SELECT no, name, title FROM %s "
	    "WHERE id = UNHEX(?)", dba_place(d->arena, d->database, "ows_list")).p, of, 1, e);
}

/* A new list: its row and the first entry of its log, at one moment. */
static enum outcome
seed_list(struct dba *d, const struct list *l, uint64_t no, struct err *e)
{
	struct arena *a = d->arena;
	struct timespec now;
	unsigned long long ticks;
	char guid[39];
	enum outcome rc;

	clock_gettime(CLOCK_REALTIME, &now);
	ticks = stamp_ticks(now.tv_sec, now.tv_nsec);
	rc = dba_do(d, e, "START TRANSACTION");
	if (rc == OK)
		rc = dba_do(d, e, "INSERT INTO %s (no, id, name, title, head, head_ticks, next_id, "
		    "schema_version, schema_change, definition, is_ready, created, modified, "
		    "deleted) VALUES (%llu, 0x%s, %s, %s, 1, %llu, 1, 1, 1, REPEAT('\\0', 32), 0, "
		    "%lld, %lld, %lld)", dba_place(a, d->database, "ows_list"),
		    (unsigned long long)no, guid_fmt(&l->id, GUID_HEX, guid),
		    dba_text(a, l->name), dba_text(a, l->title), ticks, (long long)now.tv_sec,
		    (long long)now.tv_sec, (long long)now.tv_sec);
	if (rc == OK)
		rc = dba_do(d, e, "INSERT INTO %s (list, number, ticks, kind, item) VALUES "
		    "(%llu, 1, %llu, %d, 0)", dba_place(a, d->database, "ows_change"),
		    (unsigned long long)no, ticks, CHANGE_START);
	if (rc == OK)
		return dba_do(d, e, "COMMIT");
	db_rollback(d->db);
	return rc;
}

static enum outcome
make_list(struct dba *d, const struct list *l, struct numbers *numbers, uint32_t *no,
    struct err *e)
{
	struct rows r = { 0 };
	enum outcome rc = OK;

	if (numbers->is_there)
		rc = list_row(d, l, &r, e);
	if (rc == OK && !r.n) {
		*no = (uint32_t)numbers->next++;
		return seed_list(d, l, *no, e);
	}
	if (rc != OK)
		return rc;
	*no = (uint32_t)rows_number(&r, 0, 0);
	if (strcmp(rows_text(&r, 0, 1), l->name) != 0 || strcmp(rows_text(&r, 0, 2), l->title) != 0)
		rc = dba_do(d, e, "UPDATE %s SET name = %s, title = %s WHERE no = %u",
		    dba_place(d->arena, d->database, "ows_list"), dba_text(d->arena, l->name),
		    dba_text(d->arena, l->title), (unsigned)*no);
	return rc;
}

/* A view of the definer's: it sees the triggers that he may make, the daemon by itself sees none. */
static enum outcome
make_trigger_view(struct dba *d, struct err *e)
{
	bool is_there;
	enum outcome rc = has_table(d, TRIGGER_VIEW, &is_there, e);

	if (rc == OK && !is_there)
		rc = dba_do(d, e, "CREATE DEFINER = %s SQL SECURITY DEFINER VIEW %s AS SELECT "
		    "event_object_schema, event_object_table, trigger_name "
		    "FROM information_schema.triggers", TRIGGER_DEFINER,
		    dba_place(d->arena, d->database, TRIGGER_VIEW));
	return rc;
}

/* One list; its failure is a problem of its file, and the others go on. */
static void
install_list(struct dba *d, const struct list *l, uint32_t no, struct ini_problems *p)
{
	struct err e = { 0 };

	if (triggers_install(d, l, no, &e) != OK)
		ini_problem(p, l->file, NULL, "%s%s%s%s", e.peer, *e.detail ? " (" : "", e.detail,
		    *e.detail ? ")" : "");
}

/* Everything that the file names is there; else that list is left out. */
static enum outcome
is_complete(struct dba *d, const struct list *l, bool *out, struct ini_problems *p, struct err *e)
{
	struct ini_entry at = { .section = "source", .key = "view" };
	struct dba_column *column;
	size_t n;
	enum outcome rc = dba_columns(d, l->schema, l->view, &column, &n, e);

	*out = n > 0;
	if (rc == OK && !n)
		ini_problem(p, l->file, &at, "there is no view %s.%s; the list is left out",
		    l->schema, l->view);
	at.section = "track";
	at.key = "tables";
	for (size_t k = 0; rc == OK && k < l->tracked_n; k++) {
		const struct tracked *t = &l->tracked[k];

		rc = dba_columns(d, t->schema, t->table, &column, &n, e);
		for (size_t part = 0; rc == OK && n && part < t->part_n; part++)
			if (!dba_column(column, n, t->part[part])) {
				ini_problem(p, l->file, &at, "the table %s.%s has no column "
				    "\"%s\"; the list is left out", t->schema, t->table,
				    t->part[part]);
				*out = false;
			}
		if (rc == OK && !n) {
			ini_problem(p, l->file, &at, "there is no table %s.%s; the list is left "
			    "out", t->schema, t->table);
			*out = false;
		}
	}
	return rc;
}

static enum outcome
complete_lists(struct dba *d, const struct lists *all, struct lists *out, struct ini_problems *p,
    struct err *e)
{
	enum outcome rc = OK;

	*out = (struct lists){ .list = ARENA_ARRAY(d->arena, struct list *, all->n) };
	for (size_t k = 0; rc == OK && k < all->n; k++) {
		bool is_there = false;

		rc = is_complete(d, all->list[k], &is_there, p, e);
		if (rc == OK && is_there)
			out->list[out->n++] = all->list[k];
	}
	return rc;
}

enum outcome
install_run(const struct install *i, struct ini_problems *p, struct err *e)
{
	struct install with = *i;
	struct numbers numbers = { 0 };
	struct lists lists = { 0 };
	struct arena a;
	struct dba d;
	uint32_t *no;
	enum outcome rc;

	arena_init(&a, ARENA_BYTES);
	no = ARENA_ARRAY(&a, uint32_t, i->lists->n);
	with.lists = &lists;
	rc = dba_open(&d, i->admin, &a, i->print, e);
	if (rc == OK)
		rc = complete_lists(&d, i->lists, &lists, p, e);
	if (rc == OK)
		rc = make_schema(&d, i->sql_dir, e);
	if (rc == OK)
		rc = grants_install(&d, &with, e);
	if (rc == OK)
		rc = make_trigger_view(&d, e);
	if (rc == OK)
		rc = list_numbers(&d, &numbers, e);
	for (size_t k = 0; rc == OK && k < lists.n; k++)
		rc = make_list(&d, lists.list[k], &numbers, &no[k], e);
	for (size_t k = 0; rc == OK && k < lists.n; k++)
		install_list(&d, lists.list[k], no[k], p);
	if (rc == OK && !d.done)
		dba_note(&d, "everything is there already");
	dba_close(&d);
	arena_clear(&a);
	return rc;
}

enum outcome
install_undo(const struct install *i, bool drop_data, struct err *e)
{
	struct arena a;
	struct dba d;
	bool is_there = false;
	enum outcome rc;

	arena_init(&a, ARENA_BYTES);
	rc = dba_open(&d, i->admin, &a, i->print, e);
	/* triggers first: without their table they would only be a burden */
	if (rc == OK)
		rc = triggers_drop(&d, e);
	if (rc == OK && drop_data)
		rc = has_database(&d, &is_there, e);
	if (rc == OK && is_there)
		rc = dba_do(&d, e, "DROP DATABASE %s", dba_name(&a, d.database));
	if (rc == OK && drop_data)
		rc = grants_drop(&d, i, e);
	if (rc == OK && !d.done)
		dba_note(&d, "nothing is there");
	dba_close(&d);
	arena_clear(&a);
	return rc;
}
