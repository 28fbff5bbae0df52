/*
 * xmlprep.c -- request bytes as clean UTF-8 that libxml2 may be given.
 *
 * Only UTF-8 reaches the parser, whatever the declaration says: no encoding
 * can hide markup from the look that is taken here. Characters that XML 1.0
 * forbids are dropped, written out or as references, because one pasted
 * control character would otherwise keep a whole batch from ever arriving.
 */
#include "xmlprep.h"

#include "limits.h"
#include "log.h"
#include "utf8.h"

/* libxml2 2.9 compares each attribute of an element with each: keep that small. */
#define ATTRIBUTES_MAX 256

#define TEXT_OF(s) #s
#define TEXT(s) TEXT_OF(s)

/* ------------------------------------------------------------- bytes to UTF-8 */

/* Where the needle stands first in s from `at` on; s.n when nowhere. */
static size_t
find(struct str s, size_t at, const char *needle)
{
	size_t n = strlen(needle);
	const char *p;

	for (; at < s.n; at++) {
		p = memchr(s.p + at, needle[0], s.n - at);
		if (!p)
			return s.n;
		at = (size_t)(p - s.p);
		if (s.n - at >= n && memcmp(p, needle, n) == 0)
			return at;
	}
	return s.n;
}

static size_t
behind(struct str s, size_t at, const char *end)
{
	at = find(s, at, end);
	return at < s.n ? at + strlen(end) : s.n;
}

static int
line_at(struct str s, size_t at)
{
	int line = 1;
	size_t i;

	for (i = 0; i < at; i++)
		line += s.p[i] == '\n';
	return line;
}

enum encoding { ENC_UTF8, ENC_UTF16LE, ENC_UTF16BE };

static bool
starts_with(struct str s, const char *p, size_t n)
{
	return s.n >= n && memcmp(s.p, p, n) == 0;
}

/* What Content-Type says; false when it names something else than UTF-8 or UTF-16. */
static bool
charset_known(const char *charset, bool *is_wide, bool *is_little)
{
	struct str s = str_trim(str_of(charset));

	while (s.n && strchr("'\" ", s.p[0]))
		s.p++, s.n--;
	while (s.n && strchr("'\" ", s.p[s.n - 1]))
		s.n--;
	*is_little = str_ieq(s, STR("utf-16le"));
	*is_wide = *is_little || str_ieq(s, STR("utf-16")) || str_ieq(s, STR("utf-16be"));
	return *is_wide || s.n == 0 || str_ieq(s, STR("utf-8")) ||
	       str_ieq(s, STR("utf8")) || str_ieq(s, STR("us-ascii"));
}

/* The BOM decides, then the charset, then how '<' looks. A BOM is taken off. */
static enum encoding
encoding_of(struct str *s, bool is_wide, bool is_little)
{
	static const struct {
		const char *p;
		size_t n;
		enum encoding is;
	} boms[] = {
		{ "\xEF\xBB\xBF", 3, ENC_UTF8 },
		{ "\xFF\xFE", 2, ENC_UTF16LE },
		{ "\xFE\xFF", 2, ENC_UTF16BE },
	};
	size_t i;

	for (i = 0; i < sizeof(boms) / sizeof(boms[0]); i++) {
		if (starts_with(*s, boms[i].p, boms[i].n)) {
			s->p += boms[i].n;
			s->n -= boms[i].n;
			return boms[i].is;
		}
	}
	if (starts_with(*s, "<\0", 2) || is_little)
		return ENC_UTF16LE;
	if (starts_with(*s, "\0<", 2) || is_wide)
		return ENC_UTF16BE;
	return ENC_UTF8;
}

/* A lone surrogate becomes three bytes that utf8_valid refuses. */
static struct str
from_utf16(struct arena *a, struct str s, bool is_big)
{
	const unsigned char *u = (const unsigned char *)s.p;
	char *out = arena_get(a, s.n / 2 * 3 + 1);
	size_t i, n = 0;
	unsigned long c, low;

	for (i = 0; i + 1 < s.n; i += 2) {
		c = is_big ? (unsigned long)u[i] << 8 | u[i + 1] :
		    (unsigned long)u[i + 1] << 8 | u[i];
		if (c >= 0xD800 && c < 0xDC00 && i + 3 < s.n) {
			low = is_big ? (unsigned long)u[i + 2] << 8 | u[i + 3] :
			    (unsigned long)u[i + 3] << 8 | u[i + 2];
			if (low >= 0xDC00 && low < 0xE000) {
				c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
				i += 2;
			}
		}
		n += utf8_put(out + n, c);
	}
	return (struct str){ out, n };
}

/* ------------------------------------------------------------- crowded elements */

/* From behind '<' to behind '>'. Counts '=' outside quotes: one per attribute. */
static size_t
skip_tag(struct str s, size_t at, size_t *attributes)
{
	const char *quote;

	for (*attributes = 0; at < s.n && s.p[at] != '>'; at++) {
		*attributes += s.p[at] == '=';
		if (s.p[at] != '"' && s.p[at] != '\'')
			continue;
		quote = memchr(s.p + at + 1, s.p[at], s.n - at - 1);
		at = quote ? (size_t)(quote - s.p) : s.n - 1;
	}
	return at < s.n ? at + 1 : s.n;
}

