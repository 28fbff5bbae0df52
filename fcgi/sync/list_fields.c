/*
 * list_fields.c -- the sections of a provider file whose keys are data:
 * [fields], [values.X], [defaults], and [write] readonly that refers to them.
 */
#include "list_read.h"

#include <stdlib.h>

#include "near.h"

#define VALUES "values."

/*
 * A field by the front's name, as written or in any case: key names of the
 * file are matched without regard to case.
 */
static bool
field_named(struct reader *r, struct str name, enum field *out)
{
	const struct vocabulary *v = r->vocabulary;
	enum list_kind kind = r->list->kind;

	if (v->field_by_name(kind, name, out))
		return true;
	for (int f = 0; f < FIELD__MAX; f++) {
		const char *known = v->field_name(kind, (enum field)f);

		if (known && str_ieq(name, str_of(known))) {
			*out = (enum field)f;
			return true;
		}
	}
	return false;
}

/* The mistyped name's nearest relative, or where a key of that name belongs. */
static const char *
hint(struct reader *r, struct str name)
{
	const struct list_key *key;
	struct near n;
	size_t key_n;

	key = list_keys(&key_n);
	for (size_t i = 0; i < key_n; i++)
		if (str_ieq(name, str_of(key[i].name)))
			return arena_fmt(r->arena, "; \"%s\" is a key of [%s]", key[i].name,
			    key[i].section).p;
	near_init(&n, name);
	for (int f = 0; f < FIELD__MAX; f++)
		near_try(&n, r->vocabulary->field_name(r->list->kind, (enum field)f));
	return n.best ? arena_fmt(r->arena, "; did you mean %s?", n.best).p :
	    "; the manual page owsd-provider(5) lists them";
}

static bool
known_field(struct reader *r, const struct ini_entry *e, struct str name, enum field *out)
{
	if (field_named(r, name, out))
		return true;
	READ_PROBLEM(r, e, "\"%.*s\" is not a field of %s%s", STR_ARG(name),
	    kind_name(r->list->kind), hint(r, name));
	return false;
}

static const char *
field_label(const struct reader *r, enum field f)
{
	const char *name = r->vocabulary->field_name(r->list->kind, f);

	return name ? name : field_info(f)->name;
}

static void
read_field(struct reader *r, const struct ini_entry *e)
{
	struct list *l = r->list;
	struct column c = { .line = e->line };
	int other;

	if (!known_field(r, e, str_of(e->key), &c.field))
		return;
	if (!read_name(r, e, "column of the view", e->value, &c.name))
		return;
	other = list_column(l, c.field);
	if (other >= 0) {
		READ_PROBLEM(r, e, "is another name of the field that line %d maps already; "
		    "keep one of the two", l->column[other].line);
		return;
	}
	if (l->column_n == LIMIT_COLUMNS) {
		READ_PROBLEM(r, e, "is one field too many; at most %d can be mapped",
		    LIMIT_COLUMNS);
		return;
	}
	c.type = field_info(c.field)->type;
	l->column[l->column_n++] = c;
}

static int
by_field(const void *a, const void *b)
{
	const struct column *x = a, *y = b;

	return (x->field > y->field) - (x->field < y->field);
}

/* [write] readonly = Company, FullName */
static void
mark_readonly(struct reader *r)
{
	struct str rest, item;

	if (!r->readonly || !r->readonly->value.n)
		return;
	rest = r->readonly->value;
	while (read_item(&rest, &item)) {
		enum field f;
		int at;

		if (!known_field(r, r->readonly, item, &f))
			continue;
		at = list_column(r->list, f);
		if (at < 0)
			READ_PROBLEM(r, r->readonly, "\"%.*s\" has no column in [fields]; map it "
			    "there or take it out here", STR_ARG(item));
		else
			r->list->column[at].is_locked = r->list->column[at].is_readonly = true;
	}
}

/* Two fields that write one column would overwrite each other. */
static void
one_writer_per_column(struct reader *r, const struct ini_section *s)
{
	struct list *l = r->list;

	if (l->write == WRITE_NONE)
		return;
	for (size_t i = 0; i < l->column_n; i++)
		for (size_t j = 0; j < i; j++) {
			const struct column *a = &l->column[i], *b = &l->column[j];
			struct ini_entry at = { .section = s->name,
				.key = field_label(r, a->field), .line = a->line };

			if (a->is_readonly || b->is_readonly ||
			    strcasecmp(a->name, b->name) != 0)
				continue;
			READ_PROBLEM(r, &at, "writes column \"%s\", as %s in line %d does; "
			    "name one of the two in [write] readonly", a->name,
			    field_label(r, b->field), b->line);
		}
}

