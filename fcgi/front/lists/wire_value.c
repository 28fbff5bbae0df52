/*
 * wire_value.c -- canonical values to and from their text on the wire.
 * MS-OUTSPS 3.2.4.2 (value rules of fields), MS-LISTSWS 2.2.4 (text forms).
 *
 * Reading is liberal: what the known clients send differs by zone, quoting
 * and spelling, and each needless refusal costs Outlook a full download.
 */
#include "lists/wire.h"

#include "access.h"
#include "guid.h"
#include "num.h"
#include "stamp.h"

/* ---- URL: "address, description"; a comma inside the address is doubled ---- */

/*
 * address and description of either form. On the wire commas of the address
 * are doubled; in the column they are not (is_wire false).
 */
static void
split_url(
    struct arena *a, struct str s, bool is_wire, struct str *address, struct str *text)
{
	char *out = arena_get(a, s.n + 1);
	size_t i, n = 0;

	*text = STR_NULL;
	for (i = 0; i < s.n; i++) {
		if (s.p[i] == ',' && is_wire && i + 1 < s.n && s.p[i + 1] == ',') {
			i++;
		} else if (s.p[i] == ',' && i + 1 < s.n && s.p[i + 1] == ' ') {
			*text = (struct str){ s.p + i + 2, s.n - i - 2 };
			break;
		}
		out[n++] = s.p[i];
	}
	*address = (struct str){ out, n };
}

static struct str
put_url(struct arena *a, struct str v)
{
	struct str address, text;
	size_t i, n = 0;
	char *out;

	split_url(a, v, false, &address, &text);
	if (!text.p)
		text = address;
	out = arena_get(a, address.n * 2 + 2 + text.n + 1);
	for (i = 0; i < address.n; i++) {
		out[n++] = address.p[i];
		if (address.p[i] == ',')
			out[n++] = ',';
	}
	memcpy(out + n, ", ", 2);
	if (text.n)
		memcpy(out + n + 2, text.p, text.n);
	return (struct str){ out, n + 2 + text.n };
}

static struct str
get_url(struct arena *a, struct str s)
{
	struct str address, text;

	split_url(a, s, true, &address, &text);
	if (text.n == 0 || str_eq(text, address))
		return address;
	return arena_fmt(a, "%.*s, %.*s", STR_ARG(address), STR_ARG(text));
}

/* ---- dates ---- */

static struct str
put_stamp(struct arena *a, struct str v, const struct wire_dates *d)
{
	char text[STAMP_TEXT];
	struct civil c;
	bool has_time;
	int offset;

	if (d->in_utc || !stamp_parse(v, &c, &has_time, &offset))
		return v;
	c = zone_from_utc(d->zone, civil_to_stamp(&c));
	return arena_dup(a, str_of(civil_sql(&c, text)));
}

static bool
in_range(int64_t t)
{
	return t >= STAMP_MIN && t <= STAMP_MAX;
}

/* The instant meant by what was read; without a zone the request decides. */
static int64_t
instant(const struct civil *c, int offset, const struct wire_dates *d)
{
	if (offset != STAMP_NO_OFFSET)
		return civil_to_stamp(c) - offset * INT64_C(60);
	return d->in_utc ? civil_to_stamp(c) : zone_to_utc(d->zone, c);
}

static bool
get_stamp(struct arena *a, struct str s, const struct wire_dates *d, struct str *out)
{
	char text[STAMP_TEXT];
	struct civil c;
	bool has_time;
	int offset;
	int64_t t;

	if (!stamp_parse(s, &c, &has_time, &offset))
		return false;
	t = instant(&c, offset, d);
	if (!in_range(t))
		return false;
	*out = arena_dup(a, str_of(stamp_iso(t, text)));
	return true;
}

/*
 * A day. Midnight as written is that day in whatever zone it stands; another
 * time in UTC is somebody's midnight: the day that it is at the site.
 */
static bool
get_date(struct arena *a, struct str s, const struct wire_dates *d, struct str *out)
{
	struct civil c;
	bool has_time, is_utc;
	int offset;

	if (!stamp_parse(s, &c, &has_time, &offset) || !in_range(civil_to_stamp(&c)))
		return false;
	is_utc = offset == 0 || (offset == STAMP_NO_OFFSET && d->in_utc);
	if (has_time && is_utc && (c.hour || c.minute || c.second))
		c = zone_from_utc(d->zone, civil_to_stamp(&c));
	*out = arena_fmt(a, "%04d-%02d-%02d", c.year, c.month, c.day);
	return true;
}

