/*
 * docname.c -- names and paths of the files and folders of a document library.
 */
#include "docname.h"

#include <stdint.h>

#include "limits.h"
#include "utf8.h"

static const char *
holds(char c)
{
	static const struct {
		char c;
		const char *why;
	} forbidden[] = {
		{ '"', "holds a '\"', which no file name can" },
		{ '*', "holds a '*', which no file name can" },
		{ ':', "holds a ':', which no file name can" },
		{ '<', "holds a '<', which no file name can" },
		{ '>', "holds a '>', which no file name can" },
		{ '?', "holds a '?', which no file name can" },
		{ '/', "holds a '/', which parts folders" },
		{ '\\', "holds a '\\', which parts folders" },
		{ '|', "holds a '|', which no file name can" },
	};
	size_t i;

	for (i = 0; i < sizeof(forbidden) / sizeof(forbidden[0]); i++)
		if (forbidden[i].c == c)
			return forbidden[i].why;
	return (unsigned char)c < 0x20 || c == 0x7F ? "holds a control character" : NULL;
}

const char *
docname_wrong(struct str name)
{
	const char *why = NULL;
	size_t i;

	if (!name.n)
		return "is empty";
	for (i = 0; i < name.n && !why; i++)
		why = holds(name.p[i]);
	if (why)
		return why;
	if (!utf8_valid(name) || !utf8_xml_ok(name))
		return "holds characters that cannot be sent";
	if (name.p[0] == ' ' || name.p[name.n - 1] == ' ')
		return "begins or ends with a blank";
	if (name.p[0] == '.' || name.p[name.n - 1] == '.')
		return "begins or ends with a dot";
	return utf8_chars(name) > LIMIT_FILE_NAME ? "is longer than 255 characters" : NULL;
}

const char *
docname_path_wrong(struct str path)
{
	struct str rest = path;
	const char *why = NULL;

	if (path.n > LIMIT_INNER_BYTES)
		return "is longer than 500 bytes";
	while (path.n && rest.p && !why)
		why = docname_wrong(str_cut(rest, '/', &rest));
	/* not the bare reason: it is a part that is empty */
	return why && strcmp(why, "is empty") == 0 ?
	    "begins or ends with a '/', or has two in a row" : why;
}

void
docname_split(struct str path, struct str *dir, struct str *leaf)
{
	size_t n = path.n;

	while (n && path.p[n - 1] != '/')
		n--;
	*dir = (struct str){ path.p, n ? n - 1 : 0 };
	*leaf = (struct str){ path.p + n, path.n - n };
}

bool
docname_is_below(struct str path, struct str dir)
{
	if (!dir.n || str_eq(path, dir))
		return true;
	return path.n > dir.n && memcmp(path.p, dir.p, dir.n) == 0 && path.p[dir.n] == '/';
}

/* A character of two bytes in lower case: the letters that lie 32 or 80 apart. */
static uint32_t
lower(uint32_t c)
{
	if ((c >= 0xC0 && c <= 0xDE && c != 0xD7) ||    /* Latin-1 */
	    (c >= 0x391 && c <= 0x3A9 && c != 0x3A2) || /* Greek */
	    (c >= 0x410 && c <= 0x42F))                 /* Cyrillic */
		return c + 32;
	return c >= 0x400 && c <= 0x40F ? c + 80 : c;
}

static void
add_folded(struct hash *h, struct str s)
{
	char out[4];
	size_t i, n;

	for (i = 0; i < s.n; i += n) {
		unsigned char u = (unsigned char)s.p[i];

		n = 1;
		if (u < 0x80) {
			out[0] = u >= 'A' && u <= 'Z' ? (char)(u - 'A' + 'a') : (char)u;
			hash_add(h, out, 1);
		} else if (u >= 0xC2 && u <= 0xDF && i + 1 < s.n) {
			n = 2;
			hash_add(h, out, utf8_put(out, lower((uint32_t)(u & 0x1F) << 6 |
			    ((unsigned char)s.p[i + 1] & 0x3F))));
		} else {
			hash_add(h, &s.p[i], 1);
		}
	}
}

void
docname_uid(struct hash *h, struct str dir, struct str leaf, struct guid *out)
{
	unsigned char digest[HASH_LEN];

	hash_start(h);
	add_folded(h, dir);
	hash_add(h, "/", 1);
	add_folded(h, leaf);
	hash_end(h, digest);
	memcpy(out->b, digest, sizeof(out->b));
}
