/*
 * check.c -- everything that cannot work between a provider file and its view,
 * in the DBA's terms: view and columns here; writing, tracking and the rows in
 * check_write.c, check_track.c and check_data.c.
 */
#include "check.h"

#include "checking.h"
#include "near.h"
#include "value.h"

#define ARENA_BYTES (256 * MIB)

const struct ini_entry *
check_at(struct check *c, const char *section, const char *key)
{
	const struct ini_section *s = c->ini ? ini_section(c->ini, section) : NULL;
	const struct ini_entry *there = s ? ini_entry(s, key) : NULL;
	struct ini_entry *e;

	if (there)
		return there;
	e = ARENA_NEW(c->p->arena, struct ini_entry);
	*e = (struct ini_entry){ .section = section, .key = key, .line = s ? s->line : 0 };
	return e;
}

const struct ini_entry *
check_field(struct check *c, const struct column *col)
{
	const struct ini_section *s = c->ini ? ini_section(c->ini, "fields") : NULL;

	for (size_t i = 0; s && i < s->entry_n; i++)
		if (s->entry[i].line == col->line)
			return &s->entry[i];
	return check_at(c, "fields", col->name);
}

const char *
check_near(struct check *c, const struct dba_column *col, size_t n, const char *name)
{
	struct near near;

	near_init(&near, str_of(name));
	for (size_t i = 0; i < n; i++)
		near_try(&near, col[i].type.name);
	return near.best ? arena_fmt(c->d.arena, "; did you mean %s?", near.best).p : "";
}

unsigned
check_run(struct check *c, const char *sql, struct err *e)
{
	unsigned number;

	if (db_exec(c->d.db, sql, e) == OK)
		return 0;
	number = db_errno(c->d.db);
	return number ? number : 1;
}

/* ---- the view ---- */

/* A view whose tables have changed below it answers every question with an error. */
static bool
is_readable(struct check *c)
{
	struct err e = { 0 };

	if (!check_run(c, arena_fmt(c->d.arena, "SELECT * FROM %s LIMIT 0", dba_place(c->d.arena,
	    c->l->schema, c->l->view)).p, &e))
		return true;
	CHECK_ERROR(c, check_at(c, "source", "view"), "%s.%s cannot be read; MariaDB says %s",
	    c->l->schema, c->l->view, e.detail);
	return false;
}

/* No such view: the nearest name of its schema, or that there is no such schema. */
static enum outcome
no_view(struct check *c, struct err *e)
{
	const struct list *l = c->l;
	struct near near;
	struct rows r;
	enum outcome rc = dba_ask(&c->d, &r, "SELECT table_name FROM information_schema.tables "
	    "WHERE table_schema = ?", &l->schema, 1, e);

	if (rc != OK)
		return rc;
	near_init(&near, str_of(l->view));
	for (size_t i = 0; i < r.n; i++) {
		/* it is there, and has no columns that the server could tell */
		if (strcmp(rows_text(&r, i, 0), l->view) == 0)
			return is_readable(c) ? err_set(e, E_FAILED, "the columns of %s.%s cannot "
			    "be read", l->schema, l->view) : OK;
		near_try(&near, rows_text(&r, i, 0));
	}
	if (!r.n)
		CHECK_ERROR(c, check_at(c, "source", "view"), "there is no schema \"%s\", or it is "
		    "empty, or the account that looks may not see it", l->schema);
	else
		CHECK_ERROR(c, check_at(c, "source", "view"), "there is no view \"%s\" in schema "
		    "\"%s\"%s%s%s", l->view, l->schema, near.best ? "; did you mean " : "",
		    near.best ? near.best : "", near.best ? "?" : "");
	return OK;
}

static const struct dba_column *
need_column(struct check *c, const struct ini_entry *at, const char *name)
{
	const struct dba_column *found = dba_column(c->column, c->column_n, name);

	if (!found)
		CHECK_ERROR(c, at, "the view %s.%s has no column \"%s\"%s", c->l->schema,
		    c->l->view, name, check_near(c, c->column, c->column_n, name));
	return found;
}

