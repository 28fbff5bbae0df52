/*
 * caml.c -- the parts of CAML that a sync request holds.
 *
 * Liberal on purpose: elements come in the service's namespace or in none,
 * the inner wrapper may be missing or doubled, unknown things are passed by.
 * An absent queryOptions is not an empty one: their defaults differ.
 */
#include "lists/caml.h"

#include "lists/wire.h"
#include "limits.h"
#include "num.h"
#include "utf8.h"

struct str
caml_parameter(struct arena *a, const struct xnode *args, const char *name)
{
	const struct xnode *n = xnode_child(args, name);
	struct str s;

	if (!n || xnode_is_nil(n) || xnode_first(n))
		return STR_NULL;
	s = str_trim(xnode_text(a, n));
	return s.n ? s : STR_NULL;
}

bool
caml_is_true(struct str s)
{
	s = str_trim(s);
	return str_ieq(s, STR("TRUE")) || str_eq(s, STR("1"));
}

static bool
is_false(struct str s)
{
	s = str_trim(s);
	return str_ieq(s, STR("FALSE")) || str_eq(s, STR("0"));
}

/* ---- viewFields ---- */

void
caml_fields_all(struct caml_fields *out)
{
	*out = (struct caml_fields){ .is_all = true, .has_meta_info = true };
	memset(out->field, 1, sizeof(out->field));
	memset(out->own, 1, sizeof(out->own));
	memset(out->system, 1, sizeof(out->system));
}

static void
choose(struct arena *a, const struct list *l, struct str name, struct caml_fields *out)
{
	const struct wire_field *f = wire_find(a, l, name);
	size_t i;

	if (f && f->own)
		out->own[f->column] = true;
	else if (f)
		out->field[f->field] = true;
	for (i = 0; i < SYS__MAX; i++)
		if (str_eq(name, str_of(system_info((enum system_field)i)->name)))
			out->system[i] = true;
}

/* The innermost element of that name below n: wrappers come doubled. NULL n gives NULL. */
static struct xnode *
innermost(struct xnode *n, const char *name)
{
	struct xnode *found = n ? xnode_find(n, name) : NULL, *inner;

	while (found && (inner = xnode_child(found, name)))
		found = inner;
	return found;
}

static void
read_fields(struct arena *a, const struct xnode *args, const struct list *l,
    struct caml_fields *out)
{
	struct xnode *parameter = xnode_child(args, "viewFields"), *n;
	struct xnode *wrapper = innermost(parameter, "ViewFields");
	size_t i;

	caml_fields_all(out);
	if (!parameter)
		return;
	if (wrapper)
		out->has_properties = caml_is_true(xnode_attr(a, wrapper, "Properties"));
	n = xnode_child(wrapper ? wrapper : parameter, "FieldRef");
	if (!n)
		return;
	*out = (struct caml_fields){ .has_properties = out->has_properties };
	for (; n; n = xnode_next(n))
		choose(a, l, str_trim(xnode_attr(a, n, "Name")), out);
	for (i = 0; i < SYS__MAX; i++)
		out->system[i] |= system_info((enum system_field)i)->is_always;
	out->has_meta_info = out->system[SYS_META_INFO];
}

/* ---- queryOptions ---- */

static bool
option(struct arena *a, const struct xnode *options, const char *name)
{
	const struct xnode *n = xnode_child(options, name);

	return n && caml_is_true(xnode_text(a, n));
}

/* Only the number three is known: anything else is a client of before it. */
static bool
has_old_patterns(struct arena *a, const struct xnode *options)
{
	const struct xnode *n = xnode_child(options, "RecurrencePatternXMLVersion");

	return !n || !str_ieq(str_trim(xnode_text(a, n)), STR("v3"));
}

static void
read_options(struct arena *a, const struct xnode *args, struct caml_options *out)
{
	struct xnode *parameter = xnode_child(args, "queryOptions");
	struct xnode *options = innermost(parameter, "QueryOptions"), *paging;

	*out = (struct caml_options){ .date_in_utc = true, .expand_user = true,
	    .file_urls = true, .file_versions = true, .is_grouped = true,
	    .position = STR("") };
	if (!options && parameter && xnode_first(parameter))
		options = parameter; /* the inner wrapper is missing */
	if (!options)
		return;
	out->date_in_utc = option(a, options, "DateInUtc");
	out->expand_user = option(a, options, "ExpandUserField");
	out->file_urls = option(a, options, "IncludeAttachmentUrls");
	out->file_versions = option(a, options, "IncludeAttachmentVersion");
	out->is_grouped = option(a, options, "RecurrenceOrderBy");
	out->old_patterns = has_old_patterns(a, options);
	paging = xnode_child(options, "Paging");
	if (paging)
		out->position = xnode_attr(a, paging, "ListItemCollectionPositionNext");
	if (!out->position.p)
		out->position = STR("");
}

/* ---- query, rowLimit ---- */

static bool
read_descending(struct arena *a, const struct xnode *args)
{
	struct xnode *query = xnode_child(args, "query");
	struct xnode *order = query ? xnode_find(query, "OrderBy") : NULL;
	struct xnode *by = xnode_child(order, "FieldRef");

	return by && str_eq(str_trim(xnode_attr(a, by, "Name")), STR("ID")) &&
	    is_false(xnode_attr(a, by, "Ascending"));
}

/*
 * <Contains><Participants>12</Participants></Contains>: of calendars, and
 * ignored beside a query (MS-LISTSWS R702). Other conditions are passed by.
 */
