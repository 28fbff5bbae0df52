/*
 * show.c -- how fields and values look on a page.
 *
 * Values come out of somebody's database: the only links made of them are
 * mail addresses, telephone numbers and http(s) addresses.
 */
#include "show.h"

#include <stdio.h>
#include <stdlib.h>

#include "kind.h"
#include "num.h"
#include "recur.h"
#include "utf8.h"
#include "zone.h"

#define BRIEF_BYTES 160
#define DATE_BYTES 10 /* "2026-03-05" of a time */

/* Of a table, most useful first; what is not mapped is passed over. */
static const enum field contact_columns[] = {
	FIELD_TITLE, FIELD_FIRST_NAME, FIELD_COMPANY, FIELD_EMAIL, FIELD_WORK_PHONE,
	FIELD_MOBILE_PHONE, FIELD_WORK_CITY, FIELD_JOB_TITLE, FIELD_HOME_PHONE,
};
static const enum field event_columns[] = {
	FIELD_TITLE, FIELD_START, FIELD_END, FIELD_LOCATION, FIELD_ALL_DAY, FIELD_CATEGORIES,
};
static const enum field task_columns[] = {
	FIELD_TITLE, FIELD_STATUS, FIELD_PRIORITY, FIELD_DUE, FIELD_PERCENT, FIELD_ASSIGNED_TO,
};
static const enum field post_columns[] = { FIELD_TITLE, FIELD_AUTHOR };
static const enum field file_columns[] = { FIELD_FILE_NAME, FIELD_FOLDER, FIELD_TITLE };
static const enum field any_columns[] = { FIELD_TITLE };

static const struct {
	const char *name;
	const enum field *column;
	size_t column_n;
} kinds[KIND__MAX] = {
#define COLUMNS(c) c, sizeof(c) / sizeof(c[0])
	[KIND_CONTACTS]    = { "Contacts",         COLUMNS(contact_columns) },
	[KIND_CALENDAR]    = { "Calendar",         COLUMNS(event_columns) },
	[KIND_TASKS]       = { "Tasks",            COLUMNS(task_columns) },
	[KIND_DISCUSSIONS] = { "Discussion board", COLUMNS(post_columns) },
	[KIND_DOCUMENTS]   = { "Document library", COLUMNS(file_columns) },
	[KIND_GENERIC]     = { "List",             COLUMNS(any_columns) },
#undef COLUMNS
};

enum link_kind { LINK_MAIL, LINK_PHONE };

static const struct {
	enum field field;
	enum link_kind kind;
} links[] = {
	{ FIELD_EMAIL, LINK_MAIL }, { FIELD_EMAIL2, LINK_MAIL }, { FIELD_EMAIL3, LINK_MAIL },
	{ FIELD_ASSISTANT_PHONE, LINK_PHONE }, { FIELD_WORK_PHONE, LINK_PHONE },
	{ FIELD_WORK_PHONE2, LINK_PHONE }, { FIELD_CALLBACK_PHONE, LINK_PHONE },
	{ FIELD_CAR_PHONE, LINK_PHONE }, { FIELD_MOBILE_PHONE, LINK_PHONE },
	{ FIELD_COMPANY_PHONE, LINK_PHONE }, { FIELD_HOME_PHONE, LINK_PHONE },
	{ FIELD_HOME_PHONE2, LINK_PHONE }, { FIELD_OTHER_PHONE, LINK_PHONE },
	{ FIELD_PRIMARY_PHONE, LINK_PHONE }, { FIELD_RADIO_PHONE, LINK_PHONE },
	{ FIELD_PAGER, LINK_PHONE },
};

const char *
show_kind(enum list_kind k)
{
	return kinds[k].name;
}

struct str
show_label(struct arena *a, const struct list *l, const struct column *col)
{
	struct str name;
	char *p;

	/* for people, the title of a contact is the family name */
	if (col->field == FIELD_TITLE && l->kind == KIND_CONTACTS)
		return STR("Last name");
	name = str_of(column_label(col));
	if (col->own)
		return name;
	p = arena_get(a, name.n + 1);
	memcpy(p, name.p, name.n);
	if (name.n && p[0] >= 'a' && p[0] <= 'z')
		p[0] = (char)(p[0] - 'a' + 'A');
	return (struct str){ p, name.n };
}

/* What holds an item together, not what it says. */
static bool
is_inner_work(enum field f)
{
	static const enum field work[] = {
		FIELD_RRULE, FIELD_EXDATE, FIELD_PARENT, FIELD_CONTENT, FIELD_SERIES_UID,
		FIELD_INSTANCE, FIELD_MASTER, FIELD_EVENT_TYPE, FIELD_ZONE_NUMBER,
		FIELD_THREAD_INDEX, FIELD_THREAD_ID,
	};
	size_t i;

	for (i = 0; i < sizeof(work) / sizeof(work[0]); i++)
		if (work[i] == f)
			return true;
	return false;
}

static bool
is_series(const struct shown *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s[i].field == FIELD_EVENT_TYPE)
			return str_eq(s[i].value, STR("1"));
	return false;
}

