/*
 * rowset.c -- z:row: one item as attributes.
 *
 * The hottest code of the product: a first download of 100,000 items runs
 * through rowset_write 100,000 times. Whatever can be known before is, in
 * rowset_open.c: names of attributes, constant values, what a column needs. What
 * a conversion needs of the arena (URLs, local times) is given back with the
 * row, so that a worker's memory does not grow with the list.
 */
#include "lists/rowset.h"

#include <inttypes.h>

#include "bag.h"
#include "lists/pattern_xml.h"
#include "lists/placed.h"
#include "lists/rowset_files.h"
#include "lists/rowset_in.h"
#include "stamp.h"

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
	if (!placed_matters(rs->want.list))
		put(w, STR("ows_ContentTypeId"), rs->content_type);
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