/* Where a start tag with too many attributes begins; s.n when none does. */
static size_t
crowded_tag(struct str s)
{
	size_t at = 0, attributes;

	for (;;) {
		size_t from = find(s, at, "<");
		struct str rest = { s.p + from, s.n - from };

		if (from == s.n)
			return s.n;
		if (starts_with(rest, "<!--", 4)) {
			at = behind(s, from + 4, "-->");
		} else if (starts_with(rest, "<![CDATA[", 9)) {
			at = behind(s, from + 9, "]]>");
		} else if (starts_with(rest, "<?", 2)) {
			at = behind(s, from + 2, "?>");
		} else {
			at = skip_tag(s, from + 1, &attributes);
			if (attributes > ATTRIBUTES_MAX)
				return from;
		}
	}
}

/* ---------------------------------------------------------- forbidden references */

static int
digit_of(char c, int base)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (base == 16 && c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (base == 16 && c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static bool
is_allowed(unsigned long c)
{
	return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c < 0xD800) ||
	    (c >= 0xE000 && c < 0xFFFE) || (c >= 0x10000 && c < 0x110000);
}

/* Bytes of the reference "&#...;" at the front when it names a forbidden character, else
 * 0. */
static size_t
forbidden_reference(struct str s)
{
	int base = s.n > 2 && s.p[2] == 'x' ? 16 : 10, d;
	size_t first = base == 16 ? 3 : 2, i;
	unsigned long c = 0;

	for (i = first; i < s.n && (d = digit_of(s.p[i], base)) >= 0; i++)
		if (c < 0x110000)
			c = c * (unsigned)base + (unsigned)d;
	if (i == first || i == s.n || s.p[i] != ';' || is_allowed(c))
		return 0;
	return i + 1;
}

/* s itself when it holds none; text in CDATA is no reference. */
static struct str
drop_references(struct arena *a, struct str s, size_t *dropped)
{
	size_t at = 0, amp = find(s, 0, "&#"), kept = 0, n = 0, len, cdata;
	char *out = NULL;

	while (amp < s.n) {
		cdata = find((struct str){ s.p, amp }, at, "<![CDATA[");
		if (cdata < amp) {
			at = behind(s, cdata + 9, "]]>");
			if (at >
			    amp) /* else it is known: many CDATA before one reference */
				amp = find(s, at, "&#");
			continue;
		}
		at = amp;
		len = forbidden_reference((struct str){ s.p + at, s.n - at });
		if (len) {
			if (!out)
				out = arena_get(a, s.n + 1);
			memcpy(out + n, s.p + kept, at - kept);
			n += at - kept;
			kept = at + len;
			++*dropped;
		}
		at += len ? len : 2;
		amp = find(s, at, "&#");
	}
	if (!out)
		return s;
	memcpy(out + n, s.p + kept, s.n - kept);
	return (struct str){ out, n + s.n - kept };
}

/* ------------------------------------------------------------------------ public */

/* Bytes before the first that is no UTF-8. */
static size_t
valid_bytes(struct str s)
{
	size_t i = 0, n;

	while (i < s.n && (n = utf8_step(s.p + i, s.n - i)) != 0)
		i += n;
	return i;
}

enum outcome
xmlprep(struct arena *a, struct str bytes, const char *charset, struct str *out,
    struct err *e)
{
	bool is_wide, is_little;
	size_t at, dropped = 0;
	struct str s = bytes;
	enum encoding enc;

	if (!charset_known(charset ? charset : "", &is_wide, &is_little))
		return err_set(e, E_INVALID, "line 1: the charset \"%.40s\" is not "
		    "understood; UTF-8 or UTF-16 is expected", charset);
	if (s.n > LIMIT_BODY_BYTES)
		return err_set(e, E_INVALID,
		    "line 1: the body has %zu bytes, more than the "
		    "limit of %d",
		    s.n, LIMIT_BODY_BYTES);
	enc = encoding_of(&s, is_wide, is_little);
	if (enc != ENC_UTF8)
		s = from_utf16(a, s, enc == ENC_UTF16BE);
	if (str_trim(s).n == 0)
		return err_set(
		    e, E_INVALID, "line 1: the body is empty; XML is expected");
	at = valid_bytes(s);
	if (at < s.n)
		return err_set(e, E_INVALID,
		    "line %d: a byte here belongs to no %s character", line_at(s, at),
		    enc == ENC_UTF8 ? "UTF-8" : "UTF-16");
	at = utf8_chars(s);
	s = utf8_xml_clean(a, s);
	dropped = at - utf8_chars(s);
	s = drop_references(a, s, &dropped);
	if (dropped)
		log_note("xml: %zu characters that XML 1.0 forbids were dropped from the "
		    "request", dropped);
	at = crowded_tag(s);
	if (at < s.n)
		return err_set(e, E_INVALID,
		    "line %d: an element has more attributes than "
		    "the limit of " TEXT(ATTRIBUTES_MAX),
		    line_at(s, at));
	*out = s;
	return OK;
}