/* ---- numbers ---- */

static bool
get_number(struct arena *a, struct str s, bool is_whole, struct str *out)
{
	char text[64];
	int64_t v;

	if (!num_decimal(s, text))
		return false;
	if (is_whole && !num_i64(str_of(text), INT64_MIN, INT64_MAX, &v))
		return false;
	*out = arena_dup(a, str_of(text));
	return true;
}

static bool
get_bool(struct str s, struct str *out)
{
	bool v;

	if (!num_bool(s, &v))
		return false;
	*out = v ? STR("1") : STR("0");
	return true;
}

static bool
get_binary(struct arena *a, struct str s, struct str *out)
{
	char *hex = arena_get(a, s.n + 1);
	size_t i;

	for (i = 0; i < s.n; i++) {
		hex[i] =
		    s.p[i] >= 'a' && s.p[i] <= 'f' ? (char)(s.p[i] - 'a' + 'A') : s.p[i];
		if (!strchr("0123456789ABCDEF", hex[i]))
			return false;
	}
	*out = (struct str){ hex, s.n };
	return s.n % 2 == 0;
}

/* ---- GUIDs: braces on the wire, whatever the column does ---- */

static bool
is_guid(const struct wire_field *f)
{
	return strcmp(f->type, "Guid") == 0;
}

static struct str
put_guid(struct arena *a, struct str v)
{
	struct guid g;
	char text[39];

	if ((v.n && v.p[0] == '{') || !guid_parse(v, &g))
		return v;
	return arena_dup(a, str_of(guid_fmt(&g, GUID_BRACES, text)));
}

/*
 * What was sent, to the letter; clients expect braces, and some send none. No GUID
 * means nothing where the event does not recur (MS-OUTSPS R313): the engine says where.
 */
static bool
get_guid(struct arena *a, struct str s, struct str *out)
{
	struct guid g;

	*out = s.p[0] == '{' || !guid_parse(s, &g) ? s : arena_fmt(a, "{%.*s}", STR_ARG(s));
	return true;
}

/* ---- people ---- */

static bool
is_user(const struct wire_field *f)
{
	return strcmp(f->type, "User") == 0;
}

/* Whom the table does not know is shown by name all the same. */
static struct str
put_user(struct arena *a, struct str v, const struct wire_dates *d)
{
	struct person p;

	if (!people_of(d->people, a, v, &p) && !people_find(NULL, PERSON_BY_LOGIN, v, &p))
		return v;
	return wire_put_user(a, &p, d->is_expanded);
}

/* ---- both ways ---- */

struct str
wire_put(
    struct arena *a, const struct wire_field *f, struct str v, const struct wire_dates *d)
{
	if (!v.p)
		return v;
	if (is_user(f))
		return v.n ? put_user(a, v, d) : v;
	if (is_guid(f))
		return put_guid(a, v);
	switch (wire_type(f)) {
	case VALUE_URL:
		return v.n ? put_url(a, v) : v;
	case VALUE_DATE:
		return arena_fmt(
		    a, "%.*s%s", STR_ARG(v), d->in_utc ? "T00:00:00Z" : " 00:00:00");
	case VALUE_STAMP:
		return put_stamp(a, v, d);
	case VALUE_TEXT:
	case VALUE_NOTE:
	case VALUE_CHOICE:
	case VALUE_INT:
	case VALUE_NUMBER:
	case VALUE_BOOL:
	case VALUE_BINARY:
	case VALUE__MAX:
		break;
	}
	return v;
}

/* What a value of a type should have been, and the code that says so. */
static const struct {
	const char *code, *expected;
} expectations[VALUE__MAX] = {
	[VALUE_INT] = { "0x8102001a", "a whole number, like 42" },
	[VALUE_NUMBER] = { "0x8102001a", "a number with a decimal point, like 0.5" },
	[VALUE_BOOL] = { "0x8102001f", "1 or 0" },
	[VALUE_DATE] = { "0x8102001c",
	    "a date from 1601 to 4500, like 2026-03-05T00:00:00Z" },
	[VALUE_STAMP] = { "0x8102001c",
	    "a date and time from 1601 to 4500, like 2026-03-05T09:00:00Z" },
	[VALUE_BINARY] = { "0x8102001d", "hexadecimal digits in pairs" },
};

