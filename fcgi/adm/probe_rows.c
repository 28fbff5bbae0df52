/*
 * probe_rows.c -- z:row elements of a well-formed answer, read as text.
 *
 * Known to be well-formed: xmlr has parsed it before. '<' cannot stand in a
 * value and '>' ends a tag only outside of quotes.
 */
#include "probe_rows.h"

bool
rows_next(struct row_scan *s, struct str *attributes)
{
	static const char tag[] = "<z:row";
	size_t end, len = sizeof(tag) - 1;
	const char *p = s->text.p;
	char quote = '\0';

	for (; s->at + len < s->text.n; s->at++) {
		const char *hit = memchr(p + s->at, '<', s->text.n - s->at);

		if (!hit)
			return false;
		s->at = (size_t)(hit - p);
		if (s->at + len >= s->text.n || memcmp(hit, tag, len) != 0 ||
		    !strchr(" \t\r\n/>", hit[len]))
			continue;
		for (end = s->at + len; end < s->text.n; end++) {
			if (quote)
				quote = p[end] == quote ? '\0' : quote;
			else if (p[end] == '"' || p[end] == '\'')
				quote = p[end];
			else if (p[end] == '>')
				break;
		}
		*attributes = (struct str){ hit + len, end - s->at - len };
		s->at = end;
		return true;
	}
	return false;
}

bool
rows_attribute(struct str a, size_t *at, struct str *name, struct str *value)
{
	size_t i = *at, from;

	while (i < a.n && strchr(" \t\r\n/", a.p[i]))
		i++;
	for (from = i; i < a.n && a.p[i] != '=' && !strchr(" \t\r\n", a.p[i]); i++)
		;
	*name = (struct str){ a.p + from, i - from };
	while (i < a.n && a.p[i] != '"' && a.p[i] != '\'')
		i++;
	if (i >= a.n || !name->n)
		return false;
	for (from = i + 1, i++; i < a.n && a.p[i] != a.p[from - 1]; i++)
		;
	*value = (struct str){ a.p + from, i - from };
	*at = i + 1;
	return true;
}

struct str
rows_value(struct str attributes, const char *name)
{
	struct str n, v, want = str_of(name);
	size_t at = 0;

	while (rows_attribute(attributes, &at, &n, &v))
		if (str_eq(n, want))
			return v;
	return STR_NULL;
}