static void
check_key_columns(struct check *c)
{
	struct list *l = c->l;

	for (size_t i = 0; i < l->key_n; i++) {
		const struct ini_entry *at = check_at(c, "source", "key");
		const struct dba_column *col = need_column(c, at, l->key[i]);

		if (!col)
			continue;
		l->key_class[i] = col->type.class;
		if (col->type.class == COLUMN_OTHER || strcmp(col->type.data, "float") == 0)
			CHECK_ERROR(c, at, "column \"%s\" is of type %s, whose values cannot be "
			    "compared exactly; expected a whole number, text, decimal, date or "
			    "binary column", l->key[i], col->type.full);
		if (col->type.class == COLUMN_TEXT && col->type.max_chars > LIMIT_KEY_BYTES)
			CHECK_WARN(c, at, "column \"%s\" (%s) may hold more than the %d bytes that "
			    "a key may have; rows with a longer key are left out", l->key[i],
			    col->type.full, LIMIT_KEY_BYTES);
	}
}

static void
check_stamp(struct check *c, const char *key, const char *name, enum column_class *class)
{
	const struct ini_entry *at = check_at(c, "source", key);
	const struct dba_column *col = name ? need_column(c, at, name) : NULL;

	if (!col)
		return;
	*class = col->type.class;
	if (*class != COLUMN_DATE && *class != COLUMN_DATETIME && *class != COLUMN_TIMESTAMP)
		CHECK_ERROR(c, at, "column \"%s\" is of type %s; expected DATETIME, TIMESTAMP or "
		    "DATE", name, col->type.full);
}

/* What an ENUM holds, [values.X] translates and clients can choose belong together. */
static void
check_choices(struct check *c, const struct column *col, const struct dba_column *found,
    const struct ini_entry *at)
{
	size_t n, k;
	struct str *member = view_members(c->d.arena, &found->type, &n);
	struct near near;

	for (size_t i = 0; n && strcmp(found->type.data, "enum") == 0 && i < col->translation_n;
	     i++) {
		struct str value = col->translation[i].column;

		near_init(&near, value);
		for (k = 0; k < n && !str_ieq(member[k], value); k++)
			near_try(&near, member[k].p);
		if (k < n || !value.p)
			continue;
		CHECK_ERROR(c, check_at(c, arena_fmt(c->p->arena, "values.%s", at->key).p,
		    arena_dup(c->p->arena, value).p), "the column %s has no such value; its type "
		    "is %s%s%s%s", col->name, found->type.whole, near.best ? "; did you mean " : "",
		    near.best ? near.best : "", near.best ? "?" : "");
	}
	for (size_t i = 0; !col->own && col->choice_n && i < n; i++) {
		bool is_known = false;

		for (k = 0; k < col->translation_n; k++)
			is_known |= str_ieq(col->translation[k].column, member[i]);
		for (k = 0; k < col->choice_n; k++)
			is_known |= str_ieq(col->choice[k].text, member[i]);
		if (!is_known)
			CHECK_WARN(c, at, "the value \"%s\" of column %s has no number, and "
			    "clients can make nothing of it; name it in [values.%s]", member[i].p,
			    col->name, at->key);
	}
}

/* Dates in a column of text, which holds anything. */
static void
check_text(struct check *c, const struct column *col, const struct ini_entry *at)
{
	if (col->class == COLUMN_TEXT && (col->type == VALUE_DATE || col->type == VALUE_STAMP))
		CHECK_WARN(c, at, "column \"%s\" is text: only what is written like 2026-03-05 or "
		    "2026-03-05 09:00:00 is a date, and a row with anything else is left out; a "
		    "column of dates, or a conversion in the view, is safer", col->name);
}

static void
check_columns(struct check *c)
{
	struct list *l = c->l;

	for (size_t i = 0; i < l->column_n; i++) {
		struct column *col = &l->column[i];
		const struct ini_entry *at = check_field(c, col);
		const struct dba_column *found = check_is_elsewhere(l, col) ? NULL :
		    need_column(c, at, col->name);

		if (!found)
			continue;
		col->class = found->type.class;
		col->is_nullable = found->type.is_nullable;
		col->has_default = found->type.has_default;
		view_column_meaning(c->p->arena, col, &found->type);
		check_choices(c, col, found, at);
		check_text(c, col, at);
		if (col->field != FIELD_CONTENT && !value_fits_column(l, col, col->class))
			CHECK_ERROR(c, at, "column \"%s\" is of type %s, which cannot hold %s (a "
			    "%s); map another column, or convert it in the view", col->name,
			    found->type.full, column_label(col),
			    value_type_name(col->type));
	}
	if (l->delete_set && l->write == WRITE_VIEW)
		(void)need_column(c, check_at(c, "write", "delete"), l->delete_set);
	for (size_t i = 0; i < l->constant_n; i++)
		(void)need_column(c, check_at(c, "defaults", l->constant[i].column),
		    l->constant[i].column);
}