#define NO_SUCH_USER "0x81020054"

/* At most 60 bytes, no half character. */
static struct str
excerpt(struct str s)
{
	size_t n = s.n > 60 ? 60 : s.n;

	while (n < s.n && n > 0 && ((unsigned char)s.p[n] & 0xC0) == 0x80)
		n--;
	return (struct str){ s.p, n };
}

static bool
get_typed(struct arena *a, enum value_type type, struct str s, const struct wire_dates *d,
    struct str *out)
{
	switch (type) {
	case VALUE_DATE:
		return get_date(a, s, d, out);
	case VALUE_STAMP:
		return get_stamp(a, s, d, out);
	case VALUE_INT:
		return get_number(a, s, true, out);
	case VALUE_NUMBER:
		return get_number(a, s, false, out);
	case VALUE_BOOL:
		return get_bool(s, out);
	case VALUE_BINARY:
		return get_binary(a, s, out);
	case VALUE_URL:
		*out = get_url(a, s);
		return true;
	case VALUE_TEXT:
	case VALUE_NOTE:
	case VALUE_CHOICE:
	case VALUE__MAX:
		break;
	}
	*out = s;
	return true;
}

bool
wire_get(struct arena *a, const struct wire_field *f, struct str text,
    const struct wire_dates *d, struct str *out, const char **code, const char **why)
{
	enum value_type type = wire_type(f);
	const struct person *person;
	bool is_text = !expectations[type].code;
	struct str s = is_text ? text : str_trim(text), shown;

	if (s.n ==
	    0) { /* an empty field clears; text knows an empty text, nothing else does */
		*out = is_text && type != VALUE_URL ? STR("") : STR_NULL;
		return true;
	}
	shown = excerpt(s);
	if (is_user(f)) {
		*code = NO_SUCH_USER;
		if (!wire_get_user(a, d->people, s, &person, why)) {
			*why = arena_fmt(a, "The field %s names \"%.*s\": %s", f->name,
			    STR_ARG(shown), *why).p;
			return false;
		}
		*out = person->login;
		return true;
	}
	if (is_guid(f) ? get_guid(a, str_trim(s), out) : get_typed(a, type, s, d, out))
		return true;
	*code = expectations[type].code;
	*why = arena_fmt(a, "The field %s cannot hold \"%.*s\": it wants %s.", f->name,
	    STR_ARG(shown), expectations[type].expected).p;
	return false;
}

/* The text of a choice whose number was sent: clients do either. */
static struct str
choice_text(const struct column *c, struct str v)
{
	struct str number = str_trim(v);
	size_t i;

	for (i = 0; i < c->choice_n; i++)
		if (c->choice[i].number.p && str_eq(c->choice[i].number, number))
			return c->choice[i].text;
	return v;
}

/* A column for 36 characters, or of the type UUID, holds no braces. */
static struct str
bare_guid(const struct column *c, struct str v)
{
	bool is_bare = strcmp(c->sql_type, "uuid") == 0 || (c->max_chars && c->max_chars < 38);

	return is_bare && v.n > 2 && v.p[0] == '{' ? (struct str){ v.p + 1, v.n - 2 } : v;
}

bool
wire_get_cell(struct arena *a, const struct wire_field *f, const struct column *c,
    struct str text, const struct wire_dates *d, struct str *out, const char **code,
    const char **why)
{
	const struct person *person;

	if (!wire_get(a, f, text, d, out, code, why))
		return false;
	if (!out->n)
		return true;
	if (is_user(f) && c->class == COLUMN_INTEGER &&
	    wire_get_user(a, d->people, text, &person, why))
		*out = arena_fmt(a, "%u", (unsigned)person->id);
	else if (is_guid(f))
		*out = bare_guid(c, *out);
	else if (c->type == VALUE_CHOICE)
		*out = choice_text(c, *out);
	return true;
}
