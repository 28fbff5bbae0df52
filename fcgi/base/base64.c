/*
 * base64.c -- base64 of any length, decoded as it comes.
 */
#include "base64.h"

#define PIECE 3072 /* bytes handed to the sink at once */

void
base64_init(struct base64 *b)
{
	*b = (struct base64){ 0 };
}

/* Value of a symbol; -1 white space, -2 '=', -3 anything else. */
static int
value_of(unsigned char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+' || c == '/')
		return c == '+' ? 62 : 63;
	if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
		return -1;
	return c == '=' ? -2 : -3;
}

/* One symbol into the group; false: it cannot stand here. */
static bool
take(struct base64 *b, int v)
{
	if (v == -2 ? b->symbols < 2 : b->padding > 0)
		return false; /* '=' too early, or a letter behind one */
	b->padding += v == -2;
	b->bits = b->bits << 6 | (v == -2 ? 0 : (uint32_t)v);
	b->symbols++;
	return true;
}

void
base64_add(struct base64 *b, const char *p, size_t n, struct sink *to)
{
	char out[PIECE];
	size_t len = 0, i;
	int v;

	for (i = 0; i < n && !b->is_bad; i++) {
		v = value_of((unsigned char)p[i]);
		if (v == -1)
			continue;
		/* a whole group with padding was the last one */
		if (v == -3 || (b->padding && b->symbols == 0) || !take(b, v)) {
			b->is_bad = true;
			return;
		}
		if (b->symbols < 4)
			continue;
		for (unsigned k = 0; k < 3 - b->padding; k++)
			out[len++] = (char)(b->bits >> (16 - 8 * k) & 0xFF);
		b->symbols = 0;
		b->bits = 0;
		if (len + 3 > sizeof(out)) {
			sink_write(to, out, len);
			len = 0;
		}
	}
	sink_write(to, out, len);
}

bool
base64_end(const struct base64 *b)
{
	return !b->is_bad && b->symbols == 0;
}
