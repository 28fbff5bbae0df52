/*
 * fragment.c -- XML that is the text of a field: a few elements without one root.
 */
#include "lists/fragment.h"

#include "utf8.h"

#define WRITE_MAX 65536 /* bytes; ours are some hundred */
#define ROOT "fragment"

/* Behind the next `end` from i on. */
static size_t
behind(struct str s, size_t i, const char *end)
{
	size_t n = strlen(end);

	for (; i + n <= s.n; i++)
		if (memcmp(s.p + i, end, n) == 0)
			return i + n;
	return s.n;
}

/* "<?xml ...?>" may begin a document, but nothing inside of one. */
static struct str
without_declaration(struct str s)
{
	size_t end;

	s = str_trim(s);
	if (s.n < 6 || memcmp(s.p, "<?xml", 5) != 0 || !strchr(" \t\r\n", s.p[5]))
		return s;
	end = behind(s, 5, "?>");
	return (struct str){ s.p + end, s.n - end };
}

struct xnode *
fragment_read(
    struct arena *a, struct str text, size_t max, const char *what, const char **why)
{
	struct str inner = without_declaration(text), whole;
	struct xnode *root = NULL;
	struct err e;
	char *p;

	if (inner.n > max) {
		*why = arena_fmt(a, "%s is longer than %zu bytes", what, max).p;
		return NULL;
	}
	/* the reader would drop them, and fragment_without would see other tags than it */
	if (!utf8_valid(inner) || !utf8_xml_ok(inner)) {
		*why = arena_fmt(a, "%s is no well-formed XML: it holds a character that XML "
		    "forbids, or is no UTF-8", what).p;
		return NULL;
	}
	whole.n = inner.n + 2 * sizeof(ROOT) + 3;
	whole.p = p = arena_get(a, whole.n);
	p = stpcpy(stpcpy(p, "<" ROOT), ">");
	if (inner.n)
		memcpy(p, inner.p, inner.n);
	memcpy(p + inner.n, "</" ROOT ">", sizeof(ROOT) + 2);
	if (xmlr_parse(a, whole, "utf-8", &root, &e) != OK) {
		*why = arena_fmt(a, "%s is no well-formed XML: %s", what, e.peer).p;
		return NULL;
	}
	return root;
}

bool
fragment_bool(struct str s, bool *out)
{
	s = str_trim(s);
	*out = str_ieq(s, STR("true")) || str_eq(s, STR("1"));
	return *out || s.n == 0 || str_ieq(s, STR("false")) || str_eq(s, STR("0"));
}

/* ------------------------------------------------------------------- cutting out */

/* Behind a tag that begins at i; a '>' in a quoted value does not end it. */
static size_t
behind_tag(struct str s, size_t i)
{
	char quote = 0;

	for (; i < s.n; i++) {
		if (quote) {
			if (s.p[i] == quote)
				quote = 0;
		} else if (s.p[i] == '"' || s.p[i] == '\'') {
			quote = s.p[i];
		} else if (s.p[i] == '>') {
			return i + 1;
		}
	}
	return s.n;
}

static bool
begins(struct str s, size_t i, const char *with)
{
	return s.n - i >= strlen(with) && memcmp(s.p + i, with, strlen(with)) == 0;
}

/* The tag at i opens an element of that local name. */
static bool
is_named(struct str s, size_t i, const char *name)
{
	struct str tag = { s.p + i + 1, 0 }, local;

	while (i + 1 + tag.n < s.n && !strchr(" \t\r\n/>", tag.p[tag.n]))
		tag.n++;
	tag = str_cut(tag, ':', &local);
	return str_eq(local.p ? local : tag, str_of(name));
}

/* Behind a comment, CDATA or instruction at i, which holds no tags; i if none is there. */
static size_t
behind_other(struct str s, size_t i)
{
	if (begins(s, i, "<!--"))
		return behind(s, i + 4, "-->");
	if (begins(s, i, "<![CDATA["))
		return behind(s, i + 9, "]]>");
	return begins(s, i, "<?") ? behind(s, i + 2, "?>") : i;
}

/* s is well-formed. */
struct str
fragment_without(struct arena *a, struct str s, const char *name)
{
	size_t i = 0, end, from = 0, kept = 0;
	int depth = 0, cut_depth = -1;
	char *out = NULL;

	while (i < s.n) {
		const char *at = memchr(s.p + i, '<', s.n - i);

		if (!at)
			break;
		i = (size_t)(at - s.p);
		end = behind_other(s, i);
		if (end != i) {
			i = end;
			continue;
		}
		end = behind_tag(s, i);
		if (s.p[i + 1 < s.n ? i + 1 : i] == '/') {
			depth--;
		} else {
			if (depth == 0 && cut_depth < 0 && is_named(s, i, name)) {
				if (!out)
					out = arena_get(a, s.n + 1);
				memcpy(out + kept, s.p + from, i - from);
				kept += i - from;
				cut_depth = 0;
			}
			depth += s.p[end - 2] != '/';
		}
		if (cut_depth == depth) {
			from = end;
			cut_depth = -1;
		}
		i = end;
	}
	if (!out)
		return s;
	memcpy(out + kept, s.p + from, s.n - from);
	return (struct str){ out, kept + s.n - from };
}

/* ------------------------------------------------------------------------ writing */

static bool
to_buf(void *arg, const char *p, size_t n)
{
	buf_add(arg, p, n);
	return true;
}

void
fragment_begin(struct fragment *f)
{
	buf_init(&f->b, WRITE_MAX);
	f->sink = (struct sink){ .write = to_buf, .arg = &f->b };
	xmlw_init(&f->w, &f->sink, XMLW_XML);
}

struct str
fragment_end(struct arena *a, struct fragment *f)
{
	struct str text = STR("");

	if (xmlw_end(&f->w) && !f->b.failed)
		text = arena_dup(a, buf_str(&f->b));
	buf_clear(&f->b);
	return text;
}
