/*
 * probe_link.c -- find stssync:// links in a page and take them apart as
 * Outlook does. MS-STSSYN 2.1, 2.2.
 */
#include "probe.h"


#include "buf.h"

#define LINK_BYTES 2048 /* more is refused; above 500 it is risky */

static const struct {
	const char *name, *text;
} entities[] = {
	{ "&amp;", "&" }, { "&quot;", "\"" }, { "&lt;", "<" }, { "&gt;", ">" },
	{ "&#38;", "&" }, { "&#x26;", "&" }, { "&#39;", "'" }, { "&apos;", "'" },
	{ "&#91;", "[" }, { "&#93;", "]" }, { "&#124;", "|" },
};

static struct str
unescape_html(struct arena *a, struct str s)
{
	char *out = arena_get(a, s.n + 1);
	size_t i = 0, j, n = 0;

	while (i < s.n) {
		for (j = 0; j < sizeof(entities) / sizeof(entities[0]); j++) {
			struct str e = str_of(entities[j].name);

			if (s.n - i >= e.n && str_ieq((struct str){ s.p + i, e.n }, e)) {
				out[n++] = entities[j].text[0];
				i += e.n;
				break;
			}
		}
		if (j == sizeof(entities) / sizeof(entities[0]))
			out[n++] = s.p[i++];
	}
	return (struct str){ out, n };
}