/* A day that floats is a day everywhere; the end of a series without end is the protocol's fiction. */
static struct str
show_moment(const struct shown *s, bool is_series)
{
	struct civil d;
	bool has_time;
	int offset;

	if (s->field == FIELD_END && is_series &&
	    stamp_parse(s->value, &d, &has_time, &offset) && d.year == RECUR_LAST_YEAR)
		return STR("no end");
	if (s->is_floating && s->value.n > DATE_BYTES)
		return (struct str){ s->value.p, DATE_BYTES };
	return s->value;
}

/* Persons by their names; whom the table of users does not know stays as the view has him. */
static void
show_persons(struct page *p, const struct list *l, struct str *value)
{
	static const enum field fields[] = { FIELD_ASSIGNED_TO, FIELD_AUTHOR };
	struct person who;
	size_t i;
	int at;

	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if ((at = list_column(l, fields[i])) >= 0 && value[at].n &&
		    people_of(p->people, p->a, value[at], &who))
			value[at] = arena_dup(p->a, who.name);
}

struct str *
show_values(struct page *p, const struct list *l, const struct item *item, const struct row *row)
{
	const struct vocabulary *words = p->c->engine->vocabulary;
	const struct kind_rules *rules = kind_rules(l);
	struct str *value = ARENA_ARRAY(p->a, struct str, l->column_n);
	struct shown shown[SHOWN_MAX];
	size_t i, n;
	int at;

	for (i = 0; i < l->column_n; i++)
		value[i] = key_is_inner(item->key, NULL, NULL) ?
		    kind_value(words, l, item, row, l->column[i].field) : row->value[i];
	n = rules->show ? rules->show(words, p->a, l, item, row, shown) : 0;
	for (i = 0; i < n; i++)
		if ((at = list_column(l, shown[i].field)) >= 0)
			value[at] = show_moment(&shown[i], is_series(shown, n));
	show_persons(p, l, value);
	return value;
}

bool
show_is_hidden(struct page *p, const struct list *l, const struct item *item)
{
	return l->kind == KIND_CALENDAR && key_is_inner(item->key, NULL, NULL) &&
	    str_eq(kind_value(p->c->engine->vocabulary, l, item, NULL, FIELD_EVENT_TYPE),
	    STR("3"));
}

/* A '<' that begins an element. Contacts' notes are plain text on the wire, too. */
bool
show_is_html(const struct list *l, const struct column *col, struct str v)
{
	size_t i;

	if (col->field != FIELD_NOTES || l->kind == KIND_CONTACTS)
		return false;
	for (i = 0; i + 1 < v.n; i++)
		if (v.p[i] == '<' && (v.p[i + 1] == '!' || v.p[i + 1] == '/' ||
		    (v.p[i + 1] >= 'A' && v.p[i + 1] <= 'Z') ||
		    (v.p[i + 1] >= 'a' && v.p[i + 1] <= 'z')))
			return true;
	return false;
}

size_t
show_columns(const struct list *l, size_t *out, size_t max)
{
	size_t i, j, n = 0;
	int at;

	for (i = 0; i < kinds[l->kind].column_n && n < max; i++)
		if ((at = list_column(l, kinds[l->kind].column[i])) >= 0)
			out[n++] = (size_t)at;
	/* a list that maps few of those shows what else it has, but no long texts */
	for (i = 0; i < l->column_n && n < max; i++) {
		if (l->column[i].type == VALUE_NOTE || l->column[i].type == VALUE_BINARY ||
		    is_inner_work(l->column[i].field))
			continue;
		for (j = 0; j < n && out[j] != i; j++)
			;
		if (j == n)
			out[n++] = i;
	}
	return n;
}

/* "mailto:" + the address; one '@' with something on both sides, nothing that ends an address. */
static struct str
mail_target(struct arena *a, struct str v)
{
	const char *at = memchr(v.p, '@', v.n);
	struct str local, host;
	size_t i;

	if (!at || at == v.p || at == v.p + v.n - 1)
		return STR_NULL;
	local = (struct str){ v.p, (size_t)(at - v.p) };
	host = (struct str){ at + 1, v.n - local.n - 1 };
	if (memchr(host.p, '@', host.n))
		return STR_NULL;
	for (i = 0; i < v.n; i++)
		if ((unsigned char)v.p[i] <= ' ' || v.p[i] == 0x7F || strchr(",;:<>\"\\()[]", v.p[i]))
			return STR_NULL;
	local = page_segment(a, local);
	host = page_segment(a, host);
	return arena_fmt(a, "mailto:%.*s@%.*s", STR_ARG(local), STR_ARG(host));
}

/* "tel:" + digits, a leading '+' kept; letters ("ext. 5") make it no number. */
static struct str
phone_target(struct arena *a, struct str v)
{
	char *out = arena_get(a, v.n + 5);
	size_t i, n = 4, digits = 0;

	memcpy(out, "tel:", 4);
	for (i = 0; i < v.n; i++) {
		char ch = v.p[i];

		if (ch >= '0' && ch <= '9')
			out[n++] = ch, digits++;
		else if (ch == '+' && n == 4)
			out[n++] = ch;
		else if (!memchr(" ()-./", ch, 6))
			return STR_NULL;
	}
	return digits >= 3 ? (struct str){ out, n } : STR_NULL;
}

