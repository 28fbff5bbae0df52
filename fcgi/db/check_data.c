/*
 * check_data.c -- the rows as they are now: keys that are empty or come twice,
 * values that cannot be shown, a view that cannot be asked for one key.
 */
#include "checking.h"

#include "kind.h"
#include "num.h"
#include "value.h"

#define SHOWN 5           /* rows named per kind of problem */
#define SHOWN_BYTES 60    /* of a value */
#define SCANNED_ROWS 100  /* reading fewer rows than this for one key is no harm */

/* "`a`, `b`" */
static const char *
key_list(struct check *c, const char *between)
{
	struct str all = STR("");

	for (size_t i = 0; i < c->l->key_n; i++)
		all = arena_fmt(c->d.arena, "%s%s%s", all.p, all.n ? between : "",
		    dba_name(c->d.arena, c->l->key[i]));
	return all.p;
}

static const char *
key_of_row(struct check *c, const struct rows *r, size_t row)
{
	struct str all = STR("");

	for (size_t i = 0; i < c->l->key_n; i++)
		all = arena_fmt(c->d.arena, "%s%s%s = %s", all.p, all.n ? ", " : "", c->l->key[i],
		    r->cell[row * r->width + i].p ? rows_text(r, row, i) : "NULL");
	return all.p;
}

static enum outcome
check_keys(struct check *c, struct err *e)
{
	const char *view = dba_place(c->d.arena, c->l->schema, c->l->view);
	const char *keys = key_list(c, ", ");
	const struct ini_entry *at = check_at(c, "source", "key");
	struct rows r;
	enum outcome rc = dba_ask(&c->d, &r, arena_fmt(c->d.arena, "SELECT %s, COUNT(*) FROM %s "
	    "GROUP BY %s HAVING COUNT(*) > 1 LIMIT %d", keys, view, keys, SHOWN).p, NULL, 0, e);

	for (size_t i = 0; rc == OK && i < r.n; i++)
		CHECK_ERROR(c, at, "is not unique: the row with %s comes %s times; name more "
		    "columns, or join fewer rows in the view", key_of_row(c, &r, i),
		    rows_text(&r, i, c->l->key_n));
	if (rc == OK)
		rc = dba_ask(&c->d, &r, arena_fmt(c->d.arena, "SELECT COUNT(*) FROM %s WHERE "
		    "CONCAT(%s) IS NULL", view, keys).p, NULL, 0, e);
	if (rc == OK && r.n && rows_number(&r, 0, 0))
		CHECK_ERROR(c, at, "is NULL in %s row(s); filter them in the view, or name another "
		    "column", rows_text(&r, 0, 0));
	return rc;
}

/* ---- values ---- */

/*
 * Why the row cannot be shown, on the scratch arena; NULL: it can. value: room for its
 * columns. *at and *raw: the column that it lies in, and what that holds; NULL: all together.
 */
static const char *
row_reason(struct check *c, const struct str *col, struct arena *scratch, struct str *value,
    const struct ini_entry **at, struct str *raw)
{
	const struct kind_rules *rules = kind_rules(c->l);
	struct row row = { .state = ROW_GOOD, .value = value };

	arena_reset(scratch);
	for (size_t i = 0; i < c->l->column_n; i++) {
		const struct column *column = &c->l->column[i];
		const char *why;

		row.value[i] = STR_NULL;
		if (!col[c->l->key_n + i].p)
			continue;
		why = value_read(c->l, column, col[c->l->key_n + i], scratch, &row.value[i]);
		if (!why)
			continue;
		*at = check_field(c, column);
		*raw = col[c->l->key_n + i];
		return why;
	}
	*at = NULL;
	*raw = STR_NULL;
	return rules->bad ? rules->bad(scratch, c->l, &row) : NULL;
}

/* Texts of choices that have no number: each once, and not too many. */
struct unnumbered {
	const char *text[SHOWN];
	size_t column[SHOWN], n;
};

static bool
is_told(const struct unnumbered *u, size_t column, struct str text)
{
	for (size_t i = 0; i < u->n; i++)
		if (u->column[i] == column && str_eq(str_of(u->text[i]), text))
			return true;
	return u->n == SHOWN;
}

/* Clients can make nothing of a choice that is none of those that have a number. */
static void
look_at_choices(struct check *c, const struct str *value, struct unnumbered *u)
{
	for (size_t i = 0; i < c->l->column_n; i++) {
		const struct column *column = &c->l->column[i];

		if (!value[i].n || !column->choice_n || !column->choice[0].number.p ||
		    list_choice(c->l->vocabulary, c->l, column->field, (int)i, value[i]) ||
		    is_told(u, i, value[i]))
			continue;
		u->column[u->n] = i;
		u->text[u->n++] = arena_dup(c->p->arena, value[i]).p;
		CHECK_WARN(c, check_field(c, column), "the view has \"%s\", which is none of the "
		    "choices that clients know by a number; name it in [values.%s], or give a "
		    "number these words in [choices.%s]", u->text[u->n - 1],
		    check_field(c, column)->key, check_field(c, column)->key);
	}
}

/* As the server selects it: a BIT is a number. */
static const char *
value_sql(struct check *c, const struct column *column)
{
	const char *name = dba_name(c->d.arena, column->name);
	const struct dba_column *found = dba_column(c->column, c->column_n, column->name);

	if (column->field == FIELD_CONTENT)
		return "NULL";
	if (column->type == VALUE_BINARY)
		return arena_fmt(c->d.arena, "HEX(%s)", name).p;
	return found && strcmp(found->type.data, "bit") == 0 ?
	    arena_fmt(c->d.arena, "%s + 0", name).p : name;
}