static uint32_t
read_participant(struct arena *a, const struct xnode *args, enum list_kind kind)
{
	struct xnode *query = xnode_child(args, "query"), *contains = xnode_child(args, "contains");
	struct xnode *n = contains ? xnode_find(contains, "Participants") : NULL;
	uint64_t number;

	if (kind != KIND_CALENDAR || !n || (query && xnode_first(query)))
		return 0;
	return num_u64(str_trim(xnode_text(a, n)), INT32_MAX, &number) ? (uint32_t)number : 0;
}

enum outcome
caml_parse(struct arena *a, const struct xnode *args, const struct list *l,
    struct caml *out, const char **code, struct err *e)
{
	struct str limit = caml_parameter(a, args, "rowLimit");
	uint64_t rows = 0;

	*out = (struct caml){ 0 };
	*code = NULL;
	read_fields(a, args, l, &out->fields);
	read_options(a, args, &out->options);
	out->is_descending = read_descending(a, args);
	out->participant = read_participant(a, args, l->kind);
	if (limit.p && !num_u64(limit, UINT64_MAX, &rows)) {
		*code = "0x82000001";
		return err_set(e, E_INVALID,
		    "Parameter rowLimit is \"%.*s\"; it must be a number, "
		    "0 or absent for no limit.",
		    limit.n > 40 ? 40 : (int)limit.n, limit.p);
	}
	out->limit = rows > UINT32_MAX ? UINT32_MAX : (uint32_t)rows;
	return OK;
}

/* ---- names of properties ---- */

static bool
is_plain(unsigned c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z') || c == '_' || c == '-' || c == '.';
}

/* "_xHHHH" at i: *unit. */
static bool
looks_encoded(struct str s, size_t i, unsigned *unit)
{
	unsigned v = 0;
	size_t k;

	if (s.n - i < 6 || s.p[i] != '_' || s.p[i + 1] != 'x')
		return false;
	for (k = i + 2; k < i + 6; k++) {
		unsigned char c = (unsigned char)s.p[k];

		if (c >= '0' && c <= '9')
			v = v << 4 | (unsigned)(c - '0');
		else if ((c | 32) >= 'a' && (c | 32) <= 'f')
			v = v << 4 | (unsigned)((c | 32) - 'a' + 10);
		else
			return false;
	}
	*unit = v;
	return true;
}

/* "_xHHHH_" at i: the unit, else 0. */
static unsigned
unit_at(struct str s, size_t i)
{
	unsigned v;

	return looks_encoded(s, i, &v) && s.n - i >= 7 && s.p[i + 6] == '_' ? v : 0;
}

/*
 * The character at i, if it may stand as it is. An underscore that would begin
 * an encoded form may not: else two names could become one attribute.
 */
static bool
stands(struct str s, size_t i)
{
	unsigned unit;

	return is_plain((unsigned char)s.p[i]) && !looks_encoded(s, i, &unit);
}

static size_t
put_unit(char *out, unsigned unit)
{
	static const char digits[] = "0123456789abcdef";

	memcpy(out, "_x", 2);
	out[2] = digits[unit >> 12 & 15];
	out[3] = digits[unit >> 8 & 15];
	out[4] = digits[unit >> 4 & 15];
	out[5] = digits[unit & 15];
	out[6] = '_';
	return 7;
}

/* The character at s.p[i]; *len its bytes. No UTF-8: the byte itself. */
static uint32_t
character(struct str s, size_t i, size_t *len)
{
	const unsigned char *p = (const unsigned char *)s.p + i;
	size_t k;
	uint32_t c;

	*len = utf8_step(s.p + i, s.n - i);
	if (*len <= 1) {
		*len = 1;
		return p[0];
	}
	c = p[0] & (0x7Fu >> *len);
	for (k = 1; k < *len; k++)
		c = c << 6 | (p[k] & 0x3F);
	return c;
}

struct str
caml_name_encode(struct str name, char out[CAML_NAME_MAX])
{
	size_t i, len, n = 0;
	uint32_t c;

	for (i = 0; i < name.n && stands(name, i); i++)
		;
	if (i == name.n)
		return name;
	for (i = 0; i < name.n && n + 14 <= CAML_NAME_MAX; i += len) {
		c = character(name, i, &len);
		if (stands(name, i)) {
			out[n++] = (char)c;
		} else if (c <= 0xFFFF) {
			n += put_unit(out + n, c);
		} else {
			n += put_unit(out + n, 0xD800 + ((c - 0x10000) >> 10));
			n += put_unit(out + n, 0xDC00 + ((c - 0x10000) & 0x3FF));
		}
	}
	return (struct str){ out, n };
}

/* The character that stands encoded at i, 0 when none does; *used: bytes of its form. */
static uint32_t
encoded_at(struct str s, size_t i, size_t *used)
{
	uint32_t c = unit_at(s, i), low;

	*used = 7;
	if (c >= 0xD800 && c <= 0xDBFF && s.n - i >= 14) {
		low = unit_at(s, i + 7);
		if (low < 0xDC00 || low > 0xDFFF)
			return 0;
		*used = 14;
		return 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
	}
	if (c < 0x20 || c == 0x7F || (c >= 0xD800 && c <= 0xDFFF) || c >= 0xFFFE)
		return 0;
	if (is_plain(c) && c != '_')
		return 0;
	return c;
}

struct str
caml_name_decode(struct arena *a, struct str name)
{
	size_t i = 0, n = 0, used;
	uint32_t c;
	char *out;

	if (!name.n || !memchr(name.p, '_', name.n))
		return name;
	out = arena_get(a, name.n + 1);
	while (i < name.n) {
		c = encoded_at(name, i, &used);
		if (c) {
			n += utf8_put(out + n, c);
			i += used;
		} else {
			out[n++] = name.p[i++];
		}
	}
	return (struct str){ out, n };
}