static void
read_translation(struct reader *r, const struct ini_section *s)
{
	struct ini_entry at = { .section = s->name, .key = "", .line = s->line };
	struct str name = str_trim(str_of(s->name + sizeof VALUES - 1));
	struct translation *t;
	enum field f;
	int column;

	if (!known_field(r, &at, name, &f))
		return;
	column = list_column(r->list, f);
	if (column < 0) {
		READ_PROBLEM(r, &at, "translates a field that has no column in [fields]; "
		    "map it there or take the section out");
		return;
	}
	if (!s->entry_n)
		READ_PROBLEM(r, &at, "is empty; expected lines `column value = field value`");
	t = ARENA_ARRAY(r->arena, struct translation, s->entry_n);
	for (size_t i = 0; i < s->entry_n; i++) {
		const struct ini_entry *e = &s->entry[i];

		t[i].column = str_eq(str_of(e->key), STR("NULL")) ? STR_NULL : str_of(e->key);
		t[i].field = !e->is_quoted && str_eq(e->value, STR("NULL")) ? STR_NULL :
		    e->value;
	}
	r->list->column[column].translation = t;
	r->list->column[column].translation_n = s->entry_n;
}

static const struct column *
column_named(const struct list *l, const char *name)
{
	for (size_t i = 0; i < l->column_n; i++)
		if (strcasecmp(l->column[i].name, name) == 0)
			return &l->column[i];
	return NULL;
}

static void
read_defaults(struct reader *r, const struct ini_section *s)
{
	struct constant *c = ARENA_ARRAY(r->arena, struct constant, s->entry_n);
	size_t n = 0;

	for (size_t i = 0; i < s->entry_n; i++) {
		const struct ini_entry *e = &s->entry[i];
		const struct column *mapped;

		if (!read_name(r, e, "column of the view", str_of(e->key), &c[n].column))
			continue;
		mapped = column_named(r->list, c[n].column);
		if (mapped && !mapped->is_readonly) {
			READ_PROBLEM(r, e, "is a constant for a column that %s (line %d) fills; "
			    "take one of the two out", field_label(r, mapped->field),
			    mapped->line);
			continue;
		}
		c[n++].value = !e->is_quoted && str_eq(e->value, STR("NULL")) ? STR_NULL :
		    e->value;
	}
	r->list->constant = c;
	r->list->constant_n = n;
}

/* With key_from = fields the client's values make the key. */
static void
key_is_mapped(struct reader *r)
{
	struct list *l = r->list;

	if (l->write != WRITE_VIEW || !(l->allow & ALLOW_INSERT) || l->key_from != KEY_FIELDS)
		return;
	for (size_t i = 0; i < l->key_n; i++) {
		const struct column *c = column_named(l, l->key[i]);
		bool is_constant = false;

		for (size_t j = 0; j < l->constant_n; j++)
			is_constant |= strcasecmp(l->constant[j].column, l->key[i]) == 0;
		if (is_constant || (c && !c->is_readonly))
			continue;
		READ_PROBLEM(r, read_place(r, "write", "key_from"), "is \"fields\", but no "
		    "writable field maps the key column \"%s\"; map it in [fields] or use "
		    "auto or uuid", l->key[i]);
	}
}

void
read_fields(struct reader *r)
{
	const struct ini_section *fields = ini_section(r->ini, "fields"), *s;
	struct list *l = r->list;

	if (!r->has_type)
		return; /* names depend on the type, and that problem is said */
	if (!fields || !fields->entry_n) {
		READ_PROBLEM(r, read_place(r, "fields", ""), "no field is mapped; expected "
		    "lines `Field = column of the view` below [fields]");
		return;
	}
	l->column = ARENA_ARRAY(r->arena, struct column, fields->entry_n);
	for (size_t i = 0; i < fields->entry_n; i++)
		read_field(r, &fields->entry[i]);
	qsort(l->column, l->column_n, sizeof *l->column, by_field);
	mark_readonly(r);
	one_writer_per_column(r, fields);
	for (size_t i = 0; i < r->ini->section_n; i++)
		if (strncasecmp(r->ini->section[i].name, VALUES, sizeof VALUES - 1) == 0)
			read_translation(r, &r->ini->section[i]);
	s = ini_section(r->ini, "defaults");
	if (s)
		read_defaults(r, s);
	key_is_mapped(r);
}
