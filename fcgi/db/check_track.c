/*
 * check_track.c -- are changes noticed? Tables that are tracked, tables that
 * ought to be, foreign keys that change rows without a trigger, triggers.
 */
#include "checking.h"

/* ---- the tables that the file names ---- */

static void
check_part(struct check *c, const struct tracked *t, const struct dba_column *col, size_t n,
    size_t part)
{
	const struct ini_entry *at = check_at(c, "track", "tables");
	const struct dba_column *found = dba_column(col, n, t->part[part]), *key;
	const char *to = t->via ? t->via : c->l->key[part];

	key = dba_column(c->column, c->column_n, to);
	if (!found)
		CHECK_ERROR(c, at, "the table %s.%s has no column \"%s\"%s", t->schema, t->table,
		    t->part[part], check_near(c, col, n, t->part[part]));
	else if (key && key->type.class != found->type.class)
		CHECK_ERROR(c, at, "column \"%s\" of %s.%s is of type %s, and \"%s\" of the view is "
		    "of type %s: the keys would never be equal", t->part[part], t->schema,
		    t->table, found->type.full, to, key->type.full);
}

static enum outcome
check_table(struct check *c, const struct tracked *t, struct err *e)
{
	const struct ini_entry *at = check_at(c, "track", "tables");
	const char *of[] = { t->schema, t->table };
	struct dba_column *col;
	struct rows r;
	size_t n;
	enum outcome rc = dba_columns(&c->d, t->schema, t->table, &col, &n, e);

	if (rc != OK)
		return rc;
	if (!n) {
		CHECK_ERROR(c, at, "there is no table %s.%s", t->schema, t->table);
		return OK;
	}
	rc = dba_ask(&c->d, &r, "SELECT table_type, IFNULL(engine, '') FROM "
	    "information_schema.tables WHERE table_schema = ? AND table_name = ?", of, 2, e);
	if (rc == OK && r.n && strstr(rows_text(&r, 0, 0), "VIEW"))
		CHECK_ERROR(c, at, "%s.%s is a view, and MariaDB has no triggers on views: name "
		    "its base tables", t->schema, t->table);
	else if (rc == OK && r.n && strcmp(rows_text(&r, 0, 1), "InnoDB") != 0)
		CHECK_WARN(c, at, "%s.%s uses the engine %s, which has no transactions: a change "
		    "that fails half-way stays", t->schema, t->table, rows_text(&r, 0, 1));
	for (size_t i = 0; i < t->part_n; i++)
		check_part(c, t, col, n, i);
	if (t->via && !dba_column(c->column, c->column_n, t->via))
		CHECK_ERROR(c, at, "the view has no column \"%s\"%s", t->via,
		    check_near(c, c->column, c->column_n, t->via));
	return rc;
}

/* ---- the tables that it does not ---- */

static bool
is_tracked(const struct list *l, const char *schema, const char *table)
{
	for (size_t i = 0; i < l->tracked_n; i++)
		if (strcmp(l->tracked[i].schema, schema) == 0 &&
		    strcmp(l->tracked[i].table, table) == 0)
			return true;
	return false;
}

static void
check_uncovered(struct check *c)
{
	for (size_t i = 0; i < c->base_n; i++) {
		const struct dba_table *t = &c->base[i];

		if (t->is_view || is_tracked(c->l, t->schema, t->name))
			continue;
		CHECK_WARN(c, check_at(c, "track", "tables"), "the view reads %s.%s, which is not "
		    "named: its changes arrive only with the scan every %lld seconds; add "
		    "%s.%s:column, :column->viewcolumn, or :*", t->schema, t->name,
		    (long long)c->l->scan_every_s, t->schema, t->name);
	}
}

/* Rows of a tracked table that go or change with a parent fire no trigger. */
static enum outcome
check_cascades(struct check *c, const struct tracked *t, struct err *e)
{
	const char *of[] = { t->schema, t->table };
	struct rows r;
	enum outcome rc = dba_ask(&c->d, &r, "SELECT r.constraint_name, r.unique_constraint_schema, "
	    "r.referenced_table_name, r.delete_rule, r.update_rule "
	    "FROM information_schema.referential_constraints r "
	    "WHERE r.constraint_schema = ? AND r.table_name = ? "
	    "AND (r.delete_rule IN ('CASCADE', 'SET NULL') OR r.update_rule IN ('CASCADE', "
	    "'SET NULL'))", of, 2, e);

	for (size_t i = 0; rc == OK && i < r.n; i++) {
		if (is_tracked(c->l, rows_text(&r, i, 1), rows_text(&r, i, 2)))
			continue;
		CHECK_WARN(c, check_at(c, "track", "tables"), "the foreign key %s changes rows of "
		    "%s.%s together with %s.%s (on delete %s, on update %s), and MariaDB fires no "
		    "trigger for that: name %s.%s as well, or rely on the scan every %lld seconds",
		    rows_text(&r, i, 0), t->schema, t->table, rows_text(&r, i, 1),
		    rows_text(&r, i, 2), rows_text(&r, i, 3), rows_text(&r, i, 4),
		    rows_text(&r, i, 1), rows_text(&r, i, 2), (long long)c->l->scan_every_s);
	}
	return rc;
}

/* ---- what install has made ---- */

static enum outcome
check_installed(struct check *c, struct err *e)
{
	const char *table[] = { c->d.database };
	char guid[39];
	const char *of[] = { guid_fmt(&c->l->id, GUID_HEX, guid) };
	struct rows r;
	enum outcome rc = dba_ask(&c->d, &r, "SELECT 1 FROM information_schema.tables WHERE "
	    "table_schema = ? AND table_name = 'ows_list'", table, 1, e);

	if (rc == OK && r.n)
		rc = dba_ask(&c->d, &r, arena_fmt(c->d.arena, "SELECT no FROM %s WHERE "
		    "id = UNHEX(?)", dba_place(c->d.arena, c->d.database, "ows_list")).p, of, 1,
		    e);
	if (rc != OK)
		return rc;
	if (!r.n) {
		CHECK_WARN(c, NULL, "is not installed yet: run `owsadm install`");
		return OK;
	}
	return triggers_check(&c->d, c->l, (uint32_t)rows_number(&r, 0, 0), c->p, e);
}

enum outcome
check_tracking(struct check *c, struct err *e)
{
	size_t errors = c->p->error_n;
	enum outcome rc = OK;

	if (c->l->track == TRACK_TRIGGERS) {
		for (size_t i = 0; rc == OK && i < c->l->tracked_n; i++) {
			rc = check_table(c, &c->l->tracked[i], e);
			if (rc == OK)
				rc = check_cascades(c, &c->l->tracked[i], e);
		}
		check_uncovered(c);
	}
	return rc == OK && c->p->error_n == errors ? check_installed(c, e) : rc;
}
