/*
 * dba.c -- the DBA's connection: questions, statements run or shown, quoting,
 * and what information_schema knows of a view.
 */
#include "dba.h"

#include <stdarg.h>
#include <stdlib.h>

const char *
rows_text(const struct rows *r, size_t row, size_t column)
{
	const char *p = r->cell[row * r->width + column].p;

	return p ? p : "";
}

uint64_t
rows_number(const struct rows *r, size_t row, size_t column)
{
	return maria_u64(r->cell[row * r->width + column]);
}

enum outcome
dba_open(struct dba *d, const struct store_conf *admin, struct arena *a, FILE *print,
    struct err *e)
{
	/* no database is chosen: it may not be there yet */
	struct db_conf conf = {
		.socket = admin->socket, .host = admin->host, .port = admin->port,
		.user = admin->user, .password = admin->password, .timeout_s = admin->timeout_s
	};
	enum outcome rc;

	*d = (struct dba){ .arena = a, .print = print, .database = admin->database };
	rc = db_open(&conf, &d->db, e);
	if (rc != OK) {
		struct err why = *e;

		d->db = NULL;
		err_set(e, E_UNAVAILABLE, "The database cannot be reached as user \"%s\" at %s: "
		    "is the server running, is the account there (`owsadm install` makes the "
		    "daemon's), and is its password right? See [database] in owsd.ini.",
		    admin->user ? admin->user : "",
		    admin->socket ? admin->socket : admin->host);
		err_detail(e, "%s", why.detail);
		return E_UNAVAILABLE;
	}
	return OK;
}

void
dba_close(struct dba *d)
{
	db_close(&d->db);
}

/* Rows grow by doubling; the arena forgets the smaller copies at its end. */
static enum outcome
collect(struct dba *d, struct db_stmt *st, struct rows *out, struct err *e)
{
	struct str *cell = NULL;
	size_t size = 0;
	const struct str *col;
	size_t width;
	enum outcome rc;

	*out = (struct rows){ 0 };
	while ((rc = db_next(st, &col, &width, e)) == OK) {
		if (out->n == size) {
			struct str *more;

			size = size ? size * 2 : 16;
			more = ARENA_ARRAY(d->arena, struct str, size * width);
			if (out->n)
				memcpy(more, cell, out->n * width * sizeof *cell);
			cell = more;
		}
		for (size_t i = 0; i < width; i++)
			cell[out->n * width + i] = arena_dup(d->arena, col[i]);
		out->width = width;
		out->n++;
	}
	out->cell = cell;
	return rc == E_NOT_FOUND ? OK : rc;
}

enum outcome
dba_ask(struct dba *d, struct rows *out, const char *sql, const char *const *of, size_t n,
    struct err *e)
{
	struct db_arg *arg = ARENA_ARRAY(d->arena, struct db_arg, n + 1);
	struct db_stmt *st = NULL;
	enum outcome rc;

	*out = (struct rows){ 0 };
	for (size_t i = 0; i < n; i++)
		arg[i] = DB_ARG_TEXT(str_of(of[i]));
	rc = db_prepare(d->db, sql, &st, e);
	if (rc == OK)
		rc = db_run(st, arg, n, e);
	if (rc == OK)
		rc = collect(d, st, out, e);
	db_unprepare(&st);
	return rc;
}

/* What the DBA can do about a refused statement. */
static void
explain(struct dba *d, struct err *e)
{
	struct err why = *e;
	const char *cure;

	switch (db_errno(d->db)) {
	case 1419:
		cure = "The server writes a binary log, and then making triggers needs the right "
		    "SUPER: install as a user who has it (--user), or SET GLOBAL "
		    "log_bin_trust_function_creators = 1.";
		break;
	case 1044: case 1045: case 1142: case 1143: case 1227: case 1410:
		cure = "This account may not do that: install as a user with CREATE, ALTER, CREATE "
		    "USER, GRANT OPTION, TRIGGER and SET USER (--user; root has them).";
		break;
	case 1205:
		cure = "An open transaction uses the table, and waiting longer would stop everybody "
		    "behind it: run the command again at a quieter time.";
		break;
	default:
		cure = "The statement was refused.";
	}
	err_set(e, why.code, "%s", cure);
	err_detail(e, "%s", why.detail);
}

