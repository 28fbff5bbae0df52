/*
 * recur_exdate.c -- excepted dates of a series as text: EXDATE of iCalendar
 * (RFC 5545 3.8.5.1), without its parameters.
 */
#include "recur.h"

#include <stdlib.h>

#include "buf.h"
#include "recur_day.h"

/* Where t stands or would stand. */
static size_t
place(const struct exdates *x, int64_t t)
{
	size_t low = 0, high = x->n, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (x->at[middle] < t)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool
exdate_has(const struct exdates *x, int64_t t)
{
	size_t i = place(x, t);

	return i < x->n && x->at[i] == t;
}

bool
exdate_add(struct arena *a, struct exdates *x, int64_t t)
{
	size_t i = place(x, t);
	int64_t *at;

	if (x->n >= EXDATE_MAX || (i < x->n && x->at[i] == t))
		return false;
	at = ARENA_ARRAY(a, int64_t, x->n + 1);
	if (x->n) {
		memcpy(at, x->at, i * sizeof(*at));
		memcpy(at + i + 1, x->at + i, (x->n - i) * sizeof(*at));
	}
	at[i] = t;
	x->at = at;
	x->n++;
	return true;
}

bool
exdate_remove(struct exdates *x, int64_t t)
{
	size_t i = place(x, t);

	if (i >= x->n || x->at[i] != t)
		return false;
	memmove(x->at + i, x->at + i + 1, (x->n - i - 1) * sizeof(*x->at));
	x->n--;
	return true;
}

/* The next entry off the front; false at the end. A blank may stand before the time. */
static bool
take_entry(struct str *rest, struct str *out)
{
	size_t i, n = 0;

	for (i = 0; i < rest->n && strchr(",; \t\r\n", rest->p[i]); i++)
		;
	for (; i + n < rest->n; n++) {
		char c = rest->p[i + n];

		if (c == ' ' && n >= 8 && n <= 10 && i + n + 2 < rest->n &&
		    rest->p[i + n + 1] >= '0' && rest->p[i + n + 1] <= '2' &&
		    memchr(rest->p + i + n, ':', rest->n - i - n < 5 ? rest->n - i - n : 5))
			continue; /* "2026-04-06 07:00:00", as SQL writes it */
		if (strchr(",; \t\r\n", c))
			break;
	}
	*out = (struct str){ rest->p + i, n };
	rest->p += i + n;
	rest->n -= i + n;
	return n > 0;
}

static int
by_time(const void *a, const void *b)
{
	int64_t s = *(const int64_t *)a, t = *(const int64_t *)b;

	return (s > t) - (s < t);
}

/* A day alone is the instance that would start on it. */
static int64_t
instant_of_day(int64_t t, const struct series *s)
{
	struct civil c;

	if (!s)
		return t;
	c = civil_from_stamp(t);
	c.hour = s->start.hour;
	c.minute = s->start.minute;
	c.second = s->start.second;
	return wall_to_utc(&s->wall, &c);
}

bool
exdate_read(struct arena *a, struct str text, const struct series *s, struct exdates *out,
    const char **why)
{
	struct str rest = text, one;
	size_t n = 0, i;
	int64_t t;

	*out = (struct exdates){ 0 };
	if (rest.n >= 7 && strncasecmp(rest.p, "EXDATE:", 7) == 0)
		rest.p += 7, rest.n -= 7;
	/* one entry has eight characters at least, and a separator */
	out->at = ARENA_ARRAY(a, int64_t, rest.n / 9 + 2);
	while (take_entry(&rest, &one)) {
		enum moment m = recur_moment(one, &t);

		if (m == MOMENT_NONE) {
			*why = arena_fmt(a, "\"%.*s\" is no excepted date; instants such as "
			    "20260406T070000Z are expected, separated by commas",
			    (int)(one.n < 60 ? one.n : 60), one.p).p;
			return false;
		}
		if (n == EXDATE_MAX) {
			*why = "a series has more than 10000 excepted dates";
			return false;
		}
		out->at[n++] = m == MOMENT_DATE ? instant_of_day(t, s) : t;
	}
	if (n)
		qsort(out->at, n, sizeof(*out->at), by_time);
	for (i = 0; i < n; i++)
		if (i == 0 || out->at[i] != out->at[out->n - 1])
			out->at[out->n++] = out->at[i];
	return true;
}

struct str
exdate_write(struct arena *a, const struct exdates *x)
{
	char *p = arena_get(a, x->n * 17 + STAMP_TEXT), *at = p;
	size_t i;

	for (i = 0; i < x->n; i++, at += 16) {
		if (i)
			*at++ = ',';
		exdate_stamp(x->at[i], at);
	}
	return (struct str){ p, (size_t)(at - p) };
}
