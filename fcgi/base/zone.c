/*
 * zone.c -- time zones by their IANA name, from the system's tzdata.
 *
 * RFC 8536 (TZif) and POSIX.1-2008 8.3, TZ (the rule behind the table). Read
 * once per provider and kept, because libc knows only one zone per process.
 * Version 1 files end in 2037 and carry no rule: refused, as are the "right/"
 * files, which count leap seconds.
 */
#include "zone.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define ZONEINFO "/usr/share/zoneinfo"
#define FILE_MAX_BYTES (256 * 1024)
#define HEADER 44 /* bytes, in both versions' parts */
#define DAY 86400
#define HOUR 3600

enum rule_kind { RULE_JULIAN, RULE_ORDINAL, RULE_WEEKDAY }; /* Jn, n, Mm.w.d */

struct rule { /* when the clocks change, in local time */
	enum rule_kind kind;
	int month, week, day;
	int second; /* of the day; may be negative or beyond it */
};

struct tail { /* of the file: what holds after the table */
	bool is_there;
	bool has_dst;
	int standard, summer; /* seconds east of UTC */
	struct rule start, end;
};

struct zone {
	char name[64];
	size_t n;        /* transitions */
	int64_t *at;     /* instants, ascending */
	int *offset;     /* from at[i] on, seconds east of UTC */
	int first;       /* before at[0] */
	struct tail tail;
};

/* --------------------------------------------------------------- the rule's text */

static bool
take_number(const char **p, int max, int *out)
{
	int v = 0;

	if (**p < '0' || **p > '9')
		return false;
	for (; **p >= '0' && **p <= '9'; ++*p) {
		v = v * 10 + (**p - '0');
		if (v > max)
			return false;
	}
	*out = v;
	return true;
}

static bool
take_char(const char **p, char c)
{
	if (**p != c)
		return false;
	++*p;
	return true;
}

/* [+-]hh[:mm[:ss]] in seconds. */
static bool
take_clock(const char **p, int *out)
{
	bool is_negative = take_char(p, '-');
	int h, m = 0, s = 0;

	if (!is_negative)
		(void)take_char(p, '+'); /* may stand there */
	if (!take_number(p, 167, &h))
		return false;
	if (take_char(p, ':') && !take_number(p, 59, &m))
		return false;
	if (take_char(p, ':') && !take_number(p, 59, &s))
		return false;
	*out = (h * HOUR + m * 60 + s) * (is_negative ? -1 : 1);
	return true;
}

/* "CET" or "<+0330>" */
static bool
take_abbreviation(const char **p)
{
	const char *from = *p;

	if (take_char(p, '<')) {
		while (**p && **p != '>')
			++*p;
		return take_char(p, '>');
	}
	while ((**p >= 'A' && **p <= 'Z') || (**p >= 'a' && **p <= 'z'))
		++*p;
	return *p - from >= 3;
}

static bool
take_rule(const char **p, struct rule *r)
{
	*r = (struct rule){ .second = 2 * HOUR };
	if (!take_char(p, ','))
		return false;
	if (take_char(p, 'M')) {
		r->kind = RULE_WEEKDAY;
		if (!take_number(p, 12, &r->month) || !take_char(p, '.') ||
		    !take_number(p, 5, &r->week) || !take_char(p, '.') ||
		    !take_number(p, 6, &r->day) || r->month < 1 || r->week < 1)
			return false;
	} else {
		r->kind = take_char(p, 'J') ? RULE_JULIAN : RULE_ORDINAL;
		if (!take_number(p, 365, &r->day) ||
		    (r->kind == RULE_JULIAN && r->day < 1))
			return false;
	}
	return !take_char(p, '/') || take_clock(p, &r->second);
}

static bool
parse_tail(const char *p, struct tail *t)
{
	*t = (struct tail){ 0 };
	if (!*p)
		return true; /* the table's last offset holds for good */
	if (!take_abbreviation(&p) || !take_clock(&p, &t->standard))
		return false;
	t->standard = -t->standard; /* POSIX counts west of Greenwich */
	t->is_there = true;
	if (!*p)
		return true;
	t->has_dst = true;
	t->summer = t->standard + HOUR;
	if (!take_abbreviation(&p))
		return false;
	if (*p && *p != ',') {
		if (!take_clock(&p, &t->summer))
			return false;
		t->summer = -t->summer;
	}
	return take_rule(&p, &t->start) && take_rule(&p, &t->end) && !*p;
}

