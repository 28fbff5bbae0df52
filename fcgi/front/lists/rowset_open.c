/*
 * rowset_open.c -- which attributes the rows of an answer carry, and where each
 * comes from. See rowset.c.
 */
#include "lists/rowset.h"

#include <inttypes.h>

#include "lists/rowset_in.h"

static struct str
attribute(struct arena *a, bool is_property, const char *name)
{
	return arena_fmt(a, "ows_%s%s", is_property ? "MetaInfo_" : "", name);
}

static bool
needs_conversion(const struct wire_field *f, const struct wire_dates *d)
{
	enum value_type type = wire_type(f);

	return type == VALUE_URL || (type == VALUE_STAMP && !d->in_utc) ||
	    strcmp(f->type, "User") == 0 || strcmp(f->type, "Guid") == 0;
}

/* Clients never see it in a row, or see it among what every row has. */
static bool
is_told_elsewhere(const struct rowset *rs, const struct wire_field *f)
{
	return !f->own && ((f->flags & (WIRE_INWARD | WIRE_SYSTEM)) || rs->is_given[f->field]);
}

static bool
is_asked_for(const struct rowset *rs, const struct wire_field *f)
{
	return f->own ? rs->fields.own[f->column] : rs->fields.field[f->field];
}

/* Where column i goes; false: nowhere, for it was not asked for. */
static bool
open_source(struct arena *a, struct rowset *rs, size_t i, struct source *out)
{
	const struct list *l = rs->want.list;
	const struct wire_field *f = wire_of_column(a, l, i);
	bool is_property = !wire_is_declared(l, f);

	if (is_told_elsewhere(rs, f))
		return false;
	if (is_property && !(rs->fields.has_properties && rs->fields.has_meta_info))
		return false;
	if (!is_property && !is_asked_for(rs, f))
		return false;
	*out = (struct source){ .column = i,
		.attribute = attribute(a, is_property, f->name) };
	if (is_property && f->alias)
		out->attribute_alias = attribute(a, true, f->alias);
	if (needs_conversion(f, &rs->dates))
		out->convert = f;
	else if (wire_type(f) == VALUE_DATE)
		out->suffix = rs->dates.in_utc ? STR("T00:00:00Z") : STR(" 00:00:00");
	return true;
}

static void
add_special(struct rowset *rs, const char *name, struct str attr, int way)
{
	struct special *s = &rs->special[rs->special_n++];
	unsigned short *bucket = &rs->bucket[bucket_of(str_of(name))];

	*s = (struct special){ .name = str_of(name), .attribute = attr, .way = way,
	    .next = *bucket };
	*bucket = (unsigned short)rs->special_n;
}

/* A field that a row may have in its bag, by its declaration and its column. */
static void
open_special(struct arena *a, struct rowset *rs, const struct wire_field *f)
{
	const struct list *l = rs->want.list;
	bool is_column = wire_column(l, f) >= 0, is_declared = wire_is_declared(l, f);
	struct str shown = STR_NULL;

	if (f->alias)
		add_special(rs, f->alias, STR_NULL, SPECIAL_SILENT);
	if (is_told_elsewhere(rs, f)) {
		add_special(rs, f->name, STR_NULL, SPECIAL_SILENT);
		return;
	}
	if (is_declared ? is_asked_for(rs, f)
			: rs->fields.has_properties && rs->fields.has_meta_info)
		shown = attribute(a, !is_declared, f->name);
	if (is_column)
		add_special(rs, f->name, shown, SPECIAL_COLUMN);
	else if (is_declared)
		add_special(rs, f->name, shown, SPECIAL_DECLARED);
	else if (f->alias)
		add_special(rs, f->name, attribute(a, true, f->alias), SPECIAL_ALIAS);
	else
		return;
	if ((is_column || field_is_structural(f->field)) && needs_conversion(f, &rs->dates))
		rs->special[rs->special_n - 1].convert = f;
}

/* Names that the bag may hold and that are not simply properties. */
static void
open_specials(struct arena *a, struct rowset *rs)
{
	size_t i;

	rs->special = ARENA_ARRAY(a, struct special, SPECIALS);
	add_special(rs, "vti_versionhistory", STR_NULL, SPECIAL_SILENT);
	for (i = 0; i < FIELD__MAX; i++)
		if (field_info((enum field)i)->kinds & KIND_BIT(rs->want.list->kind))
			open_special(a, rs, wire_of(rs->want.list->kind, (enum field)i));
	for (i = 0; i < rs->want.list->column_n; i++)
		if (rs->want.list->column[i].own)
			open_special(a, rs, wire_of_column(a, rs->want.list, i));
}

/* Fields whose value the engine gives: which of them were asked for. */
static void
open_given(struct arena *a, struct rowset *rs)
{
	const enum field *f = rs->rules->shows;

	for (; f && *f != FIELD__MAX; f++) {
		const struct wire_field *w = wire_of(rs->want.list->kind, *f);

		rs->is_given[*f] = true;
		rs->given[*f].field = w;
		if (!wire_is_declared(rs->want.list, w))
			rs->given[*f].attribute = rs->fields.has_properties &&
			    rs->fields.has_meta_info ? attribute(a, true, w->name) : STR_NULL;
		else
			rs->given[*f].attribute = rs->fields.field[*f] ?
			    attribute(a, false, w->name) : STR_NULL;
	}
}

struct rowset *
rowset_open(struct arena *a, const struct rowset_want *want)
{
	struct rowset *rs = ARENA_NEW(a, struct rowset);
	const struct list *l = want->list;
	struct str root = schema_root_folder(a, want->site, l);
	char hex[39];
	size_t i;

	rs->want = *want;
	rs->fields = *want->fields;
	rs->dates = (struct wire_dates){ .in_utc = want->options.date_in_utc,
		.zone = want->site->zone, .is_expanded = want->options.expand_user,
		.people = want->people };
	rs->author = list_column(l, FIELD_AUTHOR);
	rs->arena = a;
	guid_fmt(&l->id, GUID_HEX, rs->list_hex);
	memcpy(hex, rs->list_hex, sizeof(hex));
	for (i = 0; hex[i]; i++)
		if (hex[i] >= 'a')
			hex[i] = (char)(hex[i] - 'a' + 'A');
	memcpy(rs->list_hex_upper, hex, sizeof(hex));
	rs->rules = kind_rules(l);
	rs->read_mask = arena_fmt(a, "0x%" PRIx64, rights_mask(RIGHT_READ));
	rs->content_type = arena_fmt(a, "%s00%s", kind_info(l->kind)->content_type, hex);
	rs->perm_mask = arena_fmt(a, "0x%" PRIx64, rights_mask(want->rights));
	rs->file_prefix = arena_fmt(a, "%.*s/", (int)root.n - 1, root.p + 1);
	open_given(a, rs);
	rs->source = ARENA_ARRAY(a, struct source, l->column_n);
	for (i = 0; i < l->column_n; i++)
		if (open_source(a, rs, i, &rs->source[rs->source_n]))
			rs->source_n++;
	open_specials(a, rs);
	return rs;
}
