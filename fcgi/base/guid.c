/*
 * guid.c -- GUID text and bytes.
 */
#include "guid.h"

static const signed char dash_after[16] = { [3] = 1, [5] = 1, [7] = 1, [9] = 1 };

static int
nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool
guid_parse(struct str s, struct guid *out)
{
	struct guid g;
	size_t i, at = 0;

	if (!s.p)
		return false;
	s = str_trim(s);
	if (s.n == 38 && s.p[0] == '{' && s.p[37] == '}')
		s = (struct str){ s.p + 1, 36 };
	if (s.n != 36)
		return false;
	for (i = 0; i < 16; i++) {
		int high = nibble(s.p[at]), low = nibble(s.p[at + 1]);

		if (high < 0 || low < 0)
			return false;
		g.b[i] = (unsigned char)(high << 4 | low);
		at += 2;
		if (dash_after[i] && s.p[at++] != '-')
			return false;
	}
	*out = g;
	return true;
}

char *
guid_fmt(const struct guid *g, enum guid_form form, char out[39])
{
	const char *digit = form == GUID_BRACES ? "0123456789ABCDEF" : "0123456789abcdef";
	char *p = out;
	size_t i;

	if (form == GUID_BRACES)
		*p++ = '{';
	for (i = 0; i < 16; i++) {
		*p++ = digit[g->b[i] >> 4];
		*p++ = digit[g->b[i] & 15];
		if (dash_after[i] && form != GUID_HEX)
			*p++ = '-';
	}
	if (form == GUID_BRACES)
		*p++ = '}';
	*p = '\0';
	return out;
}

struct guid
guid_from_random(const unsigned char bytes[16])
{
	struct guid g;

	memcpy(g.b, bytes, sizeof(g.b));
	g.b[6] = (unsigned char)((g.b[6] & 0x0F) | 0x40); /* version 4 */
	g.b[8] = (unsigned char)((g.b[8] & 0x3F) | 0x80); /* the RFC's variant */
	return g;
}

bool
guid_eq(const struct guid *a, const struct guid *b)
{
	return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}