/* Local seconds (as if UTC) at which the rule strikes in that year. */
static int64_t
rule_in(const struct rule *r, int year)
{
	bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	struct civil c = { .year = year, .month = 1, .day = 1 };
	struct civil next;
	int64_t t, end;
	int weekday;

	if (r->kind != RULE_WEEKDAY) {
		t = civil_to_stamp(&c) + (int64_t)r->day * DAY;
		if (r->kind == RULE_JULIAN && !(is_leap && r->day >= 60))
			t -= DAY; /* J60 is March 1 in every year */
		return t + r->second;
	}
	c.month = r->month;
	t = civil_to_stamp(&c);
	next = c.month == 12 ? (struct civil){ .year = year + 1, .month = 1, .day = 1 } :
	    (struct civil){ .year = year, .month = c.month + 1, .day = 1 };
	end = civil_to_stamp(&next);
	weekday =
	    (int)(((t / DAY - (t % DAY < 0)) % 7 + 4 + 7) % 7); /* 1970-01-01: Thursday */
	t += (int64_t)((r->day - weekday + 7) % 7 + (r->week - 1) * 7) * DAY;
	while (t >= end)
		t -= 7 * DAY; /* week 5 is the last one */
	return t + r->second;
}

static int
tail_offset(const struct tail *t, int64_t at)
{
	int64_t start, end;
	int year;

	if (!t->has_dst)
		return t->standard;
	year = civil_from_stamp(at + t->standard).year;
	start = rule_in(&t->start, year) - t->standard;
	end = rule_in(&t->end, year) - t->summer;
	if (start < end)
		return at >= start && at < end ? t->summer : t->standard;
	return at >= end && at < start ? t->standard : t->summer;
}

/* ---------------------------------------------------------------------- the file */

static uint64_t
big_endian(const unsigned char *p, int n)
{
	uint64_t v = 0;

	while (n--)
		v = v << 8 | *p++;
	return v;
}

struct part { /* one data block, as its header announces it */
	size_t is_utc, is_std, leap, time, type, chars;
	size_t bytes; /* of the block behind the header */
};

/* time_size: bytes of an instant, 4 in the first block and 8 in the second. */
static bool
read_header(const unsigned char *p, size_t n, size_t time_size, struct part *out)
{
	size_t *const counts[] = { &out->is_utc, &out->is_std, &out->leap, &out->time,
		&out->type, &out->chars };
	size_t i;

	if (n < HEADER || memcmp(p, "TZif", 4) != 0 || p[4] < '2')
		return false;
	for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		*counts[i] = (size_t)big_endian(p + 20 + i * 4, 4);
		if (*counts[i] > FILE_MAX_BYTES)
			return false;
	}
	out->bytes = out->time * (time_size + 1) + out->type * 6 + out->chars +
	    out->leap * (time_size + 4) + out->is_std + out->is_utc;
	return out->bytes <= n - HEADER;
}

/* The rule between the two newlines at the end. */
static bool
read_tail(struct zone *z, const unsigned char *p, size_t n)
{
	char text[128];

	if (n < 2 || n > sizeof(text) || p[0] != '\n' || p[n - 1] != '\n')
		return false;
	memcpy(text, p + 1, n - 2);
	text[n - 2] = '\0';
	return parse_tail(text, &z->tail);
}

static bool
read_zone(struct zone *z, const unsigned char *p, size_t n)
{
	const unsigned char *index, *type;
	struct part part;
	size_t i;

	if (!read_header(p, n, 4, &part))
		return false;
	p += HEADER + part.bytes;
	n -= HEADER + part.bytes;
	if (!read_header(p, n, 8, &part) || part.type == 0 || part.leap)
		return false;
	p += HEADER;
	index = p + part.time * 8;
	type = index + part.time;
	z->n = part.time;
	z->at = calloc(part.time + 1, sizeof(*z->at));
	z->offset = calloc(part.time + 1, sizeof(*z->offset));
	if (!z->at || !z->offset)
		return false;
	z->first = (int)(int32_t)big_endian(type, 4);
	for (i = 0; i < part.time; i++) {
		if (index[i] >= part.type)
			return false;
		z->at[i] = (int64_t)big_endian(p + i * 8, 8);
		z->offset[i] = (int)(int32_t)big_endian(type + index[i] * 6, 4);
		if (i && z->at[i] <= z->at[i - 1])
			return false;
	}
	return read_tail(z, p + part.bytes, n - HEADER - part.bytes);
}

/* The whole file at out, its size in *n. False with errno. */
static bool
slurp(const char *path, unsigned char *out, size_t max, size_t *n)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), kept;
	ssize_t got = -1;
	struct stat st;

	if (fd < 0)
		return false;
	*n = 0;
	errno = EINVAL; /* no regular file, or a very long one */
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size < (off_t)max)
		while ((got = read(fd, out + *n, max - *n)) > 0)
			*n += (size_t)got;
	kept = errno;
	close(fd);
	errno = kept;
	return got == 0;
}

static bool
name_ok(const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-/";
	size_t n = strlen(name);

	return n > 0 && n < sizeof(((struct zone *)0)->name) && name[0] != '/' &&
	    strspn(name, allowed) == n; /* no dot: no way out of the folder */
}

/* Says why the file at path could not be used; number: errno of reading it. */
static enum outcome
say(const struct zone *z, const char *dir, const char *path, int number, struct err *e)
{
	struct stat st;

	if (stat(dir, &st) != 0) {
		number = errno;
		err_set(e, E_UNAVAILABLE,
		    "the time zone \"%s\" cannot be read: the time zone "
		    "files are missing; install the package tzdata",
		    z->name);
		err_detail(e, "%s: %s", dir, strerror(number));
		return E_UNAVAILABLE;
	}
	err_set(e, E_NOT_FOUND, "the time zone \"%s\" is not known; an IANA name such as "
	    "Europe/Berlin is expected", z->name);
	err_detail(e, "%s: %s", path,
	    number ? strerror(number) : "no TZif file of version 2 or later");
	return E_NOT_FOUND;
}