static struct str
web_target(struct str v)
{
	size_t i, skip = 0;

	if (v.n > 7 && str_ieq((struct str){ v.p, 7 }, STR("http://")))
		skip = 7;
	else if (v.n > 8 && str_ieq((struct str){ v.p, 8 }, STR("https://")))
		skip = 8;
	if (!skip)
		return STR_NULL;
	for (i = skip; i < v.n; i++)
		if ((unsigned char)v.p[i] <= ' ' || v.p[i] == 0x7F)
			return STR_NULL;
	return v;
}

struct str
show_target(struct arena *a, enum field f, enum value_type t, struct str v)
{
	size_t i;

	v = str_trim(v);
	if (!v.n)
		return STR_NULL;
	if (t == VALUE_URL)
		return web_target(v);
	for (i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		if (links[i].field == f)
			return links[i].kind == LINK_MAIL ? mail_target(a, v) :
			    phone_target(a, v);
	return STR_NULL;
}

/* At most BRIEF_BYTES, cut between characters, with an ellipsis. */
static struct str
brief(struct arena *a, struct str v)
{
	size_t n = 0, step;

	if (v.n <= BRIEF_BYTES)
		return v;
	while (n < BRIEF_BYTES && (step = utf8_step(v.p + n, v.n - n)) != 0)
		n += step;
	return arena_fmt(a, "%.*s…", (int)n, v.p);
}

/* "2026-03-05" or "2026-03-05T09:00:00Z". False: not in canonical form, show it as it is. */
static bool
show_when(struct page *p, enum value_type t, struct str v)
{
	struct civil d;
	bool has_time;
	int offset;

	if (!stamp_parse(v, &d, &has_time, &offset))
		return false;
	if (t == VALUE_STAMP && has_time) {
		page_time(p, civil_to_stamp(&d));
		return true;
	}
	xmlw_open(&p->w, "time");
	xmlw_attr(&p->w, "datetime", v);
	xmlw_text(&p->w, page_day(p->a, &d));
	xmlw_close(&p->w);
	return true;
}

static size_t
find(struct str v, size_t from, const char *what)
{
	size_t n = strlen(what);

	for (; from + n <= v.n; from++)
		if (str_ieq((struct str){ v.p + from, n }, str_of(what)))
			return from;
	return v.n;
}

/* Text with its web addresses as links; a full stop or bracket behind one is not part of it. */
static void
show_prose(struct page *p, struct str v)
{
	size_t at = 0;

	while (at < v.n) {
		size_t a = find(v, at, "http://"), b = find(v, at, "https://");
		size_t from = a < b ? a : b, end = from;
		struct str link;

		xmlw_text(&p->w, (struct str){ v.p + at, from - at });
		while (end < v.n && (unsigned char)v.p[end] > ' ' && !strchr("<>\"", v.p[end]))
			end++;
		while (end > from && strchr(".,;:!?)]}'", v.p[end - 1]))
			end--;
		link = (struct str){ v.p + from, end - from };
		if (web_target(link).p)
			page_link(p, NULL, link, link);
		else
			xmlw_text(&p->w, link);
		at = end > from ? end : v.n;
	}
}

static void
show_text(struct page *p, const struct column *col, struct str v, enum show_length len)
{
	struct str target = show_target(p->a, col->field, col->type, v);

	if (len == SHOW_BRIEF)
		v = brief(p->a, v);
	if (target.p)
		page_link(p, NULL, target, v);
	else if (len == SHOW_WHOLE && col->type == VALUE_NOTE)
		show_prose(p, v);
	else
		xmlw_text(&p->w, v);
}

void
show_value(struct page *p, const struct column *col, struct str v, enum show_length len)
{
	char text[64];

	if (!v.n)
		return;
	if (col->field == FIELD_PERCENT && num_decimal(v, text)) { /* kept as a share of 1 */
		xmlw_textf(&p->w, "%.4g %%", strtod(text, NULL) * 100);
		return;
	}
	switch (col->type) {
	case VALUE_BOOL:
		xmlw_textz(&p->w, str_eq(v, STR("0")) ? "No" : "Yes");
		return;
	case VALUE_DATE:
	case VALUE_STAMP:
		if (!show_when(p, col->type, v))
			xmlw_text(&p->w, v);
		return;
	case VALUE_BINARY: /* hex: two digits a byte */
		xmlw_text(&p->w, page_number(p->a, v.n / 2));
		xmlw_textz(&p->w, " bytes");
		return;
	case VALUE_TEXT:
	case VALUE_NOTE:
	case VALUE_CHOICE:
	case VALUE_URL:
	case VALUE_INT:
	case VALUE_NUMBER:
	case VALUE__MAX:
		show_text(p, col, v, len);
	}
}
