/*
 * utf8.h -- is it UTF-8, and which characters XML 1.0 allows.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdint.h>
#include "arena.h"

/*
 * Bytes of the character at p (n > 0 bytes follow), 0 when it is no UTF-8.
 * Inline: the XML writer asks for every character beyond ASCII.
 */
static inline size_t
utf8_step(const char *p, size_t n)
{
	const unsigned char *u = (const unsigned char *)p;

	if (u[0] < 0x80)
		return 1;
	if (u[0] < 0xC2 || u[0] > 0xF4 || n < 2 || (u[1] & 0xC0) != 0x80)
		return 0;
	if (u[0] < 0xE0)
		return 2;
	if (n < 3 || (u[2] & 0xC0) != 0x80)
		return 0;
	if (u[0] < 0xF0) /* overlong; surrogates */
		return (u[0] == 0xE0 && u[1] < 0xA0) || (u[0] == 0xED && u[1] > 0x9F) ? 0 : 3;
	if (n < 4 || (u[3] & 0xC0) != 0x80)
		return 0;
	/* overlong; above U+10FFFF */
	return (u[0] == 0xF0 && u[1] < 0x90) || (u[0] == 0xF4 && u[1] > 0x8F) ? 0 : 4;
}

/* The valid character of n bytes at p may stand in XML 1.0. */
static inline bool
utf8_is_xml(const char *p, size_t n)
{
	const unsigned char *u = (const unsigned char *)p;

	if (n == 1)
		return u[0] >= 0x20 || u[0] == '\t' || u[0] == '\n' || u[0] == '\r';
	return !(n == 3 && u[0] == 0xEF && u[1] == 0xBF && u[2] >= 0xBE);
}

/* Strict UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF. */
bool utf8_valid(struct str s);
/* Number of characters of valid UTF-8. */
size_t utf8_chars(struct str s);
/* Every character may stand in XML 1.0 (so: no C0 but TAB LF CR, no U+FFFE, U+FFFF). s is valid UTF-8. */
bool utf8_xml_ok(struct str s);
/* s itself when it is clean, else a copy without the forbidden characters. */
struct str utf8_xml_clean(struct arena *a, struct str s);
/* The form of one character, at most 4 bytes. A surrogate becomes three that utf8_valid refuses. */
size_t utf8_put(char *out, uint32_t c);

#endif
