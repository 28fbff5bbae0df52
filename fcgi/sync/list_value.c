/*
 * list_value.c -- values of a provider file that are neither fields nor places
 * in the database: words, numbers, zones, rights.
 */
#include "list_read.h"

#include "access.h"
#include "near.h"
#include "num.h"
#include "utf8.h"

#define TITLE_MAX 255 /* characters: what a list's title may have */

static void *
member(struct reader *r, const struct list_key *k)
{
	return (char *)r->list + k->to;
}

void
read_line(struct reader *r, const struct list_key *k, const struct ini_entry *e)
{
	const char **to = member(r, k);

	if (!utf8_valid(e->value) || !utf8_xml_ok(e->value)) {
		READ_PROBLEM(r, e, "the text holds bytes that are no UTF-8, or control "
		    "characters; save the file as UTF-8");
		return;
	}
	if (!e->value.n && (k->flags & KEY_REQUIRED)) {
		READ_PROBLEM(r, e, "is empty; expected %s", k->help);
		return;
	}
	if (utf8_chars(e->value) > TITLE_MAX) {
		READ_PROBLEM(r, e, "has %zu characters; at most %d are allowed",
		    utf8_chars(e->value), TITLE_MAX);
		return;
	}
	*to = arena_dup(r->arena, e->value).p;
}

void
read_guid(struct reader *r, const struct list_key *k, const struct ini_entry *e)
{
	static const struct guid zero;
	struct guid *to = member(r, k);

	if (!guid_parse(e->value, to))
		READ_PROBLEM(r, e, "\"%.*s\" is no GUID; expected 32 hexadecimal digits as in "
		    "{7765B84F-6D32-4D31-B28E-6BC615D2F187} "
		    "(`cat /proc/sys/kernel/random/uuid` makes one)",
		    STR_ARG(e->value));
	else if (guid_eq(to, &zero))
		READ_PROBLEM(r, e, "is all zeros; every list needs a GUID of its own "
		    "(`cat /proc/sys/kernel/random/uuid` makes one)");
}

static bool
holds(const char *list, struct str word)
{
	struct str rest = str_of(list), item;

	while (read_item(&rest, &item))
		if (item.n && str_ieq(item, word))
			return true;
	return false;
}

/* "triggers, scan": the words that this version serves. */
static const char *
words(struct reader *r, const struct list_key *k)
{
	struct str all = STR("");

	for (size_t i = 0; k->word[i]; i++)
		if (!k->later || !holds(k->later, str_of(k->word[i])))
			all = arena_fmt(r->arena, "%s%s%s", all.p, all.n ? ", " : "",
			    k->word[i]);
	return all.p;
}

/* " (did you mean X?)" or "" */
static const char *
nearest(struct reader *r, const char *const *word, struct str s)
{
	struct near n;

	near_init(&n, s);
	for (; *word; word++)
		near_try(&n, *word);
	return n.best ? arena_fmt(r->arena, " (did you mean %s?)", n.best).p : "";
}

void
read_word(struct reader *r, const struct list_key *k, const struct ini_entry *e)
{
	unsigned *to = member(r, k); /* the enumerations of list.h have no negative member */

	for (unsigned i = 0; k->word[i]; i++) {
		if (!str_ieq(e->value, str_of(k->word[i])))
			continue;
		if (k->later && holds(k->later, e->value))
			READ_PROBLEM(r, e, "\"%s\" is not yet served by this version; "
			    "what is: %s", k->word[i], words(r, k));
		else if (k->to == offsetof(struct list, kind))
			r->has_type = true;
		*to = i;
		return;
	}
	READ_PROBLEM(r, e, "\"%.*s\" is not one of: %s%s", STR_ARG(e->value),
	    words(r, k), nearest(r, k->word, e->value));
}

void
read_number(struct reader *r, const struct list_key *k, const struct ini_entry *e)
{
	int64_t *to = member(r, k);

	if (!num_i64(e->value, k->lo, k->hi, to))
		READ_PROBLEM(r, e, "\"%.*s\" is not a whole number from %lld to %lld (seconds)",
		    STR_ARG(e->value), (long long)k->lo, (long long)k->hi);
}

void
read_percent(struct reader *r, const struct list_key *k, const struct ini_entry *e)
{
	int *to = member(r, k);
	struct str s = e->value;
	int64_t n;

	if (s.n && s.p[s.n - 1] == '%')
		s = str_trim((struct str){ s.p, s.n - 1 });
	if (!num_i64(s, k->lo, k->hi, &n))
		READ_PROBLEM(r, e, "\"%.*s\" is not a share from %lld%% to %lld%%",
		    STR_ARG(e->value), (long long)k->lo, (long long)k->hi);
	else
		*to = (int)n;
}

void
read_zone(struct reader *r, const struct list_key *k, const struct ini_entry *e)
{
	const char **to = member(r, k);
	struct err err = { 0 };

	*to = arena_dup(r->arena, e->value).p;
	r->list->zone = zone_open(*to, &err);
	if (!r->list->zone)
		READ_PROBLEM(r, e, "\"%s\" is not a time zone of this machine; expected a name "
		    "such as Europe/Berlin or UTC (`timedatectl list-timezones` shows them)",
		    *to);
}

