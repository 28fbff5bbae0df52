/*
 * access.c -- who may do what: [access] of the provider file, narrowed by
 * what [write] allows at all.
 *
 * A name in `write` may read, too. `*` in `write` means everybody who may
 * read, so that `read = alice` with `write = *` opens the list to nobody else.
 */
#include "access.h"

struct str
access_login(struct arena *a, struct str remote_user)
{
	struct str s = str_trim(remote_user), rest, out;
	char *p;

	for (;;) {
		struct str head = str_cut(s, '\\', &rest);

		(void)head; /* the domain */
		if (!rest.p)
			break;
		s = rest;
	}
	s = str_cut(s, '@', &rest);
	p = arena_get(a, s.n + 1);
	for (size_t i = 0; i < s.n; i++)
		p[i] = (char)(s.p[i] >= 'A' && s.p[i] <= 'Z' ? s.p[i] + ('a' - 'A') : s.p[i]);
	out = (struct str){ p, s.n };
	return out;
}

/* Does the comma-separated list name that word? Names stand there mapped (list_value.c). */
static bool
names(const char *list, struct str word)
{
	struct str rest = str_of(list);

	while (rest.p) {
		struct str item = str_trim(str_cut(rest, ',', &rest));

		if (item.n && str_ieq(item, word))
			return true;
	}
	return false;
}

static unsigned
allowed(const struct list *l)
{
	unsigned rights = 0;

	if (l->write == WRITE_NONE)
		return 0;
	if (l->allow & ALLOW_INSERT)
		rights |= RIGHT_INSERT;
	if (l->allow & ALLOW_UPDATE)
		rights |= RIGHT_UPDATE;
	if (l->allow & ALLOW_DELETE)
		rights |= RIGHT_DELETE;
	return rights;
}

unsigned
access_rights(const struct list *l, const struct principal *who)
{
	bool may_read = names(l->read, STR("anonymous"));

	if (!who->login.n)
		return may_read ? RIGHT_READ : 0;
	/* a login "*" or "anonymous" is a name like any other, not the word */
	if (str_eq(who->login, STR("*")) || str_eq(who->login, STR("anonymous")))
		return may_read || names(l->read, STR("*")) ? RIGHT_READ : 0;
	may_read = may_read || names(l->read, STR("*")) || names(l->read, who->login);
	if (names(l->write_access, who->login))
		return RIGHT_READ | allowed(l);
	if (!may_read)
		return 0;
	return RIGHT_READ | (names(l->write_access, STR("*")) ? allowed(l) : 0);
}
