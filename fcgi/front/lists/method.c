/*
 * method.c -- one <Method> of a batch as a change that the engine understands.
 *
 * Where a value goes: a field with a column is a cell, a known field without
 * one and any property are kept in the bag, what only the server writes is
 * passed by (stubs and Outlook send whole rows back), an unknown field fails
 * the method. Of one name the last value counts.
 */
#include "lists/method.h"

#include <stdarg.h>
#include <stdio.h>

#include "lists/caml.h"
#include "lists/method_place.h"
#include "lists/pattern_xml.h"
#include "lists/schema.h"
#include "num.h"
#include "utf8.h"

/* For "%.*s": what a client sent, not longer than n. */
#define SHOWN(s, max) (s).n > (max) ? (max) : (int)(s).n, (s).p ? (s).p : ""

enum command_kind { KNOWN_COMMAND, FILE_COMMAND, REFUSED_COMMAND };

static const struct {
	const char *name;
	enum command_kind kind;
	enum command command;
	const char *why;
} commands[] = {
	{ "New",      KNOWN_COMMAND, COMMAND_NEW, NULL },
	{ "Update",   KNOWN_COMMAND, COMMAND_UPDATE, NULL },
	{ "Delete",   KNOWN_COMMAND, COMMAND_DELETE, NULL },
	{ "Moderate", REFUSED_COMMAND, COMMAND_UPDATE,
	  "This list has no approval of items; use Update." },
	{ "Move",     FILE_COMMAND, COMMAND_UPDATE,
	  "Items of this list have no place of their own and cannot be moved." },
};

struct reading {
	struct arena *a;
	const struct list *l;
	const struct wire_dates *dates;
	struct method *m;
	struct str id;              /* Field ID, NULL p when absent */
	struct cell *cell;
	struct property *property;
	bool is_all_day;            /* the method says so */
	int at[LIMIT_COLUMNS];      /* index into cell + 1, by column */
};

/* The first problem is the one that is told. */
static void PRINTF(3, 4)
fail(struct reading *r, const char *code, const char *fmt, ...)
{
	char text[640];
	va_list ap;

	if (r->m->code)
		return;
	va_start(ap, fmt);
	if (vsnprintf(text, sizeof(text), fmt, ap) < 0)
		text[0] = '\0';
	va_end(ap);
	r->m->code = code;
	r->m->why = arena_dup(r->a, str_of(text)).p;
}

static void
put_cell(struct reading *r, size_t column, struct str value)
{
	struct command_request *c = &r->m->change;

	if (!r->at[column]) {
		r->cell[c->cell_n++].column = column;
		r->at[column] = (int)c->cell_n;
	}
	r->cell[r->at[column] - 1].value = value;
}

static void
put_property(struct reading *r, struct str name, struct str value)
{
	struct str server = STR("vti_");
	struct command_request *c = &r->m->change;
	struct property *p = &r->property[c->property_n++];

	*p = (struct property){ .name = name, .value = value };
	p->is_quiet = str_eq(name, STR(WIRE_REF)) ||
	    (name.n >= server.n && memcmp(name.p, server.p, server.n) == 0);
}

/* Days of an all-day event float: as they are written, they are, in whatever zone the batch is. */
static const struct wire_dates *
dates_of(const struct reading *r, const struct wire_field *f)
{
	static const struct wire_dates floating = { .in_utc = true };

	if (r->is_all_day && (f->field == FIELD_START || f->field == FIELD_END ||
	    f->field == FIELD_INSTANCE))
		return &floating;
	return r->dates;
}

/* The recurrence may hold an instruction, which is no part of what is kept. */
static struct str
take_pattern(struct reading *r, struct str text)
{
	struct pattern pattern;
	bool drops = false;
	const char *why;

	/* what cannot be read is kept as it is, too: whether it must be is the engine's to say */
	if (!text.n || (!pattern_xml_read(r->a, text, &pattern, &drops, &text, &why) && !drops))
		return text;
	r->m->change.drops_inner |= drops;
	return text;
}

