/*
 * value.c -- a column's text as canonical value (sync/field.h) and back.
 *
 * DATE never shifts, TIMESTAMP is UTC, DATETIME is in the list's zone. What a
 * client could not show, or what we could not compare, is named as a reason,
 * and the row is left out.
 */
#include "value.h"

#include <stdio.h>
#include <stdlib.h>

#include "num.h"
#include "utf8.h"

#define DAY_S 86400

/* ---- reading ---- */

/* "1.5e-7" and "1e20", as DOUBLE columns say them, without the exponent. */
static bool
expand_exponent(struct str s, char out[64])
{
	struct str rest, head = str_cut(s, 'e', &rest), fraction;
	char digits[64];
	size_t n = 0, at = 0, i;
	bool is_negative = head.n && head.p[0] == '-';
	int64_t exponent, point;

	if (rest.n && rest.p[0] == '+')
		rest.p++, rest.n--;
	if (is_negative)
		head.p++, head.n--;
	head = str_cut(head, '.', &fraction);
	if (!num_i64(rest, -40, 40, &exponent) || head.n + fraction.n > 20 || !head.n)
		return false;
	memcpy(digits, head.p, head.n);
	n = head.n;
	if (fraction.n)
		memcpy(digits + n, fraction.p, fraction.n);
	n += fraction.n;
	point = (int64_t)head.n + exponent;
	if (is_negative)
		out[at++] = '-';
	if (point <= 0) {
		out[at++] = '0';
		out[at++] = '.';
		for (; point < 0 && at < 58; point++)
			out[at++] = '0';
		point = -1;
	}
	for (i = 0; (i < n || (int64_t)i < point) && at < 62; i++) {
		if ((int64_t)i == point)
			out[at++] = '.';
		out[at++] = i < n ? digits[i] : '0';
	}
	out[at] = '\0';
	return true;
}

static bool
read_number(struct str raw, char out[64])
{
	char plain[64];

	if (memchr(raw.p, 'e', raw.n))
		return expand_exponent(raw, plain) && num_decimal(str_of(plain), out);
	return num_decimal(raw, out);
}

static const char *
canonical_number(enum value_type type, bool is_share, struct str raw, struct arena *a,
    struct str *out)
{
	char text[64];

	if (!read_number(raw, text))
		return "a number (of at most 20 digits on either side of the point) is expected";
	if (type == VALUE_INT && strchr(text, '.'))
		return "a whole number is expected, and there is a fraction";
	if (is_share && strcmp(text, "1") != 0 && strcmp(text, "0") != 0 && strncmp(text, "0.", 2) != 0)
		return "a share from 0 to 1 is expected (0.5 for 50 %); let the view divide by 100, "
		       "or map a column of whole numbers";
	if (raw.n == strlen(text) && memcmp(raw.p, text, raw.n) == 0)
		*out = raw;
	else
		*out = arena_dup(a, str_of(text));
	return NULL;
}

/* A whole number in a column for a share is one of a hundred: 50 is 0.5. */
static bool
is_percent(const struct column *c)
{
	return c->field == FIELD_PERCENT && c->class == COLUMN_INTEGER;
}

static const char *
canonical_percent(struct str raw, struct arena *a, struct str *out)
{
	int64_t n;

	if (!num_i64(raw, 0, 100, &n))
		return "a share from 0 to 100 is expected in a column of whole numbers";
	*out = n == 100 ? STR("1") : n % 10 ? arena_fmt(a, "0.%02d", (int)n)
	    : n ? arena_fmt(a, "0.%d", (int)n / 10) : STR("0");
	return NULL;
}

static const char *
canonical_bool(struct str raw, struct str *out)
{
	bool is_true;

	if (!num_bool(raw, &is_true))
		return "yes or no is expected (1, 0, true, false), and there is something else";
	*out = is_true ? STR("1") : STR("0");
	return NULL;
}

static int64_t
to_instant(const struct list *l, enum column_class class, const struct civil *c, bool has_time,
    int offset_min)
{
	if (offset_min != STAMP_NO_OFFSET)
		return civil_to_stamp(c) - (int64_t)offset_min * 60;
	if (class == COLUMN_TIMESTAMP || class == COLUMN_DATE || !has_time || !l->zone)
		return civil_to_stamp(c);
	return zone_to_utc(l->zone, c);
}

