/*
 * wire_user.c -- persons as User values. MS-LISTSWS 2.2.4 (ExpandUserField),
 * MS-OUTSPS 3.2.4.2.6 (AssignedTo).
 *
 * "12;#Doe,, Jane,#jane,#jane@example.org,#,#Jane" has a number, and behind ";#"
 * parts with ",#" between; a comma of a part's own is doubled. What clients
 * send leaves parts out, or is "12;#jane@example.org,Jane" or "-1;#jane".
 */
#include "lists/wire.h"

#include "access.h"
#include "num.h"

enum { PART_NAME, PART_LOGIN, PART_MAIL, PARTS };

/* ---- out ---- */

static struct str
doubled(struct arena *a, struct str s)
{
	char *out = arena_get(a, 2 * s.n + 1);
	size_t i, n = 0;

	for (i = 0; i < s.n; i++) {
		out[n++] = s.p[i];
		if (s.p[i] == ',')
			out[n++] = ',';
	}
	return (struct str){ out, n };
}

struct str
wire_put_user(struct arena *a, const struct person *p, bool is_expanded)
{
	struct str name;

	if (!is_expanded)
		return arena_fmt(a, "%u;#%.*s", (unsigned)p->id, STR_ARG(p->name));
	name = doubled(a, p->name);
	return arena_fmt(a, "%u;#%.*s,#%.*s,#%.*s,#,#%.*s", (unsigned)p->id, STR_ARG(name),
	    STR_ARG(doubled(a, p->login)), STR_ARG(doubled(a, p->mail)), STR_ARG(name));
}

/* ---- in ---- */

/* What was sent: number 0 when there is none, parts empty when they are. */
struct sent {
	uint64_t number;
	struct str part[PARTS];
	bool has_more;              /* another person behind */
};

/* ";#" at i: behind it a second person, or the end of a list. */
static bool
is_joint(struct str s, size_t i)
{
	return i + 1 < s.n && s.p[i] == ';' && s.p[i + 1] == '#';
}

/* The next part, commas single again; *i stands behind its ",#". False: a bare comma ended it. */
static bool
read_part(struct arena *a, struct str s, size_t *i, struct str *out)
{
	char *to = arena_get(a, s.n + 1);
	size_t n = 0;

	while (*i < s.n && !is_joint(s, *i)) {
		if (s.p[*i] == ',' && *i + 1 < s.n && s.p[*i + 1] == '#')
			break;
		if (s.p[*i] == ',' && (*i + 1 == s.n || s.p[*i + 1] != ','))
			break;
		if (s.p[*i] == ',')
			++*i;
		to[n++] = s.p[(*i)++];
	}
	*out = str_trim((struct str){ to, n });
	if (*i >= s.n || s.p[*i] != ',')
		return true;
	++*i;
	if (*i < s.n && s.p[*i] == '#') {
		++*i;
		return true;
	}
	return false;
}

static void
read_sent(struct arena *a, struct str text, struct sent *out)
{
	struct str s = str_trim(text), head;
	size_t at = 0, i;
	bool is_address;

	*out = (struct sent){ .number = 0 };
	for (i = 0; i < PARTS; i++)
		out->part[i] = STR("");
	while (at < s.n && !is_joint(s, at))
		at++;
	head = (struct str){ s.p, at };
	if (num_u64(head, INT32_MAX, &out->number) || str_eq(head, STR("-1")))
		at += at < s.n ? 2 : 0;
	else
		at = 0; /* a name or a login alone */
	for (i = 0; i < PARTS && at < s.n && !is_joint(s, at); i++) {
		if (read_part(a, s, &at, &out->part[i]))
			continue;
		/* "mail,Name" */
		is_address = memchr(out->part[i].p, '@', out->part[i].n) != NULL;
		if (is_address)
			out->part[PART_MAIL] = out->part[i];
		(void)read_part(a, s, &at, &out->part[PART_NAME]);
		break;
	}
	out->has_more = is_joint(s, at) && at + 2 < s.n;
}

static bool
by_text(struct arena *a, struct people *people, struct str s, struct person *out)
{
	if (!people) /* what stands for a person is kept to the letter */
		return people_find(NULL, PERSON_BY_LOGIN, s, out);
	return people_find(people, PERSON_BY_LOGIN, s, out) ||
	    people_find(people, PERSON_BY_LOGIN, access_login(a, s), out) ||
	    people_find(people, PERSON_BY_MAIL, s, out);
}

static bool
find(struct arena *a, struct people *people, const struct sent *s, struct person *out)
{
	struct str number = s->number ? arena_fmt(a, "%u", (unsigned)s->number) : STR("");

	return by_text(a, people, s->part[PART_LOGIN], out) ||
	    people_find(people, PERSON_BY_ID, number, out) ||
	    (people && by_text(a, people, s->part[PART_MAIL], out)) ||
	    by_text(a, people, s->part[PART_NAME], out);
}

bool
wire_get_user(struct arena *a, struct people *people, struct str text,
    const struct person **out, const char **why)
{
	struct person found, *p;
	struct sent s;

	read_sent(a, text, &s);
	*why = "this field holds one person only. Choose one.";
	if (s.has_more)
		return false;
	*why = "no user of this site is known by that. Choose somebody who is.";
	if (!find(a, people, &s, &found))
		return false;
	p = ARENA_NEW(a, struct person);
	*p = (struct person){ .id = found.id, .login = arena_dup(a, found.login),
		.name = arena_dup(a, found.name), .mail = arena_dup(a, found.mail) };
	*out = p;
	return true;
}
