/*
 * rowset.c -- z:row: one item as attributes.
 *
 * The hottest code of the product: a first download of 100,000 items runs
 * through rowset_write 100,000 times. Whatever can be known before is: names
 * of attributes, constant values, what a column needs. What a conversion needs
 * of the arena (URLs, local times) is given back with the row, so that a
 * worker's memory does not grow with the list.
 */
#include "lists/rowset.h"

#include <inttypes.h>

#include "bag.h"
#include "kind.h"
#include "limits.h"
#include "lists/pattern_xml.h"
#include "lists/placed.h"
#include "lists/rowset_files.h"
#include "stamp.h"

/* A column of the view that goes into the row. */
struct source {
	size_t column;
	struct str attribute;            /* "ows_FirstName", "ows_MetaInfo_FileAs" */
	struct str attribute_alias;      /* "ows_MetaInfo_HomeZip", or NULL p */
	struct str suffix;               /* behind the value: of dates */
	const struct wire_field *convert; /* NULL: as it is */
};

/* A name in the bag that is not simply ows_MetaInfo_<name>. */
struct special {
	struct str name;
	struct str attribute;            /* NULL p: none */
	enum {
		SPECIAL_DECLARED, /* a field of the schema without a column: attribute alone */
		SPECIAL_ALIAS,    /* attribute besides its own name's */
		SPECIAL_COLUMN,   /* a column has this value, but of an inner item */
		SPECIAL_SILENT    /* the engine has this value: an attribute may stand in
		                   * a row only once */
	} way;
	const struct wire_field *convert; /* NULL: as it is */
	unsigned short next;             /* in its bucket; index + 1, 0 ends */
};

/* A field whose value the engine gives for each item (kind.h). */
struct given {
	const struct wire_field *field;
	struct str attribute;            /* NULL p: not asked for */
};

#define SPECIALS (2 * FIELD__MAX + 1 + LIMIT_COLUMNS) /* names and aliases of all fields, the history */
#define BUCKETS 64

struct rowset {
	struct rowset_want want;
	struct caml_fields fields;
	struct wire_dates dates;
	struct arena *arena;
	size_t source_n;
	struct source *source;
	size_t special_n;
	struct special *special;
	unsigned short bucket[BUCKETS];  /* index + 1 into special; 0: none */
	const struct kind_rules *rules;
	bool is_given[FIELD__MAX];
	struct given given[FIELD__MAX];
	int author;                      /* column, or -1 */
	struct str content_type;         /* constant per list */
	struct str perm_mask, read_mask;
	char list_hex_upper[39];
	struct str file_prefix;          /* "crm/Lists/contacts/": no leading slash */
	char list_hex[39];
};

/* ---- once per answer ---- */

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