void
read_column(struct reader *r, const struct list_key *k, const struct ini_entry *e)
{
	const char **to = member(r, k);

	if (read_name(r, e, "column of the view", e->value, to) && (k->flags & KEY_LATER)) {
		*to = NULL;
		READ_PROBLEM(r, e, "rows of single users are not yet served by this version; "
		    "take the key out, or filter in the view");
	}
}

void
read_allow(struct reader *r, const struct list_key *k, const struct ini_entry *e)
{
	static const struct { const char *word; unsigned bit; } bits[] = {
		{ "insert", ALLOW_INSERT }, { "update", ALLOW_UPDATE },
		{ "delete", ALLOW_DELETE },
	};
	struct str rest = e->value, item;
	unsigned *to = member(r, k);

	*to = 0;
	while (read_item(&rest, &item)) {
		unsigned bit = 0;

		for (size_t i = 0; i < sizeof bits / sizeof bits[0]; i++)
			if (str_ieq(item, str_of(bits[i].word)))
				bit = bits[i].bit;
		if (!bit)
			READ_PROBLEM(r, e, "\"%.*s\" is not one of: %s%s", STR_ARG(item),
			    words(r, k), nearest(r, k->word, item));
		else if (*to & bit)
			READ_PROBLEM(r, e, "\"%.*s\" stands there twice; name it once",
			    STR_ARG(item));
		*to |= bit;
	}
}

/* VALUE of `set COLUMN=VALUE`: NULL, 'text' or text. */
static struct str
set_value(struct reader *r, struct str s)
{
	if (str_eq(s, STR("NULL")))
		return STR_NULL;
	if (s.n >= 2 && (s.p[0] == '\'' || s.p[0] == '"') && s.p[s.n - 1] == s.p[0])
		s = (struct str){ s.p + 1, s.n - 2 };
	return arena_dup(r->arena, s);
}

void
read_delete(struct reader *r, const struct list_key *k, const struct ini_entry *e)
{
	struct str s = e->value, value, column;

	(void)k;
	if (str_ieq(s, STR("row")))
		return;
	if (s.n < 4 || strncasecmp(s.p, "set", 3) != 0 || !strchr(" \t", s.p[3])) {
		READ_PROBLEM(r, e, "\"%.*s\" is not understood; expected `row`, or `set "
		    "COLUMN=VALUE` to mark the row instead of removing it", STR_ARG(s));
		return;
	}
	column = str_trim(str_cut((struct str){ s.p + 4, s.n - 4 }, '=', &value));
	if (!value.p) {
		READ_PROBLEM(r, e, "\"%.*s\" lacks the value; expected `set COLUMN=VALUE`, "
		    "e.g. `set is_deleted=1`", STR_ARG(s));
		return;
	}
	if (read_name(r, e, "column of the view", column, &r->list->delete_set))
		r->list->delete_set_value = set_value(r, str_trim(value));
}

/* One name of an access line: mapped as a login, or "" with the problem said. */
static struct str
access_name(struct reader *r, const struct list_key *k, const struct ini_entry *e, struct str item)
{
	bool is_write = k->to == offsetof(struct list, write_access);
	struct str login;

	if (!item.n) {
		READ_PROBLEM(r, e, "\"%.*s\" holds an empty name; take the extra comma out",
		    STR_ARG(e->value));
		return STR("");
	}
	if (item.p[0] == '@') {
		READ_PROBLEM(r, e, "groups (\"%.*s\") are not yet served by this version; "
		    "name the users", STR_ARG(item));
		return STR("");
	}
	if (is_write && str_ieq(item, STR("anonymous"))) {
		READ_PROBLEM(r, e, "nobody can write without having signed in; expected "
		    "users, or * for everybody who may read and has signed in");
		return STR("");
	}
	login = access_login(r->arena, item);
	if (!login.n || login.n > LIMIT_LOGIN_BYTES || !utf8_valid(login))
		READ_PROBLEM(r, e, "\"%.*s\" is no user's name; expected user, user@REALM or "
		    "DOMAIN\\user of at most %d bytes", STR_ARG(item), LIMIT_LOGIN_BYTES);
	return login;
}

void
read_access(struct reader *r, const struct list_key *k, const struct ini_entry *e)
{
	const char **to = member(r, k);
	struct str rest = e->value, item, all = STR("");

	while (e->value.n && read_item(&rest, &item)) {
		struct str login = access_name(r, k, e, item);

		if (login.n)
			all = arena_fmt(r->arena, "%s%s%.*s", all.p, all.n ? ", " : "",
			    STR_ARG(login));
	}
	*to = all.p;
	if (!e->value.n && (k->flags & KEY_REQUIRED))
		READ_PROBLEM(r, e, "is empty: nobody could see the list; expected %s", k->help);
}

void
read_readonly(struct reader *r, const struct list_key *k, const struct ini_entry *e)
{
	(void)k;
	r->readonly = e;
}