/* A value for a column: converted, and not longer than it. */
static void
take_cell(struct reading *r, const struct wire_field *f, size_t at, struct str text)
{
	const struct column *c = &r->l->column[at];
	const char *code, *why;
	struct str v;

	if (c->is_readonly)
		return;
	if (!wire_get_cell(r->a, f, c, text, dates_of(r, f), &v, &code, &why)) {
		fail(r, code, "%s", why);
		return;
	}
	if (v.n == 0 && c->is_nullable)
		v = STR_NULL;
	if (c->max_chars && c->translation_n == 0 && v.n > c->max_chars &&
	    utf8_chars(v) > c->max_chars)
		fail(r, METHOD_INVALID, "The field %s takes at most %u characters; %zu were "
		    "sent. Shorten it.", f->name, c->max_chars, utf8_chars(v));
	put_cell(r, at, v);
}

/* The engine reads it, so it is kept in the form that the engine reads. */
static void
take_structural(struct reading *r, const struct wire_field *f, struct str text)
{
	const char *code, *why;
	struct str v;

	if (!wire_get(r->a, f, text, dates_of(r, f), &v, &code, &why))
		fail(r, code, "%s", why);
	else
		put_property(r, str_of(f->name), v.p ? v : STR(""));
}

static void
take_known(struct reading *r, const struct wire_field *f, struct str text)
{
	int at = wire_column(r->l, f);

	if (f->field == FIELD_PATTERN)
		text = take_pattern(r, text);
	if (at >= 0)
		take_cell(r, f, (size_t)at, text);
	else if (field_is_structural(f->field))
		take_structural(r, f, text);
	else
		put_property(r, str_of(f->name), text);
}

static void
take_version(struct reading *r, struct str text)
{
	uint64_t v;

	text = str_trim(text);
	if (text.n == 0)
		return;
	if (!num_u64(text, INT64_MAX, &v)) {
		fail(r, METHOD_MALFORMED, "owshiddenversion is \"%.*s\"; it must be the number "
		    "that the item had.", SHOWN(text, 40));
		return;
	}
	r->m->sent_version = v;
	/* 0 and what no item can have were seen by nobody: they never match */
	r->m->change.expected = v == 0 || v > UINT32_MAX ? UINT32_MAX : (uint32_t)v;
}

/* <Field Name="MetaInfo" Property="name"> */
static void
take_property(struct reading *r, struct str name, struct str text)
{
	const struct wire_field *f;

	name = caml_name_decode(r->a, name);
	if (name.n == 0 || name.n > LIMIT_BAG_NAME_BYTES) {
		fail(r, METHOD_INVALID, "The name of a property has %zu bytes; 1 to %d are "
		    "possible.", name.n, LIMIT_BAG_NAME_BYTES);
		return;
	}
	if (name.p[0] == ':') {
		fail(r, METHOD_INVALID, "The property \"%.*s\" cannot be kept: names that begin "
		    "with ':' are this server's own.", SHOWN(name, 100));
		return;
	}
	f = wire_find(r->a, r->l, name);
	if (str_eq(name, STR(WIRE_HISTORY))) {
		r->m->change.history = text;
		return;
	}
	if (str_eq(name, STR(WIRE_REF)))
		r->m->change.ref = text;
	if (f)
		take_known(r, f, text);
	else
		put_property(r, name, text);
}

static void
take_field(struct reading *r, const struct xnode *n)
{
	struct str name = xnode_attr(r->a, n, "Name");
	struct str property = xnode_attr(r->a, n, "Property");
	struct str text = utf8_xml_clean(r->a, xnode_text(r->a, n));
	const struct wire_field *f;

	if (text.n > LIMIT_FIELD_BYTES) {
		fail(r, METHOD_INVALID, "The field %.*s has %zu bytes; at most %d are possible.",
		    STR_ARG(name), text.n, LIMIT_FIELD_BYTES);
		return;
	}
	if (str_eq(name, STR("ID"))) {
		r->id = str_trim(text);
		return;
	}
	if (str_eq(name, STR("owshiddenversion"))) {
		take_version(r, text);
		return;
	}
	if (str_eq(name, STR("MetaInfo")) && property.p) {
		take_property(r, property, text);
		return;
	}
	if (r->l->kind == KIND_DOCUMENTS && place_take(&r->m->place, name, text))
		return;
	f = wire_find(r->a, r->l, name);
	if (f)
		take_known(r, f, text);
	else if (!schema_is_ignored(name))
		fail(r, METHOD_INVALID, "One or more field types are not installed properly: "
		    "the list %s has no field \"%.*s\". Leave it out, or send it as a property "
		    "of MetaInfo.", r->l->title, SHOWN(name, 100));
}

