/*
 * refusal.c -- what MariaDB refused of a client's values, in the words of the list.
 *
 * fault.c has a sentence per error number. Some numbers mean different things by
 * the type of the column: a BIT that is too large is "too long", a text that is
 * none of an ENUM's is "truncated".
 */
#include "refusal.h"

#include <stdio.h>

#define SHOWN_BYTES 80

enum {
	TRUNCATED = 1265, WRONG_VALUE = 1292, NO_DEFAULT = 1364, WRONG_TEXT = 1366,
	TOO_LONG = 1406, VIEW_NO_DEFAULT = 1423
};

/* Values of a type in a form that it does not take. */
static const struct {
	const char *type, *expected;
} forms[] = {
	{ "uuid", "a UUID like 123e4567-e89b-12d3-a456-426655440000" },
	{ "inet6", "an IP address like 2001:db8::1 or 192.0.2.1" },
	{ "inet4", "an IP address like 192.0.2.1" },
};

static const char *
expected_form(const char *type)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++)
		if (strcmp(forms[i].type, type) == 0)
			return forms[i].expected;
	return NULL;
}

/* "open, done": what clients can send for the members of an ENUM. */
static struct str
possible(const struct column *c, struct arena *a)
{
	struct str all = STR("");

	for (size_t i = 0; i < c->member_n; i++) {
		struct str text = c->member[i];

		for (size_t k = 0; k < c->translation_n; k++)
			if (str_eq(c->translation[k].column, text) && c->translation[k].field.n) {
				text = c->translation[k].field;
				break;
			}
		if (all.n + text.n > 2 * SHOWN_BYTES)
			return arena_fmt(a, "%.*s, ...", STR_ARG(all));
		all = arena_fmt(a, "%.*s%s%.*s", STR_ARG(all), all.n ? ", " : "", STR_ARG(text));
	}
	return all;
}

static const struct cell *
cell_of(const struct list *l, const struct cell *cell, size_t n, struct str column, size_t *at)
{
	for (size_t i = 0; column.p && i < n; i++)
		if (str_ieq(str_of(l->column[cell[i].column].name), column)) {
			*at = cell[i].column;
			return &cell[i];
		}
	return NULL;
}

/* A sentence in place of e's own; what the log is told stays. */
static enum outcome
instead(struct err *e, const char *text)
{
	char detail[sizeof(e->detail)];
	enum outcome code = e->code;

	snprintf(detail, sizeof(detail), "%s", e->detail);
	err_set(e, code, "%s", text);
	err_detail(e, "%s", detail);
	return code;
}

/* The columns that need a value and got none: "title", "room". */
static enum outcome
missing(const struct view *v, const struct cell *cell, size_t n, struct arena *a, struct err *e)
{
	const struct list *l = v->list;
	struct str all = STR("");

	for (size_t i = 0; i < l->column_n; i++) {
		const struct column *c = &l->column[i];
		size_t k = 0;

		while (k < n && cell[k].column != i)
			k++;
		if (k < n || c->is_nullable || c->has_default || c->is_readonly ||
		    v->column[i].group != v->key_group)
			continue;
		all = arena_fmt(a, "%.*s%s\"%s\"", STR_ARG(all), all.n ? ", " : "",
		    column_label(c));
	}
	return all.n ? instead(e, arena_fmt(a, "A new item needs a value in %.*s.",
	    STR_ARG(all)).p) : e->code;
}

static enum outcome
wrong(const struct column *c, struct str value, struct arena *a, const char *why, struct err *e)
{
	return instead(e, arena_fmt(a, "\"%s\" cannot take the value \"%.*s\": %s.",
	    column_label(c), value.n > SHOWN_BYTES ? SHOWN_BYTES : (int)value.n,
	    value.p ? value.p : "", why).p);
}

enum outcome
refusal_explain(struct store *s, const struct view *v, const struct cell *cell, size_t n,
    bool is_new, struct err *e)
{
	unsigned number = s->db ? db_errno(s->db) : 0;
	const struct list *l = v->list;
	const struct cell *guilty;
	const struct column *c;
	const char *form;
	size_t at = 0;

	if (e->code != E_INVALID || !number)
		return e->code;
	if (is_new && (number == VIEW_NO_DEFAULT || number == NO_DEFAULT))
		return missing(v, cell, n, s->arena, e);
	guilty = cell_of(l, cell, n, db_error_column(s->db), &at);
	if (!guilty)
		return e->code;
	c = &l->column[at];
	if (number == TRUNCATED && c->member_n)
		return wrong(c, guilty->value, s->arena, arena_fmt(s->arena,
		    "the database knows only %.*s", STR_ARG(possible(c, s->arena))).p, e);
	if (number == TOO_LONG && strncmp(c->sql_type, "bit", 3) == 0)
		return wrong(c, guilty->value, s->arena, arena_fmt(s->arena,
		    "the number is too large for the column, a %s", c->sql_type).p, e);
	form = expected_form(v->column[at].type.data);
	if (form && (number == WRONG_VALUE || number == WRONG_TEXT || number == TRUNCATED))
		return wrong(c, guilty->value, s->arena, arena_fmt(s->arena, "it is not %s",
		    form).p, e);
	return e->code;
}