bool
link_next(struct arena *a, struct str html, size_t *at, struct str *raw)
{
	static const struct str scheme = { "stssync:", 8 };
	size_t i, end;
	char quote;

	for (i = *at; i + scheme.n <= html.n; i++) {
		if (!str_ieq((struct str){ html.p + i, scheme.n }, scheme))
			continue;
		quote = i ? html.p[i - 1] : '\0';
		if (quote != '"' && quote != '\'') /* words about links, not a link */
			continue;
		for (end = i; end < html.n && html.p[end] != quote; end++)
			;
		*at = end;
		*raw = unescape_html(a, (struct str){ html.p + i, end - i });
		return true;
	}
	*at = html.n;
	return false;
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Percent signs only. NULL p: a '%' without two hex digits. */
static struct str
unpercent(struct arena *a, struct str s)
{
	char *out = arena_get(a, s.n + 1);
	size_t i, n = 0;

	for (i = 0; i < s.n; i++) {
		int hi, lo;

		if (s.p[i] != '%') {
			out[n++] = s.p[i];
			continue;
		}
		if (i + 2 >= s.n || (hi = hex_value(s.p[i + 1])) < 0 ||
		    (lo = hex_value(s.p[i + 2])) < 0)
			return STR_NULL;
		out[n++] = (char)(hi * 16 + lo);
		i += 2;
	}
	return (struct str){ out, n };
}

static void
add_utf8(struct buf *b, unsigned c)
{
	char u[4];

	if (c < 0x80) {
		u[0] = (char)c;
		buf_add(b, u, 1);
	} else if (c < 0x800) {
		u[0] = (char)(0xC0 | c >> 6);
		u[1] = (char)(0x80 | (c & 63));
		buf_add(b, u, 2);
	} else if (c < 0x10000) {
		u[0] = (char)(0xE0 | c >> 12);
		u[1] = (char)(0x80 | (c >> 6 & 63));
		u[2] = (char)(0x80 | (c & 63));
		buf_add(b, u, 3);
	} else {
		u[0] = (char)(0xF0 | c >> 18);
		u[1] = (char)(0x80 | (c >> 12 & 63));
		u[2] = (char)(0x80 | (c >> 6 & 63));
		u[3] = (char)(0x80 | (c & 63));
		buf_add(b, u, 4);
	}
}

/* "[00FC00DF]" at s.p[*i]: UTF-16 code units. False: not whole groups of four digits. */
static bool
add_run(struct buf *b, struct str s, size_t *i)
{
	unsigned high = 0, u;
	size_t k;

	for ((*i)++; *i < s.n && s.p[*i] != ']'; *i += 4) {
		if (*i + 4 > s.n)
			return false;
		for (u = 0, k = 0; k < 4; k++) {
			int v = hex_value(s.p[*i + k]);

			if (v < 0)
				return false;
			u = u * 16 + (unsigned)v;
		}
		if (u >= 0xD800 && u < 0xDC00 && !high)
			high = u;
		else if (u >= 0xDC00 && u < 0xE000 && high)
			add_utf8(b, 0x10000 + ((high - 0xD800) << 10) + (u - 0xDC00)), high = 0;
		else if ((u >= 0xD800 && u < 0xE000) || high)
			return false;
		else
			add_utf8(b, u);
	}
	return *i < s.n && !high;
}

/* A value as text. NULL p: not decodable. */
static struct str
decode(struct arena *a, struct str value)
{
	struct str s = unpercent(a, value);
	bool is_good = s.p != NULL;
	struct str out;
	struct buf b;
	size_t i;

	buf_init(&b, LINK_BYTES * 4);
	for (i = 0; is_good && i < s.n; i++) {
		if (s.p[i] == '|')
			is_good = ++i < s.n;
		else if (s.p[i] == '[') {
			is_good = add_run(&b, s, &i);
			continue;
		}
		if (is_good)
			buf_add(&b, s.p + i, 1);
	}
	out = is_good && !b.failed ? arena_dup(a, buf_str(&b)) : STR_NULL;
	buf_clear(&b);
	return out;
}

/* "1.1": one or two digits, a dot, "0" or one or two digits; no leading zeros. */
static bool
version_ok(struct str v)
{
	struct str minor, major = str_cut(v, '.', &minor);
	size_t i;

	if (!minor.p || !major.n || major.n > 2 || !minor.n || minor.n > 2 ||
	    major.p[0] == '0' || (minor.n == 2 && minor.p[0] == '0'))
		return false;
	for (i = 0; i < v.n; i++)
		if (v.p[i] != '.' && (v.p[i] < '0' || v.p[i] > '9'))
			return false;
	return true;
}

static bool
type_ok(struct str t)
{
	static const char *const known[] = {
		"calendar", "contacts", "tasks", "discussions", "documents"
	};
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (str_ieq(t, str_of(known[i])))
			return true;
	return false;
}

static const char *
check(const struct link *l)
{
	struct guid g;

	if (!version_ok(l->ver))
		return "its version is not of the form 1.1";
	if (!type_ok(l->type))
		return "its type is not calendar, contacts, tasks, discussions or documents";
	if (!str_eq(l->cmd, STR("add-folder")))
		return "its cmd is not add-folder";
	if (!((l->base_url.n > 7 && str_ieq((struct str){ l->base_url.p, 7 }, STR("http://"))) ||
	    (l->base_url.n > 8 && str_ieq((struct str){ l->base_url.p, 8 }, STR("https://")))))
		return "its base-url is no http or https address";
	if (l->base_url.p[l->base_url.n - 1] == '/')
		return "its base-url ends in a slash, which puts two of them into the service's "
		    "address";
	if (!l->list_url.n || l->list_url.p[0] != '/')
		return "its list-url does not begin with a slash";
	if (l->guid.n != 38 || l->guid.p[0] != '{' || !guid_parse(l->guid, &g))
		return "its guid is not of the form {8-4-4-4-12 hex digits}";
	return NULL;
}

static const char *
read_fields(struct arena *a, struct str rest, struct link *l)
{
	const struct {
		const char *name;
		struct str *to;
	} fields[] = {
		{ "ver", &l->ver }, { "type", &l->type }, { "cmd", &l->cmd },
		{ "base-url", &l->base_url }, { "list-url", &l->list_url },
		{ "guid", &l->guid }, { "site-name", &l->site_name },
		{ "list-name", &l->list_name },
	};
	size_t i, n = sizeof(fields) / sizeof(fields[0]);

	while (rest.p) {
		struct str value, pair = str_cut(rest, '&', &rest);
		struct str name = str_cut(pair, '=', &value);

		for (i = 0; i < n; i++) {
			if (!str_eq(name, str_of(fields[i].name)))
				continue;
			if (fields[i].to->p)
				return arena_fmt(a, "%s stands in it twice", fields[i].name).p;
			*fields[i].to = decode(a, value);
			if (!fields[i].to->p)
				return arena_fmt(a, "its %s cannot be decoded", fields[i].name).p;
		}
	}
	for (i = 0; i < n; i++)
		if (!fields[i].to->p)
			return arena_fmt(a, "%s is missing", fields[i].name).p;
	return NULL;
}

bool
link_parse(struct arena *a, struct str raw, struct link *out, const char **why)
{
	static const struct str head = { "stssync://sts/?", 15 };
	size_t i;

	*out = (struct link){ .raw = raw };
	*why = NULL;
	if (raw.n > LINK_BYTES)
		*why = "it is longer than 2048 characters";
	else if (raw.n <= head.n || !str_ieq((struct str){ raw.p, head.n }, head))
		*why = "it does not begin with stssync://sts/?";
	for (i = 0; i < raw.n && !*why; i++)
		if ((unsigned char)raw.p[i] <= ' ' || (unsigned char)raw.p[i] > 126)
			*why = "it holds a character that is no printable ASCII";
	if (!*why)
		*why = read_fields(a, (struct str){ raw.p + head.n, raw.n - head.n }, out);
	if (!*why)
		*why = check(out);
	return !*why;
}