/* Which item; a number that no item can have is not malformed, only not there. */
static void
take_id(struct reading *r)
{
	struct str s = r->id;
	bool is_negative = s.n > 1 && s.p[0] == '-';
	uint64_t id = 0;

	if (r->m->change.command == COMMAND_NEW)
		return;
	if (is_negative)
		s = (struct str){ s.p + 1, s.n - 1 };
	if (!s.n || !num_u64(s, UINT64_MAX, &id)) {
		fail(r, METHOD_MALFORMED, "The command %.*s needs the field ID with the number "
		    "of an item; it is \"%.*s\".", STR_ARG(r->m->cmd), SHOWN(s, 40));
		return;
	}
	if (is_negative || id == 0 || id > UINT32_MAX)
		fail(r, METHOD_ABSENT, "Item does not exist. No item has the number %.*s.",
		    STR_ARG(r->id));
	else
		r->m->change.id = (uint32_t)id;
}

static void
take_command(struct reading *r)
{
	struct method *m = r->m;
	size_t i;

	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (!str_eq(m->cmd, str_of(commands[i].name)))
			continue;
		m->change.command = commands[i].command;
		if (commands[i].kind == FILE_COMMAND && r->l->kind == KIND_DOCUMENTS)
			return;
		if (commands[i].kind != KNOWN_COMMAND)
			fail(r, METHOD_INVALID, "%s", commands[i].why);
		return;
	}
	fail(r, METHOD_MALFORMED, "The command \"%.*s\" is not known; New, Update and Delete "
	    "are.", SHOWN(m->cmd, 40));
}

static size_t
count_fields(const struct xnode *element)
{
	const struct xnode *n;
	size_t count = 0;

	for (n = xnode_first(element); n; n = xnode_next(n))
		count++;
	return count;
}

/* Asked before the fields are read, for they come in any order. */
static bool
says_all_day(struct arena *a, const struct list *l, const struct xnode *element)
{
	const char *name = wire_of(l->kind, FIELD_ALL_DAY)->name;
	const struct xnode *f;
	bool is = false;

	if (l->kind != KIND_CALENDAR)
		return false;
	for (f = xnode_first(element); f; f = xnode_next(f))
		if (str_eq(xnode_attr(a, f, "Name"), str_of(name)) &&
		    !num_bool(str_trim(xnode_text(a, f)), &is))
			is = false;
	return is;
}

static struct str
text_attr(struct arena *a, const struct xnode *n, const char *name)
{
	struct str s = xnode_attr(a, n, name);

	return s.p ? utf8_xml_clean(a, s) : STR("");
}

void
method_read(struct arena *a, const struct list *l, const struct wire_dates *dates,
    const struct xnode *element, struct method *out)
{
	struct reading r = { .a = a, .l = l, .dates = dates, .m = out };
	size_t n = count_fields(element);
	const struct xnode *f;

	*out = (struct method){ .id = text_attr(a, element, "ID"),
	    .cmd = text_attr(a, element, "Cmd") };
	out->change.ref = STR("");
	take_command(&r);
	if (n > LIMIT_METHOD_FIELDS) {
		fail(&r, METHOD_INVALID, "The method has %zu fields; at most %d are possible.",
		    n, LIMIT_METHOD_FIELDS);
		return;
	}
	r.is_all_day = says_all_day(a, l, element);
	r.cell = ARENA_ARRAY(a, struct cell, l->column_n);
	r.property = ARENA_ARRAY(a, struct property, n);
	out->change.cell = r.cell;
	out->change.property = r.property;
	for (f = xnode_first(element); f; f = xnode_next(f))
		if (strcmp(xnode_name(f), "Field") == 0)
			take_field(&r, f);
	take_id(&r);
}
