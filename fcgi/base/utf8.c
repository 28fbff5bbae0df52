/*
 * utf8.c -- is it UTF-8, and which characters XML 1.0 allows.
 *
 * XML 1.0 §2.2: TAB, LF, CR, U+0020 to U+D7FF, U+E000 to U+FFFD, U+10000 on.
 */
#include "utf8.h"

bool
utf8_valid(struct str s)
{
	size_t i, n;

	for (i = 0; i < s.n; i += n) {
		n = utf8_step(s.p + i, s.n - i);
		if (n == 0)
			return false;
	}
	return true;
}

size_t
utf8_chars(struct str s)
{
	size_t i, chars = 0;

	for (i = 0; i < s.n; i++)
		chars += ((unsigned char)s.p[i] & 0xC0) != 0x80;
	return chars;
}

/* Bytes of the allowed character at the front, 0 when it must not stand in XML. */
static size_t
allowed(struct str s)
{
	size_t n = utf8_step(s.p, s.n);

	return n && utf8_is_xml(s.p, n) ? n : 0;
}

bool
utf8_xml_ok(struct str s)
{
	size_t i, n;

	for (i = 0; i < s.n; i += n) {
		n = allowed((struct str){ s.p + i, s.n - i });
		if (n == 0)
			return false;
	}
	return true;
}

struct str
utf8_xml_clean(struct arena *a, struct str s)
{
	size_t i = 0, n, o = 0;
	char *out;

	if (!s.p || utf8_xml_ok(s))
		return s;
	out = arena_get(a, s.n + 1);
	while (i < s.n) {
		n = allowed((struct str){ s.p + i, s.n - i });
		memcpy(out + o, s.p + i, n);
		o += n;
		if (n == 0)
			n = utf8_step(s.p + i, s.n - i);
		i += n ? n : 1;
	}
	out[o] = '\0';
	return (struct str){ out, o };
}

size_t
utf8_put(char *out, uint32_t c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xC0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3F));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xE0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3F));
		out[2] = (char)(0x80 | (c & 0x3F));
		return 3;
	}
	out[0] = (char)(0xF0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3F));
	out[2] = (char)(0x80 | (c >> 6 & 0x3F));
	out[3] = (char)(0x80 | (c & 0x3F));
	return 4;
}
