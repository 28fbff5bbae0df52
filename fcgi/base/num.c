/*
 * num.c -- strict numbers: the whole string, in range, in no locale.
 *
 * libc's strtol and strtod skip blanks, follow the locale and need a NUL;
 * a decimal stays text, because a double cannot hold what DECIMAL can.
 */
#include "num.h"

#define DECIMAL_DIGITS 20 /* on either side of the point */

static bool
digits(struct str s, uint64_t hi, uint64_t *out)
{
	uint64_t v = 0;
	size_t i;

	if (!s.p || s.n == 0)
		return false;
	for (i = 0; i < s.n; i++) {
		unsigned d = (unsigned)(unsigned char)s.p[i] - '0';

		if (d > 9 || v > (hi - d) / 10 || d > hi)
			return false;
		v = v * 10 + d;
	}
	*out = v;
	return true;
}

bool
num_u64(struct str s, uint64_t hi, uint64_t *out)
{
	return digits(s, hi, out);
}

bool
num_i64(struct str s, int64_t lo, int64_t hi, int64_t *out)
{
	const uint64_t deepest = (uint64_t)INT64_MAX + 1;
	uint64_t u;
	int64_t v;

	if (s.p && s.n && s.p[0] == '-') {
		if (!digits((struct str){ s.p + 1, s.n - 1 }, deepest, &u))
			return false;
		v = u == deepest ? INT64_MIN : -(int64_t)u;
	} else {
		if (!digits(s, INT64_MAX, &u))
			return false;
		v = (int64_t)u;
	}
	if (v < lo || v > hi)
		return false;
	*out = v;
	return true;
}

bool
num_bool(struct str s, bool *out)
{
	static const struct {
		struct str word;
		bool value;
	} words[] = {
		{ { "true", 4 }, true }, { { "false", 5 }, false },
		{ { "yes", 3 }, true },  { { "no", 2 }, false },
		{ { "on", 2 }, true },   { { "off", 3 }, false },
	};
	int64_t v;
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (str_ieq(s, words[i].word)) {
			*out = words[i].value;
			return true;
		}
	}
	if (!num_i64(s, INT64_MIN, INT64_MAX, &v))
		return false;
	*out = v != 0;
	return true;
}

/* Digits from *i on; *from and *n: where they stand. */
static void
run(struct str s, size_t *i, size_t *from, size_t *n)
{
	*from = *i;
	while (*i < s.n && s.p[*i] >= '0' && s.p[*i] <= '9')
		++*i;
	*n = *i - *from;
}

bool
num_decimal(struct str s, char out[64])
{
	size_t i = 0, whole, whole_n, part = 0, part_n = 0, o = 0;
	bool is_negative;

	if (!s.p || s.n == 0)
		return false;
	is_negative = s.p[0] == '-';
	if (is_negative || s.p[0] == '+')
		i++;
	run(s, &i, &whole, &whole_n);
	if (i < s.n && s.p[i] == '.') {
		i++;
		run(s, &i, &part, &part_n);
	}
	if (i != s.n || whole_n + part_n == 0)
		return false;
	for (; whole_n && s.p[whole] == '0'; whole_n--)
		whole++;
	while (part_n && s.p[part + part_n - 1] == '0')
		part_n--;
	if (whole_n > DECIMAL_DIGITS || part_n > DECIMAL_DIGITS)
		return false;
	if (is_negative && whole_n + part_n)
		out[o++] = '-';
	if (whole_n == 0)
		out[o++] = '0';
	memcpy(out + o, s.p + whole, whole_n);
	o += whole_n;
	if (part_n) {
		out[o++] = '.';
		memcpy(out + o, s.p + part, part_n);
		o += part_n;
	}
	out[o] = '\0';
	return true;
}
