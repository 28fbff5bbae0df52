/*
 * stssync.c -- the "Connect to Outlook" link. MS-STSSYN 2.1 (structure), 2.2
 * (escaping); the 500 characters are what SharePoint's page script keeps to.
 */
#include "stssync.h"

#include <stdint.h>

#include "buf.h"
#include "utf8.h"

#define LINK_MAX 500   /* characters */
#define NAME_MAX_UNITS 20
#define NAME_CUT_UNITS 19
#define BUILD_MAX 65536 /* bytes: far over any link, so that only LINK_MAX decides */

struct units { /* UTF-16 */
	uint16_t *u;
	size_t n;
};

/* Bytes that are no UTF-8 become U+FFFD. */
static struct units
to_units(struct arena *a, struct str s)
{
	struct units out = { .u = ARENA_ARRAY(a, uint16_t, s.n + 1) };
	const unsigned char *p;
	uint32_t c;
	size_t i, len, k;

	for (i = 0; i < s.n; i += len ? len : 1) {
		p = (const unsigned char *)s.p + i;
		len = utf8_step(s.p + i, s.n - i);
		c = len <= 1 ? p[0] : p[0] & (0x7Fu >> len);
		for (k = 1; k < len; k++)
			c = c << 6 | (p[k] & 0x3F);
		if (len == 0)
			c = 0xFFFD;
		if (c > 0xFFFF) {
			out.u[out.n++] = (uint16_t)(0xD800 + ((c - 0x10000) >> 10));
			out.u[out.n++] = (uint16_t)(0xDC00 + ((c - 0x10000) & 0x3FF));
		} else {
			out.u[out.n++] = (uint16_t)c;
		}
	}
	return out;
}

static bool
is_alnum(unsigned c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static void
escape_units(struct buf *b, struct units s)
{
	bool in_run = false;
	size_t i;

	for (i = 0; i < s.n; i++) {
		unsigned u = s.u[i];

		if (in_run != (u > 127)) {
			buf_add(b, in_run ? "]" : "[", 1);
			in_run = !in_run;
		}
		if (u > 127) {
			buf_addf(b, "%04X", u);
			continue;
		}
		if (u && strchr("&\\[]|", (int)u))
			buf_add(b, "|", 1);
		if (is_alnum(u))
			buf_addf(b, "%c", (int)u);
		else
			buf_addf(b, "%%%02X", u);
	}
	if (in_run)
		buf_add(b, "]", 1);
}

/* The bytes of b on the arena; b is freed. */
static struct str
taken(struct arena *a, struct buf *b)
{
	struct str s = b->failed ? STR_NULL : arena_dup(a, buf_str(b));

	buf_clear(b);
	return s;
}

struct str
stssync_escape(struct arena *a, struct str utf8)
{
	struct buf b;

	buf_init(&b, BUILD_MAX);
	escape_units(&b, to_units(a, utf8));
	return taken(a, &b);
}

/* Over 20 units: the first 19 (18 rather than half a character) and three dots. */
static struct units
shortened(struct arena *a, struct units s)
{
	static const uint16_t dots[] = { '.', '.', '.' };
	struct units out;
	size_t n = NAME_CUT_UNITS;

	if (s.n <= NAME_MAX_UNITS)
		return s;
	if (s.u[n - 1] >= 0xD800 && s.u[n - 1] <= 0xDBFF)
		n--;
	out.u = ARENA_ARRAY(a, uint16_t, n + 3);
	memcpy(out.u, s.u, n * sizeof(*s.u));
	memcpy(out.u + n, dots, sizeof(dots));
	out.n = n + 3;
	return out;
}

struct str
list_page(struct arena *a, const struct list *l)
{
	static const struct {
		const char *before, *behind;
	} pages[KIND__MAX] = {
		[KIND_CONTACTS]    = { "/Lists/", "/AllItems.aspx" },
		[KIND_CALENDAR]    = { "/Lists/", "/calendar.aspx" },
		[KIND_TASKS]       = { "/Lists/", "/AllItems.aspx" },
		[KIND_DISCUSSIONS] = { "/Lists/", "/AllItems.aspx" },
		[KIND_DOCUMENTS]   = { "/",       "/Forms/AllItems.aspx" },
		[KIND_GENERIC]     = { "/Lists/", "/AllItems.aspx" },
	};

	return arena_fmt(
	    a, "%s%s%s", pages[l->kind].before, l->name, pages[l->kind].behind);
}

static struct str
build(struct arena *a, const char *base_url, struct units site, struct units name,
    const struct list *l)
{
	struct buf b;
	char guid[39];

	buf_init(&b, BUILD_MAX);
	buf_addf(&b, "stssync://sts/?ver=1.1&type=%s&cmd=add-folder&base-url=",
	    kind_name(l->kind));
	escape_units(&b, to_units(a, str_of(base_url)));
	buf_addf(&b, "&list-url=");
	escape_units(&b, to_units(a, list_page(a, l)));
	buf_addf(&b, "&guid=");
	escape_units(&b, to_units(a, str_of(guid_fmt(&l->id, GUID_BRACES, guid))));
	buf_addf(&b, "&site-name=");
	escape_units(&b, site);
	buf_addf(&b, "&list-name=");
	escape_units(&b, name);
	return taken(a, &b);
}

struct str
stssync_link(struct arena *a, const char *base_url, const char *site_name,
    const struct list *l)
{
	struct units site = to_units(a, str_of(site_name));
	struct units name = to_units(a, str_of(l->title));
	struct str link;

	if (l->kind == KIND_GENERIC)
		return STR_NULL; /* no folder type of Outlook */
	link = build(a, base_url, site, name, l);
	if (link.n > LINK_MAX)
		link = build(a, base_url, shortened(a, site), shortened(a, name), l);
	return link.n > LINK_MAX ? STR_NULL : link;
}