static enum outcome
load(struct zone *z, struct err *e)
{
	const char *dir = getenv("TZDIR");
	char path[4096];
	unsigned char *bytes;
	int number = 0;
	bool ok;
	size_t n;

	if (!dir || !*dir)
		dir = ZONEINFO;
	if (strlen(dir) + strlen(z->name) + 2 > sizeof(path))
		return err_set(e, E_INVALID, "the folder of TZDIR has too long a name");
	bytes = malloc(FILE_MAX_BYTES);
	if (!bytes)
		return err_set(e, E_FAILED, "no memory is left to read a time zone");
	strcpy(stpcpy(stpcpy(path, dir), "/"), z->name);
	ok = slurp(path, bytes, FILE_MAX_BYTES, &n);
	if (!ok)
		number = errno;
	ok = ok && read_zone(z, bytes, n);
	free(bytes);
	return ok ? OK : say(z, dir, path, number, e);
}

/* ------------------------------------------------------------------------- public */

struct zone *
zone_open(const char *name, struct err *e)
{
	struct zone *z;

	if (!name || !name_ok(name)) {
		err_set(e, E_INVALID, "\"%.80s\" is no name of a time zone; an IANA name "
		    "such as Europe/Berlin is expected", name ? name : "");
		return NULL;
	}
	z = calloc(1, sizeof(*z));
	if (!z) {
		err_set(
		    e, E_FAILED, "the time zone \"%s\" cannot be read: no memory", name);
		return NULL;
	}
	strcpy(z->name, name);
	if (strcmp(name, "UTC") != 0 && load(z, e) != OK) /* UTC needs no file */
		zone_close(&z);
	return z;
}

void
zone_close(struct zone **z)
{
	if (*z) {
		free((*z)->at);
		free((*z)->offset);
		free(*z);
	}
	*z = NULL;
}

const char *
zone_name(const struct zone *z)
{
	return z->name;
}

int
zone_offset(const struct zone *z, int64_t t)
{
	size_t low = 0, high = z->n, middle;

	if (z->tail.is_there && (z->n == 0 || t >= z->at[z->n - 1]))
		return tail_offset(&z->tail, t);
	while (low < high) { /* how many transitions lie at or before t */
		middle = low + (high - low) / 2;
		if (z->at[middle] <= t)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? z->offset[low - 1] : z->first;
}

/*
 * The offsets of a day before and a day after: between them lies at most one
 * change. An offset is right when it also holds at the instant it leads to;
 * the greater one leads to the earlier instant. In a gap none is right, and
 * the one from before it moves the time forward by just the gap.
 */
int64_t
zone_to_utc(const struct zone *z, const struct civil *local)
{
	int64_t t = civil_to_stamp(local);
	int before = zone_offset(z, t - DAY), after = zone_offset(z, t + DAY);
	int greater = before > after ? before : after;
	int lesser = before > after ? after : before;

	if (zone_offset(z, t - greater) == greater)
		return t - greater;
	if (zone_offset(z, t - lesser) == lesser)
		return t - lesser;
	return t - before;
}

struct civil
zone_from_utc(const struct zone *z, int64_t t)
{
	return civil_from_stamp(t + zone_offset(z, t));
}

/* Not a change when the offset stays: tables also tell when only the name changes. */
static size_t
add_change(const struct zone *z, int64_t at, struct zone_change *out, size_t n)
{
	out[n] = (struct zone_change){ at, zone_offset(z, at - 1), zone_offset(z, at) };
	return n + (out[n].before != out[n].after);
}

size_t
zone_changes(const struct zone *z, int64_t from, int64_t to, struct zone_change *out,
    size_t max)
{
	int64_t table_end = z->n ? z->at[z->n - 1] : INT64_MIN, pair[2];
	size_t i, n = 0;
	int year, last;

	for (i = 0; i < z->n && z->at[i] < to && n < max; i++)
		if (z->at[i] >= from)
			n = add_change(z, z->at[i], out, n);
	if (!z->tail.has_dst)
		return n;
	/* local years differ from those of UTC at both ends */
	year = civil_from_stamp(from > table_end ? from : table_end).year - 1;
	last = civil_from_stamp(to).year + 1;
	for (; year <= last && n < max; year++) {
		int64_t start = rule_in(&z->tail.start, year) - z->tail.standard;
		int64_t end = rule_in(&z->tail.end, year) - z->tail.summer;

		pair[0] = start < end ? start : end;
		pair[1] = start < end ? end : start;
		for (i = 0; i < 2 && n < max; i++)
			if (pair[i] > table_end && pair[i] >= from && pair[i] < to)
				n = add_change(z, pair[i], out, n);
	}
	return n;
}
