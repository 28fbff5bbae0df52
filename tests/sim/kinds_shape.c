/*
 * kinds_shape.c -- the lists of kinds.h, and a front that is only names and
 * short texts: a pattern is "daily 2 5", a zone "zone -60 -60".
 */
#include "kinds.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include "pattern.h"

const enum field view_field[V__N] = {
	[V_TITLE] = FIELD_TITLE, [V_NOTES] = FIELD_NOTES, [V_KEY] = FIELD_CATEGORIES,
	[V_START] = FIELD_START, [V_END] = FIELD_END, [V_TYPE] = FIELD_EVENT_TYPE,
	[V_UID] = FIELD_SERIES_UID, [V_INSTANCE] = FIELD_INSTANCE, [V_MASTER] = FIELD_MASTER,
	[V_PATTERN] = FIELD_PATTERN, [V_ZONE] = FIELD_ZONE_TEXT, [V_INDEX] = FIELD_THREAD_INDEX,
	[V_TOPIC] = FIELD_THREAD_TOPIC, [V_NAME] = FIELD_FILE_NAME, [V_FOLDER] = FIELD_FOLDER,
};

/* ---- small values ---- */

void
text_put(struct text *t, const char *fmt, ...)
{
	va_list ap;

	memset(t, 0, sizeof(*t));
	t->is_set = true;
	va_start(ap, fmt);
	vsnprintf(t->t, sizeof(t->t), fmt, ap);
	va_end(ap);
}

void
text_of(struct text *t, struct str s)
{
	memset(t, 0, sizeof(*t));
	if (s.p)
		text_put(t, "%.*s", STR_ARG(s));
}

/* NULL and the empty text are one value to a client. */
bool
text_eq(const struct text *a, const struct text *b)
{
	return strcmp(a->t, b->t) == 0;
}

bool
view_has(const struct list *l, int v)
{
	return (field_info(view_field[v])->kinds & KIND_BIT(l->kind)) != 0;
}

void
view_path(const struct view *v, char out[240])
{
	snprintf(out, 240, "%.110s%s%.110s", v->f[V_FOLDER].t, v->f[V_FOLDER].t[0] ? "/" : "",
	    v->f[V_NAME].t);
}

void
time_text(char out[32], int64_t t)
{
	time_t at = (time_t)t;
	struct tm tm;

	gmtime_r(&at, &tm);
	strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

int64_t
time_read(const char *text)
{
	struct tm tm = { 0 };

	if (sscanf(text, "%d-%d-%dT%d:%d:%d", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour,
	    &tm.tm_min, &tm.tm_sec) != 6)
		return -1;
	tm.tm_year -= 1900;
	tm.tm_mon--;
	return (int64_t)timegm(&tm);
}

/* ---- the pretended front ---- */

void
daily_text(char out[80], struct daily d)
{
	snprintf(out, 80, "daily %d %d", d.every, d.count);
}

bool
daily_read(const char *text, struct daily *d)
{
	return sscanf(text, " daily %d %d", &d->every, &d->count) == 2 && d->every > 0;
}

static bool
pattern_read(struct arena *a, struct str text, struct pattern *out, const char **why)
{
	struct daily d;

	if (!daily_read(arena_dup(a, text).p, &d)) {
		*why = "it is no pattern of this simulator";
		return false;
	}
	*out = (struct pattern){ .kind = PATTERN_DAILY, .frequency = d.every, .first_day = 1,
		.end = d.count ? PATTERN_COUNT : PATTERN_FOREVER, .count = d.count };
	return pattern_check(out, why);
}

static struct str
pattern_write(struct arena *a, const struct pattern *p)
{
	char text[80];

	daily_text(text, (struct daily){ p->frequency, p->end == PATTERN_COUNT ? p->count : 0 });
	return arena_dup(a, str_of(text));
}

static bool
zone_read(struct arena *a, struct str text, struct zone_rule *out, const char **why)
{
	memset(out, 0, sizeof(*out));
	if (sscanf(arena_dup(a, text).p, "zone %d %d", &out->bias, &out->daylight_bias) == 2)
		return true;
	*why = "it is no zone of this simulator";
	return false;
}

static struct str
zone_write(struct arena *a, const struct zone_rule *z)
{
	return arena_fmt(a, "zone %d %d", z->bias, z->daylight_bias);
}

static const char *
field_name(enum list_kind kind, enum field f)
{
	(void)kind;
	return field_info(f)->name;
}

static const struct vocabulary front = {
	.field_name = field_name, .pattern_read = pattern_read, .pattern_write = pattern_write,
	.zone_read = zone_read, .zone_write = zone_write,
};

/* ---- the lists ---- */

static bool
is_shown(const struct src *r)
{
	return r->is_present && r->col[0].t[0] != '#';
}

#define TEXT(f, n, max) .field = (f), .name = (n), .type = VALUE_TEXT, .class = COLUMN_TEXT, \
	.max_chars = (max), .is_writable = true
#define STAMP(f, n) .field = (f), .name = (n), .type = VALUE_STAMP, .class = COLUMN_TIMESTAMP, \
	.max_chars = 20, .is_writable = true, .is_nullable = true
#define KEY { TEXT(FIELD_CATEGORIES, "code", 12), .is_readonly = true }

static const struct column of_calendar[] = {
	{ TEXT(FIELD_TITLE, "title", 24) }, { STAMP(FIELD_START, "begins") }, KEY,
	{ STAMP(FIELD_END, "ends") },
};
static const struct column of_series[] = {
	{ TEXT(FIELD_TITLE, "title", 24) }, { STAMP(FIELD_START, "begins") }, KEY,
	{ STAMP(FIELD_END, "ends") }, { TEXT(FIELD_RRULE, "rule", 60), .is_nullable = true },
	{ TEXT(FIELD_EXDATE, "except", VAL_MAX - 1), .is_nullable = true },
};
static const struct column of_posts[] = {
	{ TEXT(FIELD_TITLE, "title", 24) }, { TEXT(FIELD_PARENT, "parent", 12),
	  .is_nullable = true }, KEY, { TEXT(FIELD_NOTES, "body", 24), .is_nullable = true },
};
static const struct column of_files[] = {
	{ TEXT(FIELD_FILE_NAME, "name", 24) }, { TEXT(FIELD_FOLDER, "folder", 60),
	  .is_nullable = true }, KEY, { TEXT(FIELD_TITLE, "about", 24), .is_nullable = true },
};

#define COLUMNS(c) .column = (c), .column_n = sizeof(c) / sizeof((c)[0])
const struct shape shapes[SHAPE__N] = {
	[SHAPE_CALENDAR] = { .name = "calendar", .kind = KIND_CALENDAR, COLUMNS(of_calendar),
	    .vocabulary = &front, .in_view = is_shown },
	[SHAPE_SERIES] = { .name = "series", .kind = KIND_CALENDAR, COLUMNS(of_series),
	    .vocabulary = &front, .in_view = is_shown },
	[SHAPE_POSTS] = { .name = "posts", .kind = KIND_DISCUSSIONS, COLUMNS(of_posts),
	    .vocabulary = &front, .in_view = is_shown },
	[SHAPE_FILES] = { .name = "files", .kind = KIND_DOCUMENTS, COLUMNS(of_files),
	    .vocabulary = &front, .in_view = is_shown },
};