/* Changes of the content have to be noticed, too. */
static enum outcome
add_content_bases(struct check *c, struct err *e)
{
	struct dba_table *more, *both;
	size_t n = 0;
	enum outcome rc;

	if (!c->l->content_view)
		return OK;
	rc = dba_bases(&c->d, c->l->content_schema, c->l->content_view, &more, &n, e);
	if (rc != OK || !n)
		return rc;
	both = ARENA_ARRAY(c->d.arena, struct dba_table, c->base_n + n);
	if (c->base_n)
		memcpy(both, c->base, c->base_n * sizeof *both);
	for (size_t i = 0; i < n; i++) {
		size_t k = 0;

		while (k < c->base_n && (strcmp(both[k].schema, more[i].schema) != 0 ||
		    strcmp(both[k].name, more[i].name) != 0))
			k++;
		if (k == c->base_n)
			both[c->base_n++] = more[i];
	}
	c->base = both;
	return OK;
}

static enum outcome
check_all(struct check *c, struct err *e)
{
	/* problems borrow names from the file: it lives as long as they do */
	struct ini_problems quiet = { .arena = c->p->arena };
	struct dba_column *column;
	size_t errors = c->p->error_n;
	enum outcome rc;

	c->ini = ini_load(c->l->file, &quiet); /* its problems have been said */
	rc = dba_columns(&c->d, c->l->schema, c->l->view, &column, &c->column_n, e);
	c->column = column;
	if (rc != OK)
		return rc;
	if (!c->column_n)
		return no_view(c, e);
	if (!is_readable(c))
		return OK;
	check_key_columns(c);
	check_stamp(c, "created", c->l->created, &c->l->created_class);
	check_stamp(c, "modified", c->l->modified, &c->l->modified_class);
	check_columns(c);
	if (c->is_refused)
		return OK;
	rc = check_content(c, e);
	if (rc == OK)
		rc = check_files(c, e);
	if (rc != OK)
		return rc;
	if (c->p->error_n > errors)
		return OK; /* what follows would only say the same in other words */
	c->is_writable = ARENA_ARRAY(c->d.arena, bool, c->l->column_n);
	rc = dba_bases(&c->d, c->l->schema, c->l->view, &c->base, &c->base_n, e);
	if (rc == OK)
		rc = check_writes(c, e);
	if (rc == OK)
		rc = add_content_bases(c, e);
	if (rc == OK)
		rc = check_tracking(c, e);
	return rc == OK ? check_data(c, e) : rc;
}

static enum outcome
check_with(const struct store_conf *admin, struct list *l, bool is_refused,
    struct ini_problems *p, struct err *e)
{
	struct check c = { .l = l, .p = p, .is_refused = is_refused };
	struct arena a;
	enum outcome rc;

	arena_init(&a, ARENA_BYTES);
	rc = dba_open(&c.d, admin, &a, NULL, e);
	if (rc == OK)
		rc = check_all(&c, e);
	dba_close(&c.d);
	arena_clear(&a);
	return rc;
}

enum outcome
check_by_dba(const struct store_conf *admin, struct list *l, struct ini_problems *p,
    struct err *e)
{
	return check_with(admin, l, false, p, e);
}

enum outcome
check_refused(const struct store_conf *admin, struct list *l, struct ini_problems *p,
    struct err *e)
{
	return l->schema && l->view ? check_with(admin, l, true, p, e) : OK;
}

enum outcome
check_list(struct store *s, struct list *l, struct ini_problems *p, struct err *e)
{
	struct check c = { .l = l, .p = p };
	enum outcome rc = maria_ready(s, e);

	if (rc != OK)
		return rc;
	c.d = (struct dba){ .db = s->db, .arena = s->arena, .database = s->conf->database };
	return check_all(&c, e);
}