static const char *const out_of_range = "the date lies outside of 1601 to 4500, or is no date";

static const char *
canonical_time(const struct list *l, const struct column *c, struct str raw, struct arena *a,
    struct str *out)
{
	struct civil civil;
	char text[STAMP_TEXT];
	bool has_time;
	int offset;
	int64_t t;

	if (!stamp_parse(raw, &civil, &has_time, &offset))
		return out_of_range;
	t = to_instant(l, c->class, &civil, has_time, offset);
	if (t < STAMP_MIN || t > STAMP_MAX)
		return out_of_range;
	if (c->type == VALUE_STAMP) {
		*out = arena_dup(a, str_of(stamp_iso(t, text)));
		return NULL;
	}
	/* a day: as the column says it; an instant is the day that it is in the list's zone */
	if ((c->class == COLUMN_TIMESTAMP || offset != STAMP_NO_OFFSET) && has_time && l->zone)
		civil = zone_from_utc(l->zone, t);
	if (c->class == COLUMN_DATE) {
		*out = raw;
		return NULL;
	}
	*out = arena_fmt(a, "%04d-%02d-%02d", civil.year, civil.month, civil.day);
	return NULL;
}

static const char *
canonical(const struct list *l, const struct column *c, struct str raw, struct arena *a,
    struct str *out)
{
	switch (c->type) {
	case VALUE_TEXT:
	case VALUE_NOTE:
	case VALUE_CHOICE:
	case VALUE_URL:
	case VALUE__MAX:
		if (!utf8_valid(raw))
			return "the text is no valid UTF-8";
		*out = raw;
		return NULL;
	case VALUE_INT:
	case VALUE_NUMBER:
		return is_percent(c) ? canonical_percent(raw, a, out)
		    : canonical_number(c->type, c->field == FIELD_PERCENT, raw, a, out);
	case VALUE_BOOL:
		return canonical_bool(raw, out);
	case VALUE_DATE:
	case VALUE_STAMP:
		return canonical_time(l, c, raw, a, out);
	case VALUE_BINARY:
		*out = raw; /* selected as hex */
		return NULL;
	}
	return NULL;
}

const char *
value_read(const struct list *l, const struct column *c, struct str raw, struct arena *a,
    struct str *out)
{
	struct column plain;
	size_t i;

	for (i = 0; i < c->translation_n; i++) {
		if (!str_eq(c->translation[i].column, raw))
			continue;
		/* the file's text: normalised like a column that holds text */
		plain = *c;
		plain.class = COLUMN_TEXT;
		return canonical(l, &plain, c->translation[i].field, a, out);
	}
	if (!raw.p) {
		*out = STR_NULL;
		return NULL;
	}
	return canonical(l, c, raw, a, out);
}

int64_t
value_instant(const struct list *l, enum column_class class, struct str raw)
{
	struct civil civil;
	bool has_time;
	int offset;
	int64_t t;

	if (!raw.p || !stamp_parse(raw, &civil, &has_time, &offset))
		return INT64_MIN;
	t = to_instant(l, class, &civil, has_time, offset);
	return t < STAMP_MIN || t > STAMP_MAX ? INT64_MIN : t;
}