/* Printable, and not too much of it. */
static const char *
shown_value(struct check *c, struct str raw)
{
	struct str s = arena_dup(c->d.arena, raw);
	char *text = arena_get(c->d.arena, SHOWN_BYTES + 4);
	size_t n = 0;

	while (n < s.n && n < SHOWN_BYTES) {
		text[n] = (unsigned char)s.p[n] < ' ' ? ' ' : s.p[n];
		n++;
	}
	while (n && n < s.n && ((unsigned char)s.p[n] & 0xC0) == 0x80)
		n--; /* not within a character */
	memcpy(text + n, s.n > n ? "..." : "", s.n > n ? 4 : 1);
	return text;
}

static enum outcome
check_values(struct check *c, struct err *e)
{
	struct str *value = ARENA_ARRAY(c->d.arena, struct str, c->l->column_n);
	struct unnumbered unnumbered = { .n = 0 };
	struct str names = str_of(key_list(c, ", "));
	struct db_stmt *st = NULL;
	const struct str *col;
	const struct ini_entry *at = NULL;
	struct arena scratch;
	size_t width, bad = 0;
	enum outcome rc;

	arena_init(&scratch, LIMIT_ARENA_BYTES);
	for (size_t i = 0; i < c->l->column_n; i++)
		names = arena_fmt(c->d.arena, "%s, %s", names.p, value_sql(c, &c->l->column[i]));
	rc = db_query(c->d.db, arena_fmt(c->d.arena, "SELECT %s FROM %s", names.p,
	    dba_place(c->d.arena, c->l->schema, c->l->view)).p, &st, e);
	while (rc == OK && (rc = db_next(st, &col, &width, e)) == OK) {
		struct rows one = { .n = 1, .width = width, .cell = col };
		struct str raw;
		const char *why = row_reason(c, col, &scratch, value, &at, &raw);

		if (!why) {
			look_at_choices(c, value, &unnumbered);
			continue;
		}
		if (++bad <= SHOWN)
			CHECK_WARN(c, at, "the row with %s is left out: %s%s%s%s",
			    key_of_row(c, &one, 0), why, raw.p ? " (it is \"" : "",
			    raw.p ? shown_value(c, raw) : "", raw.p ? "\")" : "");
	}
	if (bad > SHOWN)
		CHECK_WARN(c, NULL, "%zu more rows are left out for such reasons", bad - SHOWN);
	db_unprepare(&st);
	arena_clear(&scratch);
	return rc == E_NOT_FOUND ? OK : rc;
}

/* ---- speed ---- */

/* Warn for each table that is read as a whole for that condition. asks: "asking for one key". */
static enum outcome
explain(struct check *c, const struct ini_entry *at, struct str where, const char *asks,
    const char *cost, struct err *e)
{
	struct rows r;
	enum outcome rc = dba_ask(&c->d, &r, arena_fmt(c->d.arena, "EXPLAIN SELECT * FROM %s "
	    "WHERE %s", dba_place(c->d.arena, c->l->schema, c->l->view), where.p).p, NULL, 0, e);

	for (size_t i = 0; rc == OK && i < r.n; i++) {
		const char *how = rows_text(&r, i, 3); /* id, select_type, table, type, ..., rows */

		if ((strcmp(how, "ALL") != 0 && strcmp(how, "index") != 0) ||
		    rows_number(&r, i, 8) < SCANNED_ROWS)
			continue;
		CHECK_WARN(c, at, "%s reads all of %s (about %s rows): %s; give it an index, or "
		    "make the view one that MariaDB can merge", asks, rows_text(&r, i, 2),
		    rows_text(&r, i, 8), cost);
	}
	return rc;
}

static struct str
equals(struct check *c, const char *column, enum column_class class, const char *value)
{
	bool is_number = class == COLUMN_INTEGER || class == COLUMN_DECIMAL;

	return arena_fmt(c->d.arena, "%s = %s", dba_name(c->d.arena, column),
	    is_number ? value : dba_text(c->d.arena, value));
}

static enum outcome
check_plan(struct check *c, struct err *e)
{
	const char *view = dba_place(c->d.arena, c->l->schema, c->l->view);
	int parent = list_column(c->l, FIELD_PARENT);
	struct str where = STR("");
	struct rows r;
	enum outcome rc = dba_ask(&c->d, &r, arena_fmt(c->d.arena, "SELECT %s FROM %s LIMIT 1",
	    key_list(c, ", "), view).p, NULL, 0, e);

	if (rc != OK || !r.n)
		return rc;
	for (size_t i = 0; i < c->l->key_n; i++) {
		struct str part = equals(c, c->l->key[i], c->l->key_class[i], rows_text(&r, 0, i));

		where = arena_fmt(c->d.arena, "%s%s%s", where.p, where.n ? " AND " : "", part.p);
	}
	rc = explain(c, check_at(c, "source", "view"), where, "asking for one key",
	    "every change costs as much as the whole list", e);
	if (rc == OK && parent >= 0 && c->l->key_n == 1)
		rc = explain(c, check_at(c, "fields", "Parent"), equals(c,
		    c->l->column[parent].name, c->l->column[parent].class, rows_text(&r, 0, 0)),
		    "asking for what belongs to one row by Parent",
		    "every new row costs as much as the whole list", e);
	return rc;
}

enum outcome
check_data(struct check *c, struct err *e)
{
	enum outcome rc = check_keys(c, e);

	if (rc == OK)
		rc = check_plan(c, e);
	return rc == OK ? check_values(c, e) : rc;
}
