/*
 * attached.c -- what an item says of its files, and which names they may have.
 */
#include "attach.h"

#include <inttypes.h>
#include <stdio.h>

#include "bag.h"
#include "limits.h"
#include "num.h"
#include "utf8.h"

/* ---- names ---- */

/* The next character of valid UTF-8. */
static uint32_t
next_char(struct str *s)
{
	size_t n = utf8_step(s->p, s->n);
	const unsigned char *u = (const unsigned char *)s->p;
	uint32_t c = n < 2 ? u[0] : n == 2 ? u[0] & 0x1Fu : n == 3 ? u[0] & 0x0Fu : u[0] & 0x07u;

	if (n == 0) /* none: a byte by itself */
		n = 1;
	for (size_t i = 1; i < n; i++)
		c = c << 6 | (u[i] & 0x3Fu);
	*s = (struct str){ s->p + n, s->n - n };
	return c;
}

/* Small letters of the alphabets that have two kinds: Latin, Greek, Cyrillic, Armenian. */
static uint32_t
fold(uint32_t c)
{
	if ((c >= 'A' && c <= 'Z') || (c >= 0xC0 && c <= 0xDE && c != 0xD7) ||
	    (c >= 0x391 && c <= 0x3A9) || (c >= 0x410 && c <= 0x42F))
		return c + 32;
	if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E))
		return c + (c & 1);
	if (c == 0x178)
		return 0xFF;
	if (c >= 0x100 && c <= 0x177 && c != 0x130 && c != 0x131 && c != 0x138 && c != 0x149)
		return c | 1;
	if (c >= 0x400 && c <= 0x40F)
		return c + 80;
	if (c >= 0x531 && c <= 0x556)
		return c + 48;
	return c == 0x3C2 ? 0x3C3 : c; /* the sigma at the end of a word */
}

bool
attached_is_same_name(struct str a, struct str b)
{
	while (a.n && b.n)
		if (fold(next_char(&a)) != fold(next_char(&b)))
			return false;
	return a.n == b.n;
}

const char *
attach_name_why_not(struct str name)
{
	size_t i;

	if (name.n == 0)
		return "is empty";
	if (!utf8_valid(name))
		return "is not UTF-8";
	if (!utf8_xml_ok(name))
		return "holds a character that XML does not allow";
	if (utf8_chars(name) > LIMIT_FILE_NAME)
		return "is longer than 255 characters";
	for (i = 0; i < name.n; i++)
		if ((unsigned char)name.p[i] < 0x20 || name.p[i] == 0x7F ||
		    strchr("\"#%&*:<>?/\\{|}~", name.p[i]))
			return "holds one of the characters \" # % & * : < > ? / \\ { | } ~ or a "
			    "control character";
	if (strchr(". ", name.p[0]) || strchr(". ", name.p[name.n - 1]))
		return "begins or ends with a dot or a blank";
	for (i = 0; i + 1 < name.n; i++)
		if (name.p[i] == '.' && name.p[i + 1] == '.')
			return "holds two dots in a row";
	return NULL;
}
_Static_assert(LIMIT_FILE_NAME == 255, "said above");

bool
attach_is_offered(const struct list *l)
{
	return l->kind != KIND_DOCUMENTS;
}

/* ---- what an item says of its files ---- */

bool
attached_next(struct str files, size_t *at, struct attached *out)
{
	struct property p;
	struct str rest, guid, version;
	uint64_t n;

	while (bag_next(files, at, &p)) {
		guid = str_cut(p.value, ',', &rest);
		version = str_cut(rest, ',', &rest);
		out->name = p.name;
		if (!guid_parse(guid, &out->guid) || !version.p || !rest.p ||
		    !num_u64(version, UINT32_MAX, &n) ||
		    !num_u64(rest, UINT64_MAX - 1, &out->size))
			continue; /* nothing of ours */
		out->version = (uint32_t)n;
		return true;
	}
	return false;
}

bool
attached_find(struct str files, struct str name, struct attached *out)
{
	size_t at = 0;

	while (attached_next(files, &at, out))
		if (attached_is_same_name(out->name, name))
			return true;
	return false;
}

struct str
attached_value(struct arena *a, const struct file *f)
{
	char guid[39];

	return arena_fmt(a, "%s,%" PRIu32 ",%" PRIu64, guid_fmt(&f->guid, GUID_BRACES, guid),
	    f->version, f->size);
}

char *
attached_token(const struct attached *f, char out[ATTACHED_TOKEN])
{
	char guid[39];

	snprintf(out, ATTACHED_TOKEN, "%s,%" PRIu32, guid_fmt(&f->guid, GUID_BRACES, guid),
	    f->version);
	return out;
}
