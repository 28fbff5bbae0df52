/*
 * str.h -- a string that carries its length.
 *
 * p is not NUL-terminated unless a comment says so.  A NULL p is "no value"
 * (SQL NULL, attribute absent) and differs from the empty string.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

struct str {
	const char *p;
	size_t n;
};

#define STR(lit) ((struct str){ "" lit, sizeof(lit) - 1 })
#define STR_NULL ((struct str){ NULL, 0 })
/* for printf: "%.*s" */
#define STR_ARG(s) (int)(s).n, (s).p ? (s).p : ""

/* A NUL-terminated string, or STR_NULL for NULL. */
static inline struct str
str_of(const char *z)
{
	return (struct str){ z, z ? strlen(z) : 0 };
}

/* Bytes are equal; NULL equals only NULL. */
static inline bool
str_eq(struct str a, struct str b)
{
	if (!a.p || !b.p)
		return !a.p && !b.p;
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* Equal without regard to ASCII case. */
static inline bool
str_ieq(struct str a, struct str b)
{
	if (!a.p || !b.p)
		return !a.p && !b.p;
	return a.n == b.n && strncasecmp(a.p, b.p, a.n) == 0;
}

/* Without leading and trailing blanks, tabs, CR and LF. */
static inline struct str
str_trim(struct str s)
{
	while (s.n && strchr(" \t\r\n", s.p[0]))
		s.p++, s.n--;
	while (s.n && strchr(" \t\r\n", s.p[s.n - 1]))
		s.n--;
	return s;
}

/*
 * Cut at the first c: *rest gets what follows it (NULL p when there was
 * none), the return value is what stands before it.
 */
static inline struct str
str_cut(struct str s, char c, struct str *rest)
{
	const char *at = s.n ? memchr(s.p, c, s.n) : NULL;

	if (!at) {
		*rest = STR_NULL;
		return s;
	}
	*rest = (struct str){ at + 1, s.n - (size_t)(at + 1 - s.p) };
	return (struct str){ s.p, (size_t)(at - s.p) };
}

#endif