bool
value_fits(enum value_type type, enum column_class class)
{
	static const unsigned fits[VALUE__MAX] = {
#define BIT(c) (1u << (c))
#define ANY_TEXT (BIT(COLUMN_TEXT) | BIT(COLUMN_INTEGER) | BIT(COLUMN_DECIMAL) | BIT(COLUMN_DATE) | \
	BIT(COLUMN_DATETIME) | BIT(COLUMN_TIMESTAMP) | BIT(COLUMN_TIME) | BIT(COLUMN_BINARY))
#define ANY_NUMBER (BIT(COLUMN_TEXT) | BIT(COLUMN_INTEGER) | BIT(COLUMN_DECIMAL))
#define ANY_TIME (BIT(COLUMN_TEXT) | BIT(COLUMN_DATE) | BIT(COLUMN_DATETIME) | BIT(COLUMN_TIMESTAMP))
		[VALUE_TEXT] = ANY_TEXT, [VALUE_NOTE] = ANY_TEXT, [VALUE_CHOICE] = ANY_TEXT,
		[VALUE_URL] = ANY_TEXT,
		[VALUE_INT] = ANY_NUMBER, [VALUE_NUMBER] = ANY_NUMBER, [VALUE_BOOL] = ANY_NUMBER,
		[VALUE_DATE] = ANY_TIME, [VALUE_STAMP] = ANY_TIME,
		[VALUE_BINARY] = BIT(COLUMN_BINARY) | BIT(COLUMN_TEXT),
	};

	return (fits[type] & BIT(class)) != 0;
#undef BIT
#undef ANY_TEXT
#undef ANY_NUMBER
#undef ANY_TIME
}

bool
value_fits_column(const struct list *l, const struct column *c, enum column_class class)
{
	/* keys, persons, rules: a time is none, whatever it looks like as a text */
	static const enum field words[] = { FIELD_PARENT, FIELD_ASSIGNED_TO, FIELD_AUTHOR,
		FIELD_RRULE, FIELD_EXDATE, FIELD_ZONE_NAME, FIELD_FILE_NAME, FIELD_FOLDER };
	bool is_time = class == COLUMN_DATE || class == COLUMN_DATETIME ||
	    class == COLUMN_TIMESTAMP || class == COLUMN_TIME;

	for (size_t i = 0; is_time && i < sizeof(words) / sizeof(*words); i++)
		if (words[i] == c->field)
			return c->field == FIELD_PARENT && l && l->key_class[0] == class;
	return value_fits(c->type, class);
}

/* ---- writing ---- */

static enum outcome
refuse(const struct column *c, struct str value, const char *why, struct err *e)
{
	int shown = value.n > 80 ? 80 : (int)value.n;

	return err_set(e, E_INVALID, "\"%s\" cannot take the value \"%.*s\": %s.",
	    column_label(c), shown, value.p ? value.p : "", why);
}

static struct db_arg
text_arg(struct arena *a, const char *text)
{
	struct str s = arena_dup(a, str_of(text));

	return DB_ARG_TEXT(s);
}

static enum outcome
write_instant(const struct list *l, const struct column *c, struct str value, int64_t t,
    struct arena *a, struct db_arg *out, struct err *e)
{
	char text[STAMP_TEXT];
	struct civil civil;

	if (c->class == COLUMN_TIMESTAMP || !l->zone) {
		*out = text_arg(a, stamp_sql(t, text));
		return OK;
	}
	civil = zone_from_utc(l->zone, t);
	if (zone_to_utc(l->zone, &civil) != t)
		return refuse(c, value, "in the time zone of the database this hour comes twice, "
		    "and it would read back as the earlier one. Choose another time", e);
	*out = text_arg(a, civil_sql(&civil, text));
	return OK;
}

static enum outcome
write_time(const struct list *l, const struct column *c, struct str value, struct arena *a,
    struct db_arg *out, struct err *e)
{
	struct civil civil;
	bool has_time;
	int offset;
	int64_t t;

	if (!stamp_parse(value, &civil, &has_time, &offset))
		return refuse(c, value, "it is no date", e);
	t = civil_to_stamp(&civil) - (offset == STAMP_NO_OFFSET ? 0 : (int64_t)offset * 60);
	if (c->class == COLUMN_TEXT) {
		*out = DB_ARG_TEXT(value);
		return OK;
	}
	if (c->type == VALUE_DATE) {
		/* the day itself; a TIMESTAMP holds the instant at which it begins */
		if (c->class == COLUMN_TIMESTAMP && l->zone)
			return write_instant(l, c, value, zone_to_utc(l->zone, &civil), a, out, e);
		*out = DB_ARG_TEXT(value);
		return OK;
	}
	if (c->class == COLUMN_DATE) {
		char text[STAMP_TEXT];

		if (t % DAY_S != 0)
			return refuse(c, value, "the column holds days without a time of day", e);
		stamp_sql(t, text)[10] = '\0';
		*out = text_arg(a, text);
		return OK;
	}
	return write_instant(l, c, value, t, a, out, e);
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static enum outcome
write_binary(const struct column *c, struct str value, struct arena *a, struct db_arg *out,
    struct err *e)
{
	unsigned char *bytes = arena_get(a, value.n / 2);
	size_t i;