static void
show(FILE *to, const char *sql)
{
	/* a body with semicolons needs another delimiter in the client */
	if (strchr(sql, ';'))
		fprintf(to, "DELIMITER //\n%s//\nDELIMITER ;\n", sql);
	else
		fprintf(to, "%s;\n", sql);
}

enum outcome
dba_do_text(struct dba *d, const char *sql, struct err *e)
{
	enum outcome rc;

	d->done++;
	if (d->print) {
		show(d->print, sql);
		return OK;
	}
	rc = db_exec(d->db, sql, e);
	if (rc != OK)
		explain(d, e);
	return rc;
}

enum outcome
dba_do(struct dba *d, struct err *e, const char *fmt, ...)
{
	va_list ap;
	char *text;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	text = arena_get(d->arena, (size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(text, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return dba_do_text(d, text, e);
}

void
dba_note(struct dba *d, const char *fmt, ...)
{
	va_list ap;

	if (!d->print)
		return;
	fputs("-- ", d->print);
	va_start(ap, fmt);
	vfprintf(d->print, fmt, ap);
	va_end(ap);
	fputc('\n', d->print);
}

const char *
dba_name(struct arena *a, const char *name)
{
	size_t n = strlen(name), at = 0;
	char *p = arena_get(a, 2 * n + 3);

	p[at++] = '`';
	for (; *name; name++) {
		if (*name == '`')
			p[at++] = '`';
		p[at++] = *name;
	}
	p[at++] = '`';
	return p;
}

const char *
dba_place(struct arena *a, const char *schema, const char *name)
{
	return arena_fmt(a, "%s.%s", dba_name(a, schema), dba_name(a, name)).p;
}

const char *
dba_text(struct arena *a, const char *text)
{
	size_t n = strlen(text), at = 0;
	char *p = arena_get(a, 2 * n + 3);

	p[at++] = '\'';
	for (; *text; text++) {
		if (*text == '\'' || *text == '\\')
			p[at++] = '\\';
		p[at++] = *text;
	}
	p[at++] = '\'';
	return p;
}

/* ---- columns ---- */

enum outcome
dba_columns(struct dba *d, const char *schema, const char *table, struct dba_column **out,
    size_t *n, struct err *e)
{
	static const char sql[] = "SELECT column_name, data_type, column_type, "
	    "IFNULL(character_set_name, ''), IFNULL(collation_name, ''), is_nullable = 'YES', "
	    "column_default IS NOT NULL AND column_default <> 'NULL', "
	    "IFNULL(character_maximum_length, 0), IFNULL(numeric_precision, 0), "
	    "IFNULL(numeric_scale, 0), IFNULL(datetime_precision, 0), "
	    "extra LIKE '%auto_increment%', is_generated = 'ALWAYS', column_key = 'PRI' "
	    "FROM information_schema.columns WHERE table_schema = ? AND table_name = ? "
	    "ORDER BY ordinal_position";
	const char *of[] = { schema, table };
	struct rows r;
	enum outcome rc = dba_ask(d, &r, sql, of, 2, e);
	struct dba_column *c = ARENA_ARRAY(d->arena, struct dba_column, r.n);

	for (size_t i = 0; rc == OK && i < r.n; i++) {
		struct view_type *t = &c[i].type;

		t->name = rows_text(&r, i, 0);
		snprintf(t->data, sizeof t->data, "%s", rows_text(&r, i, 1));
		snprintf(t->full, sizeof t->full, "%.63s", rows_text(&r, i, 2));
		t->whole = rows_text(&r, i, 2);
		snprintf(t->charset, sizeof t->charset, "%s", rows_text(&r, i, 3));
		snprintf(t->collation, sizeof t->collation, "%s", rows_text(&r, i, 4));
		t->is_nullable = rows_number(&r, i, 5);
		t->has_default = rows_number(&r, i, 6);
		t->is_unsigned = strstr(rows_text(&r, i, 2), "unsigned") != NULL;
		t->max_chars = rows_number(&r, i, 7);
		t->precision = (unsigned)rows_number(&r, i, 8);
		t->scale = (unsigned)rows_number(&r, i, 9);
		t->fraction = (unsigned)rows_number(&r, i, 10);
		t->class = view_class(t->data);
		c[i].is_auto = rows_number(&r, i, 11);
		c[i].is_generated = rows_number(&r, i, 12);
		c[i].is_primary = rows_number(&r, i, 13);
	}
	*out = c;
	*n = r.n;
	return rc;
}

const struct dba_column *
dba_column(const struct dba_column *c, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcasecmp(c[i].type.name, name) == 0)
			return &c[i];
	return NULL;
}

/* ---- base tables ---- */

/* A quoted identifier at *p; what follows it is left in *p. */
static const char *
quoted(struct arena *a, const char **p)
{
	const char *s = *p + 1;
	char *out = arena_get(a, strlen(s) + 1);
	size_t n = 0;

	for (; *s && !(s[0] == '`' && s[1] != '`'); s++) {
		out[n++] = *s;
		if (s[0] == '`')
			s++;
	}
	*p = *s ? s + 1 : s;
	return out;
}

/* Skip a text literal of the server's own spelling. */
static const char *
behind_text(const char *p)
{
	for (p++; *p && *p != '\''; p++)
		if (*p == '\\' && p[1])
			p++;
	return *p ? p + 1 : p;
}

struct bases {
	struct dba *d;
	struct dba_table *table;
	size_t n, size;
};

static enum outcome
base_add(struct bases *b, const char *schema, const char *name, struct err *e)
{
	const char *of[] = { schema, name };
	struct rows r;
	enum outcome rc;

	for (size_t i = 0; i < b->n; i++)
		if (strcmp(b->table[i].schema, schema) == 0 && strcmp(b->table[i].name, name) == 0)
			return OK;
	/* alias.column looks like schema.table; only what exists counts */
	rc = dba_ask(b->d, &r, "SELECT table_type FROM information_schema.tables "
	    "WHERE table_schema = ? AND table_name = ?", of, 2, e);
	if (rc != OK || !r.n)
		return rc;
	if (b->n == b->size) {
		struct dba_table *more;

		b->size = b->size ? 2 * b->size : 8;
		more = ARENA_ARRAY(b->d->arena, struct dba_table, b->size);
		if (b->n)
			memcpy(more, b->table, b->n * sizeof *more);
		b->table = more;
	}
	b->table[b->n++] = (struct dba_table){ .schema = schema, .name = name,
		.is_view = strstr(rows_text(&r, 0, 0), "VIEW") != NULL };
	return OK;
}

/* Every `a`.`b` in the server's normal form of the definition. */
static enum outcome
base_scan(struct bases *b, const char *text, struct err *e)
{
	enum outcome rc = OK;

	while (rc == OK && *text) {
		const char *first, *second;

		if (*text == '\'') {
			text = behind_text(text);
			continue;
		}
		if (*text != '`') {
			text++;
			continue;
		}
		first = quoted(b->d->arena, &text);
		if (text[0] != '.' || text[1] != '`')
			continue;
		text++;
		second = quoted(b->d->arena, &text);
		rc = base_add(b, first, second, e);
	}
	return rc;
}

enum outcome
dba_bases(struct dba *d, const char *schema, const char *view, struct dba_table **out, size_t *n,
    struct err *e)
{
	struct bases b = { .d = d };
	enum outcome rc = base_add(&b, schema, view, e);

	/* views found on the way are read in their turn */
	for (size_t i = 0; rc == OK && i < b.n; i++) {
		const char *of[] = { b.table[i].schema, b.table[i].name };
		struct rows r;

		if (!b.table[i].is_view)
			continue;
		rc = dba_ask(d, &r, "SELECT view_definition FROM information_schema.views "
		    "WHERE table_schema = ? AND table_name = ?", of, 2, e);
		if (rc == OK && r.n)
			rc = base_scan(&b, rows_text(&r, 0, 0), e);
	}
	*out = b.table;
	*n = b.n;
	return rc;
}