static size_t
bucket_of(struct str name)
{
	const unsigned char *p = (const unsigned char *)name.p;

	return name.n ? (name.n * 7 + p[0] * 3u + p[name.n - 1]) % BUCKETS : 0;
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

/* ---- once per row ---- */

static struct str
decimal(uint32_t v, char out[10])
{
	size_t i = 10;

	do
		out[--i] = (char)('0' + v % 10);
	while (v /= 10);
	return (struct str){ out + i, 10 - i };
}

static void
put(struct xmlw *w, struct str name, struct str value)
{
	xmlw_attr_begin(w, "", name);
	xmlw_attr_part(w, value);
	xmlw_attr_end(w);
}

/* "4;#value": look-ups on the item itself. */
static void
put_lookup(struct xmlw *w, struct str name, struct str id, struct str value,
    struct str more, struct str end)
{
	xmlw_attr_begin(w, "", name);
	xmlw_attr_part(w, id);
	xmlw_attr_part(w, STR(";#"));
	xmlw_attr_part(w, value);
	xmlw_attr_part(w, more);
	xmlw_attr_part(w, end);
	xmlw_attr_end(w);
}

static void
put_time(const struct rowset *rs, struct xmlw *w, struct str name, int64_t t)
{
	char text[STAMP_TEXT];
	struct civil c;

	if (rs->dates.in_utc) {
		stamp_iso(t, text);
	} else {
		c = zone_from_utc(rs->dates.zone, t);
		civil_sql(&c, text);
	}
	put(w, name, str_of(text));
}

/* A login, or a number or name that the view has for its author. */
static void
put_user(const struct rowset *rs, struct xmlw *w, struct str name, struct str who)
{
	static const struct wire_field user = { .field = FIELD_AUTHOR, .type = "User" };
	struct arena_mark mark = arena_mark(rs->arena);

	put(w, name, wire_put(rs->arena, &user, who, &rs->dates));
	arena_release(rs->arena, &mark);
}

static struct str
author_of(const struct rowset *rs, const struct item *item, const struct row *row)
{
	struct str told = rs->author >= 0 && row->value ? row->value[rs->author] : STR_NULL;

	return told.n ? told : item->author;
}

/* Items that are files and folders, or messages in folders. */
static void
put_placed(const struct rowset *rs, struct xmlw *w, const struct item *item,
    const struct row *row, struct str id)
{
	struct arena_mark mark = arena_mark(rs->arena);
	struct placed p;

	placed_of(rs->arena, rs->want.site, rs->want.list, item, row, &p);
	xmlw_attr_begin(w, "", STR("ows_ContentTypeId"));
	xmlw_attr_part(w, str_of(p.content_type));
	xmlw_attr_part(w, STR("00"));
	xmlw_attr_part(w, str_of(rs->list_hex_upper));
	xmlw_attr_end(w);
	put_lookup(w, STR("ows_FSObjType"), id, p.is_folder ? STR("1") : STR("0"), STR(""),
	    STR(""));
	put_lookup(w, STR("ows_FileRef"), id, p.dir, STR("/"), p.leaf);
	put_lookup(w, STR("ows_FileDirRef"), id, p.dir, STR(""), STR(""));
	put_lookup(w, STR("ows_FileLeafRef"), id, p.leaf, STR(""), STR(""));
	if (p.has_file_fields)
		put(w, STR("ows_LinkFilename"), p.leaf);
	if (p.url.p)
		put(w, STR("ows_EncodedAbsUrl"), p.url);
	if (p.size.p)
		put(w, STR("ows_FileSizeDisplay"), p.size);
	arena_release(rs->arena, &mark);
}

static void
put_system(const struct rowset *rs, struct xmlw *w, const struct item *item,
    const struct row *row, struct str id)
{
	char number[10], guid[39];

	put(w, STR("ows_ID"), id);
	put(w, STR("ows_owshiddenversion"), decimal(item->version, number));
	put_time(rs, w, STR("ows_Created"),
	    row->created != INT64_MIN ? row->created : item->created);
	put_time(rs, w, STR("ows_Modified"),
	    row->modified != INT64_MIN ? row->modified : item->modified);
	if (rs->fields.system[SYS_AUTHOR] && author_of(rs, item, row).n)
		put_user(rs, w, STR("ows_Author"), author_of(rs, item, row));
	if (rs->fields.system[SYS_EDITOR] && item->editor.n)
		put_user(rs, w, STR("ows_Editor"), item->editor);
	if (rs->fields.system[SYS_ATTACHMENTS])
		rowset_files(w, rs->arena, rs->want.site, rs->want.list, item, &rs->want.options);
	put(w, STR("ows_PermMask"), rs->rules->is_fixed && rs->rules->is_fixed(item) ?
	    rs->read_mask : rs->perm_mask);
	put(w, STR("ows__ModerationStatus"), STR("0"));
	put(w, STR("ows__Level"), STR("1"));
	guid_fmt(&item->guid, GUID_BRACES, guid);
	put_lookup(w, STR("ows_UniqueId"), id, str_of(guid), STR(""), STR(""));
	if (placed_matters(rs->want.list)) {
		put_placed(rs, w, item, row, id);
		return;
	}
	put(w, STR("ows_ContentTypeId"), rs->content_type);
	put_lookup(w, STR("ows_FSObjType"), id, STR("0"), STR(""), STR(""));
	put_lookup(w, STR("ows_FileRef"), id, rs->file_prefix, id, STR("_.000"));
}

static inline void
put_column(struct xmlw *w, const struct source *s, struct str v)
{
	xmlw_attr_begin(w, "", s->attribute);
	xmlw_attr_part(w, v);
	xmlw_attr_part(w, s->suffix);
	xmlw_attr_end(w);
	if (!s->attribute_alias.p)
		return;
	xmlw_attr_begin(w, "", s->attribute_alias);
	xmlw_attr_part(w, v);
	xmlw_attr_part(w, s->suffix);
	xmlw_attr_end(w);
}

static void
put_columns(const struct rowset *rs, struct xmlw *w, const struct row *row)
{
	const struct source *s = rs->source, *end = s + rs->source_n;
	struct arena_mark mark;
	struct str v;

	for (; s < end; s++) {
		v = row->value[s->column];
		if (!v.n)
			continue;
		if (!s->convert) {
			put_column(w, s, v);
			continue;
		}
		mark = arena_mark(rs->arena);
		put_column(w, s, wire_put(rs->arena, s->convert, v, &rs->dates));
		arena_release(rs->arena, &mark);
	}
}

static const struct special *
special_of(const struct rowset *rs, struct str name)
{
	unsigned i;

	for (i = rs->bucket[bucket_of(name)]; i; i = rs->special[i - 1].next)
		if (str_eq(rs->special[i - 1].name, name))
			return &rs->special[i - 1];
	return NULL;
}

/* A field out of the bag, in its form on the wire. */
static void
put_special(const struct rowset *rs, struct xmlw *w, const struct special *s, struct str v)
{
	struct arena_mark mark;

	if (!s->attribute.p || !v.n)
		return;
	mark = arena_mark(rs->arena);
	put(w, s->attribute, s->convert ? wire_put(rs->arena, s->convert, v, &rs->dates) : v);
	arena_release(rs->arena, &mark);
}

/* Declared fields of the bag are left out when empty, properties are not. */
static void
put_bag(const struct rowset *rs, struct xmlw *w, const struct item *item)
{
	bool is_inner = key_is_inner(item->key, NULL, NULL);
	bool has_properties = rs->fields.has_properties && rs->fields.has_meta_info;
	char encoded[CAML_NAME_MAX];
	const struct special *s;
	struct property p;
	size_t at = 0;

	while (bag_next(item->bag, &at, &p)) {
		s = special_of(rs, p.name);
		if (p.name.p[0] == ':' || (s && s->way == SPECIAL_SILENT))
			continue;
		if (s && s->way != SPECIAL_ALIAS) {
			if (s->way == SPECIAL_DECLARED || is_inner)
				put_special(rs, w, s, p.value);
			continue;
		}
		if (!has_properties)
			continue;
		xmlw_attr_begin(w, "ows_MetaInfo_", caml_name_encode(p.name, encoded));
		xmlw_attr_part(w, p.value);
		xmlw_attr_end(w);
		if (s)
			put(w, s->attribute, p.value);
	}
}

static bool
is_new_pattern(const struct rowset *rs, struct str text)
{
	struct pattern pattern;
	const char *why;

	return wire_vocabulary.pattern_read(rs->arena, text, &pattern, &why) &&
	    pattern_is_v3(&pattern);
}

/* A day that floats is not moved to the zone of the site; old clients skip what they do not know. */
static struct str
given_value(const struct rowset *rs, const struct given *g, const struct shown *s)
{
	struct civil c;
	char text[STAMP_TEXT];
	bool has_time;
	int offset;

	if (s->field == FIELD_PATTERN && rs->want.options.old_patterns && is_new_pattern(rs, s->value))
		return pattern_xml_wrap(rs->arena, s->value);
	if (!s->is_floating || rs->dates.in_utc ||
	    !stamp_parse(s->value, &c, &has_time, &offset))
		return wire_put(rs->arena, g->field, s->value, &rs->dates);
	return arena_dup(rs->arena, str_of(civil_sql(&c, text)));
}

/* What the engine makes of the item: a series' end, its rule. */
static void
put_given(const struct rowset *rs, struct xmlw *w, const struct item *item, const struct row *row)
{
	struct arena_mark mark = arena_mark(rs->arena);
	struct shown shown[SHOWN_MAX];
	size_t i, n;

	n = rs->rules->show(&wire_vocabulary, rs->arena, rs->want.list, item, row, shown);
	for (i = 0; i < n; i++) {
		const struct given *g = &rs->given[shown[i].field];

		if (g->attribute.p && shown[i].value.n)
			put(w, g->attribute, given_value(rs, g, &shown[i]));
	}
	arena_release(rs->arena, &mark);
}

/* "<list>:<version>" until somebody sent another one; see item.h. */
static void
put_history(const struct rowset *rs, struct xmlw *w, const struct item *item)
{
	char number[10];

	xmlw_attr_begin(w, "", STR("ows_MetaInfo_vti_versionhistory"));
	if (item->history.n) {
		xmlw_attr_part(w, item->history);
	} else {
		xmlw_attr_part(w, (struct str){ rs->list_hex, 32 });
		xmlw_attr_part(w, STR(":"));
		xmlw_attr_part(w, decimal(item->version, number));
	}
	xmlw_attr_end(w);
}

void
rowset_write(const struct rowset *rs, struct xmlw *w, const struct item *item,
    const struct row *row)
{
	char number[10];
	struct str id = decimal(item->id, number);

	xmlw_open(w, "z:row");
	if (rs->want.has_namespace)
		xmlw_attrz(w, "xmlns:z", "#RowsetSchema");
	put_system(rs, w, item, row, id);
	put_columns(rs, w, row);
	if (rs->rules->show)
		put_given(rs, w, item, row);
	put_bag(rs, w, item);
	if (rs->fields.has_properties && rs->fields.has_meta_info)
		put_history(rs, w, item);
	else if (rs->fields.has_meta_info)
		put_lookup(w, STR("ows_MetaInfo"), id, STR(""), STR(""), STR(""));
	xmlw_close(w);
}