	for (i = 0; i + 1 < value.n; i += 2) {
		int hi = hex_digit(value.p[i]), lo = hex_digit(value.p[i + 1]);

		if (hi < 0 || lo < 0)
			break;
		bytes[i / 2] = (unsigned char)(hi * 16 + lo);
	}
	if (i != value.n)
		return refuse(c, value, "it is no hexadecimal text", e);
	*out = DB_ARG_BYTES(bytes, value.n / 2);
	return OK;
}

/* "Not Started, Completed": what [values.X] has words for. */
static enum outcome
refuse_word(const struct column *c, struct str value, struct arena *a, struct err *e)
{
	struct str all = STR("");

	for (size_t i = 0; i < c->translation_n; i++)
		if (c->translation[i].field.n)
			all = arena_fmt(a, "%s%s%.*s", all.p, all.n ? ", " : "",
			    STR_ARG(c->translation[i].field));
	return refuse(c, value, arena_fmt(a, "the database knows %.*s%s", all.n > 120 ? 120 :
	    (int)all.n, all.p, all.n > 120 ? "..." : " and no other").p, e);
}

/* Hundredths, to the nearest one. */
static enum outcome
write_percent(const struct column *c, struct str value, struct arena *a, struct db_arg *out,
    struct err *e)
{
	double share = strtod(arena_dup(a, value).p, NULL); /* canonical, and no locale is set */

	if (!(share >= 0 && share <= 1))
		return refuse(c, value, "a share from 0 to 1 is expected", e);
	*out = DB_ARG_I64((int64_t)(share * 100 + 0.5));
	return OK;
}

/* A BIT column takes text as bytes, so whole numbers travel as numbers. */
static struct db_arg
number_arg(const struct column *c, struct str value)
{
	int64_t i;

	if (c->class == COLUMN_INTEGER && num_i64(value, INT64_MIN, INT64_MAX, &i))
		return DB_ARG_I64(i);
	return DB_ARG_TEXT(value);
}

enum outcome
value_write(const struct list *l, const struct column *c, struct str value, struct arena *a,
    struct db_arg *out, struct err *e)
{
	char number[64];
	struct str text;
	size_t i;

	for (i = 0; i < c->translation_n; i++) {
		struct column plain = *c;

		plain.class = COLUMN_TEXT;
		if (c->translation[i].field.p &&
		    canonical(l, &plain, c->translation[i].field, a, &text) == NULL &&
		    (str_eq(text, value) || (!value.p && text.n == 0))) {
			*out = number_arg(c, c->translation[i].column);
			return OK;
		}
	}
	if (!value.p) {
		/* the field was cleared: a text column without NULL takes the empty text */
		*out = c->is_nullable || c->class != COLUMN_TEXT
		    ? (struct db_arg){ .type = DB_NULL } : DB_ARG_TEXT(STR(""));
		return OK;
	}
	switch (c->type) {
	case VALUE_DATE:
	case VALUE_STAMP:
		return write_time(l, c, value, a, out, e);
	case VALUE_BINARY:
		return write_binary(c, value, a, out, e);
	case VALUE_TEXT:
	case VALUE_NOTE:
	case VALUE_CHOICE:
	case VALUE_URL:
	case VALUE_INT:
	case VALUE_NUMBER:
	case VALUE_BOOL:
	case VALUE__MAX:
		break;
	}
	if (is_percent(c))
		return write_percent(c, value, a, out, e);
	if (c->translation_n && (c->class == COLUMN_INTEGER || c->class == COLUMN_DECIMAL) &&
	    !num_decimal(value, number))
		return refuse_word(c, value, a, e);
	*out = number_arg(c, value);
	return OK;
}
