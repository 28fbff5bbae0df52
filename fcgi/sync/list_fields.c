/*
 * list_fields.c -- the sections of a provider file whose keys are data:
 * [fields], [values.X], [defaults], and [write] readonly that refers to them.
 *
 * A generic list may name any field: what is no canonical one becomes a column
 * of the DBA's own, told apart by its name. What a kind needs is in
 * list_kind.c, the numbers of choices in list_choice.c.
 */
#include "list_read.h"

#include <stdlib.h>

#include "near.h"
#include "utf8.h"

#define VALUES "values."
#define OWN_MAX 64 /* characters of a field's name that is the DBA's own */

/* The front's name of a field that this kind of list has, or NULL. */
static const char *
name_of(const struct reader *r, int f)
{
	enum list_kind kind = r->list->kind;

	if (!(field_info((enum field)f)->kinds & KIND_BIT(kind)))
		return NULL;
	return r->vocabulary->field_name(kind, (enum field)f);
}

static bool
has_rule(const struct list *l)
{
	return list_column(l, FIELD_RRULE) >= 0;
}

/*
 * A field by the front's name, as written or in any case: key names of the
 * file are matched without regard to case. Beside a rule of RFC 5545 the zone
 * has a name, not a client's number.
 */
static bool
field_named(struct reader *r, struct str name, enum field *out)
{
	bool found = r->vocabulary->field_by_name(r->list->kind, name, out);

	for (int f = 0; !found && f < FIELD__MAX; f++) {
		const char *known = name_of(r, f);

		if (!known || !known[0] || !str_ieq(name, str_of(known)))
			continue;
		*out = (enum field)f;
		found = true;
	}
	if (found && *out == FIELD_ZONE_NUMBER && has_rule(r->list))
		*out = FIELD_ZONE_NAME;
	return found;
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
		if (name_of(r, f) && name_of(r, f)[0] != ':') /* the engine's own */
			near_try(&n, name_of(r, f));
	for (size_t i = 0; i < r->list->column_n; i++)
		if (r->list->column[i].own)
			near_try(&n, r->list->column[i].own);
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

const char *
read_label(const struct reader *r, const struct column *c)
{
	const char *name = c->own ? c->own : r->vocabulary->field_name(r->list->kind, c->field);

	return !name ? field_info(c->field)->name : name[0] == ':' ? name + 1 : name;
}

static int
own_column(const struct list *l, struct str name)
{
	for (size_t i = 0; i < l->column_n; i++)
		if (l->column[i].own && str_ieq(name, str_of(l->column[i].own)))
			return (int)i;
	return -1;
}

int
read_column_of(struct reader *r, const struct ini_entry *e, struct str name, bool *is_known)
{
	int own = own_column(r->list, name);
	enum field f;

	*is_known = own >= 0 || known_field(r, e, name, &f);
	return own >= 0 || !*is_known ? own : list_column(r->list, f);
}

/* A name that is no canonical field, of a list that may have any. */
static bool
read_own(struct reader *r, const struct ini_entry *e, struct column *c)
{
	struct str name = str_of(e->key);
	bool is_address = false;
	const char *why = NULL;

	if (!utf8_valid(name) || !utf8_xml_ok(name) || memchr(name.p, '\n', name.n) ||
	    utf8_chars(name) > OWN_MAX)
		why = arena_fmt(r->arena, "is no name; expected at most %d characters of UTF-8",
		    OWN_MAX).p;
	else if (r->vocabulary->own_name)
		why = r->vocabulary->own_name(name, &is_address);
	if (why)
		READ_PROBLEM(r, e, "%s", why);
	c->own = e->key;
	c->type = is_address ? VALUE_URL : VALUE_TEXT; /* any other: when bound */
	return !why;
}

/* The field of a line of [fields]. */
static bool
read_which(struct reader *r, const struct ini_entry *e, struct column *c)
{
	if (r->list->kind == KIND_GENERIC && !field_named(r, str_of(e->key), &c->field)) {
		c->field = FIELD_OWN;
		return read_own(r, e, c);
	}
	if (!known_field(r, e, str_of(e->key), &c->field))
		return false;
	c->type = field_info(c->field)->type;
	return true;
}

static void
read_field(struct reader *r, const struct ini_entry *e)
{
	struct list *l = r->list;
	struct column c = { .line = e->line };
	int other;

	if (!read_which(r, e, &c))
		return;
	if (!read_name(r, e, "column of the view", e->value, &c.name))
		return;
	other = c.own ? own_column(l, str_of(c.own)) : list_column(l, c.field);
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
	l->column[l->column_n++] = c;
}

/* Columns of the DBA's own by name: the order of lines means nothing. */
static int
by_field(const void *a, const void *b)
{
	const struct column *x = a, *y = b;

	if (x->field != y->field || !x->own || !y->own)
		return (x->field > y->field) - (x->field < y->field);
	return strcmp(x->own, y->own);
}

/* TimeZone is a name beside RRule, in whatever line either stands. */
static void
settle_zone(struct list *l)
{
	int at = list_column(l, FIELD_ZONE_NUMBER);

	if (at < 0 || !has_rule(l))
		return;
	l->column[at].field = FIELD_ZONE_NAME;
	l->column[at].type = field_info(FIELD_ZONE_NAME)->type;
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
		bool is_known;
		int at = read_column_of(r, r->readonly, item, &is_known);

		if (!is_known)
			continue;
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
				.key = read_label(r, a), .line = a->line };

			if (a->is_readonly || b->is_readonly ||
			    strcasecmp(a->name, b->name) != 0)
				continue;
			READ_PROBLEM(r, &at, "writes column \"%s\", as %s in line %d does; "
			    "name one of the two in [write] readonly", a->name,
			    read_label(r, b), b->line);
		}
}

static void
read_translation(struct reader *r, const struct ini_section *s)
{
	struct ini_entry at = { .section = s->name, .key = "", .line = s->line };
	struct str name = str_trim(str_of(s->name + sizeof VALUES - 1));
	struct translation *t;
	bool is_known;
	int column = read_column_of(r, &at, name, &is_known);

	if (!is_known)
		return;
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
			    "take one of the two out", read_label(r, mapped), mapped->line);
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
	settle_zone(l);
	qsort(l->column, l->column_n, sizeof *l->column, by_field);
	mark_readonly(r);
	read_kind(r);
	one_writer_per_column(r, fields);
	for (size_t i = 0; i < r->ini->section_n; i++)
		if (strncasecmp(r->ini->section[i].name, VALUES, sizeof VALUES - 1) == 0)
			read_translation(r, &r->ini->section[i]);
	read_choices(r);
	s = ini_section(r->ini, "defaults");
	if (s)
		read_defaults(r, s);
	key_is_mapped(r);
}
