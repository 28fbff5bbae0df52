/*
 * list.c -- definitions of lists from providers/<name>/provider.ini.
 *
 * One table holds every key: section, name, standard value, bounds, help. A
 * reader walks the table, so what is documented, defaulted and checked are the
 * same rows. All problems of a file are collected, then the file is refused as
 * a whole and the others go on.
 */
#include "list_read.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "near.h"

#define FILE_NAME "provider.ini"
#define NAME_MAX_BYTES 64       /* of a folder: it is part of addresses */
#define SCAN_TRIGGERS_S 3600    /* standard of the reconciling scan behind triggers */
#define WEEK_S (7 * 86400)

static const char *const kind_words[] = { "contacts", "calendar", "tasks", "discussions",
	"documents", "generic", NULL };
static const char *const track_words[] = { "triggers", "scan", NULL };
static const char *const write_words[] = { "none", "view", "procedures", NULL };
static const char *const key_from_words[] = { "auto", "uuid", "fields", "procedure", NULL };
static const char *const allow_words[] = { "insert", "update", "delete", NULL };

#define TO(m) offsetof(struct list, m)

static void read_not_yet(struct reader *r, const struct list_key *k, const struct ini_entry *e);

static const struct list_key keys[] = {
{ "provider", "name", KEY_REQUIRED, NULL, read_line, .to = TO(title),
  .help = "the list's title, as people see it" },
{ "provider", "id", KEY_REQUIRED, NULL, read_guid, .to = TO(id),
  .help = "the list's GUID; clients know the list by it, so it never changes" },
{ "provider", "type", KEY_REQUIRED, NULL, read_word, .to = TO(kind), .word = kind_words,
  .help = "what the rows are" },
{ "provider", "description", 0, "", read_line, .to = TO(description),
  .help = "a sentence about the list" },

{ "source", "view", KEY_REQUIRED, NULL, read_view,
  .help = "the view (or table), schema.view, on the server of the sync database" },
{ "source", "key", KEY_REQUIRED, NULL, read_key,
  .help = "column that tells rows apart; several with commas" },
{ "source", "owner", KEY_LATER, NULL, read_column, .to = TO(owner),
  .help = "column with the login of the user whose row it is" },
{ "source", "content_view", 0, NULL, read_content_view,
  .help = "documents: another view, with the same key, that holds the content" },
{ "source", "created", 0, NULL, read_column, .to = TO(created),
  .help = "column with the time of the row's creation" },
{ "source", "modified", 0, NULL, read_column, .to = TO(modified),
  .help = "column with the time of the row's last change" },
{ "source", "timezone", 0, "UTC", read_zone, .to = TO(zone_name),
  .help = "zone of the view's DATETIME columns" },

{ "track", "mode", 0, "triggers", read_word, .to = TO(track), .word = track_words,
  .help = "how changes are noticed" },
{ "track", "tables", 0, NULL, read_tables,
  .help = "base tables, and the columns that lead to the key" },
{ "track", "scan_every", 0, "60", read_number, .to = TO(scan_every_s), .lo = 0, .hi = WEEK_S,
  .help = "seconds between two looks at all rows; 0: at every poll" },

{ "write", "mode", 0, "none", read_word, .to = TO(write), .word = write_words,
  .later = "procedures", .help = "how clients' changes reach the rows" },
{ "write", "allow", 0, "insert, update, delete", read_allow, .to = TO(allow),
  .word = allow_words, .help = "what clients may do" },
{ "write", "delete", 0, "row", read_delete,
  .help = "what a deletion does to the row" },
{ "write", "delete_from", 0, NULL, read_delete_from,
  .help = "table to delete from when the view cannot be deleted from" },
{ "write", "readonly", 0, NULL, read_readonly,
  .help = "fields that clients may not change" },
{ "write", "insert", KEY_LATER, NULL, read_not_yet,
  .help = "procedure that makes a row" },
{ "write", "update", KEY_LATER, NULL, read_not_yet,
  .help = "procedure that changes a row" },
{ "write", "delete_call", KEY_LATER, NULL, read_not_yet,
  .help = "procedure that removes a row" },
{ "write", "key_from", 0, "auto", read_word, .to = TO(key_from), .word = key_from_words,
  .later = "procedure", .help = "where the key of a new row comes from" },
{ "write", "mass_delete", 0, "50%", read_percent, .to = TO(mass_delete_percent),
  .lo = 1, .hi = 100, .help = "share of the rows that may vanish within ten minutes" },

{ "attachments", "table", 0, NULL, read_file_table,
  .help = "your own table of files, schema.table; without it the sync database keeps them" },
{ "attachments", "item", 0, NULL, read_file_item,
  .help = "its columns that hold the key of the row" },
{ "attachments", "name", 0, NULL, read_file_column, .to = TO(files.name),
  .help = "its column with the file's name" },
{ "attachments", "content", 0, NULL, read_file_column, .to = TO(files.content),
  .help = "its column with the bytes, a BLOB" },
{ "attachments", "modified", 0, NULL, read_file_column, .to = TO(files.modified),
  .help = "its column that changes with the bytes; without it they are compared at every scan" },

{ "access", "read", KEY_REQUIRED, NULL, read_access, .to = TO(read),
  .help = "users with commas, * for everybody who has signed in, or anonymous" },
{ "access", "write", 0, "", read_access, .to = TO(write_access),
  .help = "users who may write as well; * for everybody who may read and has signed in" },
};
#define KEY_N (sizeof keys / sizeof keys[0])

static const char *const data_sections[] = { "fields", "defaults" };

const struct list_key *
list_keys(size_t *n)
{
	*n = KEY_N;
	return keys;
}

static void
read_not_yet(struct reader *r, const struct list_key *k, const struct ini_entry *e)
{
	(void)k;
	READ_PROBLEM(r, e, "procedures are not yet served by this version; write through the "
	    "view ([write] mode = view), or take the key out");
}

/* ------------------------------------------------------------ unknown names */

static bool
is_section(const char *name)
{
	for (size_t i = 0; i < KEY_N; i++)
		if (strcasecmp(keys[i].section, name) == 0)
			return true;
	return false;
}

static bool
is_data_section(const char *name)
{
	for (size_t i = 0; i < sizeof data_sections / sizeof data_sections[0]; i++)
		if (strcasecmp(data_sections[i], name) == 0)
			return true;
	return strncasecmp(name, "values.", 7) == 0 || strncasecmp(name, "choices.", 8) == 0;
}

static void
unknown_section(struct reader *r, const struct ini_section *s)
{
	struct ini_entry at = { .section = s->name, .key = "", .line = s->line };
	struct near n;

	near_init(&n, str_of(s->name));
	for (size_t i = 0; i < KEY_N; i++)
		near_try(&n, keys[i].section);
	for (size_t i = 0; i < sizeof data_sections / sizeof data_sections[0]; i++)
		near_try(&n, data_sections[i]);
	READ_PROBLEM(r, &at, "is not a section of a provider file%s%s%s; expected provider, "
	    "source, track, write, attachments, access, fields, defaults, values.Field or choices.Field",
	    n.best ? " (did you mean [" : "", n.best ? n.best : "", n.best ? "]?)" : "");
}

static void
unknown_key(struct reader *r, const struct ini_entry *e)
{
	struct near n;

	for (size_t i = 0; i < KEY_N; i++)
		if (strcasecmp(keys[i].name, e->key) == 0) {
			READ_PROBLEM(r, e, "is a key of [%s], not of [%s]; move the line there",
			    keys[i].section, e->section);
			return;
		}
	near_init(&n, str_of(e->key));
	for (size_t i = 0; i < KEY_N; i++)
		if (strcasecmp(keys[i].section, e->section) == 0)
			near_try(&n, keys[i].name);
	READ_PROBLEM(r, e, "is not a key of [%s]%s%s", e->section,
	    n.best ? "; did you mean " : "", n.best ? arena_fmt(r->arena, "%s?", n.best).p :
	    "; owsd-provider(5) lists them");
}

static const struct list_key *
key_of(const struct ini_entry *e)
{
	for (size_t i = 0; i < KEY_N; i++)
		if (strcasecmp(keys[i].section, e->section) == 0 &&
		    strcasecmp(keys[i].name, e->key) == 0)
			return &keys[i];
	return NULL;
}

static void
find_unknown(struct reader *r)
{
	for (size_t i = 0; i < r->ini->section_n; i++) {
		const struct ini_section *s = &r->ini->section[i];

		if (is_data_section(s->name))
			continue;
		if (!is_section(s->name)) {
			unknown_section(r, s);
			continue;
		}
		for (size_t j = 0; j < s->entry_n; j++)
			if (!key_of(&s->entry[j]))
				unknown_key(r, &s->entry[j]);
	}
}

/* ------------------------------------------------------------------- one file */

static const struct ini_entry *
entry_of(const struct reader *r, const struct list_key *k)
{
	const struct ini_section *s = ini_section(r->ini, k->section);

	return s ? ini_entry(s, k->name) : NULL;
}

static void
read_keys(struct reader *r)
{
	for (size_t i = 0; i < KEY_N; i++) {
		const struct list_key *k = &keys[i];
		const struct ini_entry *e = entry_of(r, k);

		if (e) {
			k->read(r, k, e);
		} else if (k->standard) {
			struct ini_entry standard = { .section = k->section, .key = k->name,
				.value = str_of(k->standard) };

			k->read(r, k, &standard);
		} else if (k->flags & KEY_REQUIRED) {
			READ_PROBLEM(r, read_place(r, k->section, k->name),
			    "is missing; expected %s", k->help);
		}
	}
}

static bool
is_given(const struct reader *r, const char *section, const char *key)
{
	const struct ini_section *s = ini_section(r->ini, section);

	return s && ini_entry(s, key);
}

/* What one key means beside another. */
static void
agree(struct reader *r)
{
	struct list *l = r->list;

	if (l->track == TRACK_TRIGGERS) {
		if (!is_given(r, "track", "scan_every"))
			l->scan_every_s = SCAN_TRIGGERS_S;
		if (!is_given(r, "track", "tables"))
			READ_PROBLEM(r, read_place(r, "track", "tables"), "is missing; name the "
			    "view's base tables as schema.table:column, or set mode = scan");
	}
	if (!is_given(r, "write", "mode") && is_given(r, "write", "allow"))
		READ_PROBLEM(r, read_place(r, "write", "mode"), "is missing beside allow; "
		    "write mode = view, or mode = none and no allow");
	read_files_agree(r);
	if (l->write == WRITE_NONE)
		l->allow = 0;
	if (l->write != WRITE_VIEW)
		return;
	if (l->delete_set && l->delete_from)
		READ_PROBLEM(r, read_place(r, "write", "delete_from"), "contradicts `delete = "
		    "set ...`: nothing is deleted then; take one of the two out");
	if (l->key_n > 1 && (l->allow & ALLOW_INSERT) &&
	    (l->key_from == KEY_AUTO || l->key_from == KEY_UUID))
		READ_PROBLEM(r, read_place(r, "write", "key_from"), "is \"%s\", which makes one "
		    "value, but the key has %zu columns; use fields, or allow no insert",
		    key_from_words[l->key_from], l->key_n);
}

static void
close_zones(struct list *l)
{
	zone_close(&l->zone);
	zones_close(&l->zones);
}

struct list *
list_read(const char *file, const char *name, const struct vocabulary *v, struct ini_problems *p,
    bool *is_good)
{
	struct list *l = ARENA_NEW(p->arena, struct list);
	size_t errors = p->error_n;
	struct reader r = { .vocabulary = v, .problems = p, .arena = p->arena, .list = l };

	l->vocabulary = v;
	l->file = arena_dup(p->arena, str_of(file)).p;
	l->name = arena_dup(p->arena, str_of(name)).p;
	*is_good = false;
	r.ini = ini_load(l->file, p);
	if (!r.ini)
		return l;
	find_unknown(&r);
	read_keys(&r);
	agree(&r);
	read_fields(&r);
	if (list_column(l, FIELD_ZONE_NAME) >= 0)
		l->zones = zones_open();
	*is_good = p->error_n == errors;
	return l;
}

struct list *
list_load(const char *file, const char *name, const struct vocabulary *v, struct ini_problems *p)
{
	bool is_good;
	struct list *l = list_read(file, name, v, p, &is_good);

	if (is_good)
		return l;
	close_zones(l);
	return NULL;
}

/* ------------------------------------------------------------------ all files */

/* It stands in addresses and log lines. */
static bool
is_folder_name(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "0123456789-_.");

	return !name[n] && n <= NAME_MAX_BYTES;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Names of the folders with a provider file, in order. */
static enum outcome
folders(const char *dir, struct arena *a, const char ***out, size_t *n, struct err *e)
{
	size_t size = 16;
	const char **name = ARENA_ARRAY(a, const char *, size);
	DIR *d = opendir(dir);
	struct dirent *entry;

	*n = 0;
	if (!d)
		return err_set(e, E_FAILED, "cannot read the folder of the providers, %s: %s",
		    dir, strerror(errno));
	while ((entry = readdir(d))) {
		struct stat st;

		if (entry->d_name[0] == '.' || (stat(arena_fmt(a, "%s/%s/" FILE_NAME, dir,
		    entry->d_name).p, &st) < 0 && (errno == ENOENT || errno == ENOTDIR)))
			continue;
		if (*n == size) {
			const char **more = ARENA_ARRAY(a, const char *, size * 2);

			memcpy(more, name, size * sizeof *name);
			name = more;
			size *= 2;
		}
		name[(*n)++] = arena_dup(a, str_of(entry->d_name)).p;
	}
	closedir(d);
	qsort(name, *n, sizeof *name, by_name);
	*out = name;
	return OK;
}

static const struct list *
same_id(struct list *const *list, size_t n, const struct list *l)
{
	for (size_t i = 0; i < n; i++)
		if (list[i] != l && guid_eq(&list[i]->id, &l->id))
			return list[i];
	return NULL;
}

/*
 * Two files with one id, most often a copied folder: nothing says whose rows
 * clients have had so far, and the wrong guess would delete them all. Neither is
 * served, nor is one beside a file that is refused for another reason.
 */
static bool
shares_id(const struct lists *ls, const struct list *l, struct ini_problems *p)
{
	struct ini_entry at = { .section = "provider", .key = "id" };
	const struct list *other = same_id(ls->list, ls->n, l);
	char guid[39];

	if (!other)
		other = same_id(ls->refused, ls->refused_n, l);
	if (other)
		ini_problem(p, l->file, &at, "%s is the id of %s, too, and neither is served; "
		    "every list needs its own (`cat /proc/sys/kernel/random/uuid` makes one)",
		    guid_fmt(&l->id, GUID_BRACES, guid), other->file);
	return other;
}

/* A list that came earlier with the same title, or the same folder but for case. */
static bool
is_taken(const struct lists *earlier, const struct list *l, struct ini_problems *p)
{
	struct ini_entry at = { .section = "provider", .key = "name" };
	const struct list *other;

	if ((other = lists_by_title(earlier, str_of(l->title))))
		ini_problem(p, l->file, &at, "\"%s\" is the name of %s already; people could "
		    "not tell the two apart", l->title, other->file);
	else if ((other = lists_by_name(earlier, str_of(l->name))))
		ini_problem(p, l->file, NULL, "its folder is called as that of %s, but for case "
		    "perhaps; rename one", other->file);
	return other;
}

static int
by_title(const void *a, const void *b)
{
	const struct list *const *x = a, *const *y = b;

	return strcasecmp((*x)->title, (*y)->title);
}

void
lists_settle(struct lists *ls, struct ini_problems *p)
{
	struct lists kept = { .list = ARENA_ARRAY(p->arena, struct list *, ls->n),
		.refused = ARENA_ARRAY(p->arena, struct list *, ls->n + ls->refused_n),
		.refused_n = ls->refused_n };

	if (ls->refused_n)
		memcpy(kept.refused, ls->refused, ls->refused_n * sizeof *kept.refused);
	for (size_t i = 0; i < ls->n; i++) {
		if (shares_id(ls, ls->list[i], p) || is_taken(&kept, ls->list[i], p)) {
			close_zones(ls->list[i]);
			kept.refused[kept.refused_n++] = ls->list[i];
		} else {
			kept.list[kept.n++] = ls->list[i];
		}
	}
	qsort(kept.list, kept.n, sizeof *kept.list, by_title);
	*ls = kept;
}

enum outcome
lists_load(const char *dir, const struct vocabulary *v, struct ini_problems *p,
    struct lists **out, struct err *e)
{
	struct lists *ls = ARENA_NEW(p->arena, struct lists);
	const char **name = NULL;
	size_t n;
	enum outcome o = folders(dir, p->arena, &name, &n, e);

	if (o)
		return o;
	ls->list = ARENA_ARRAY(p->arena, struct list *, n);
	ls->refused = ARENA_ARRAY(p->arena, struct list *, n);
	for (size_t i = 0; i < n; i++) {
		const char *file = arena_fmt(p->arena, "%s/%s/" FILE_NAME, dir, name[i]).p;
		bool is_good;
		struct list *l = list_read(file, name[i], v, p, &is_good);

		if (!is_folder_name(name[i])) {
			ini_problem(p, file, NULL, "the folder \"%s\" becomes part of addresses; "
			    "expected at most %d letters, digits, '-', '_' and '.'", name[i],
			    NAME_MAX_BYTES);
			is_good = false;
		}
		if (is_good) {
			ls->list[ls->n++] = l;
		} else {
			close_zones(l);
			ls->refused[ls->refused_n++] = l;
		}
	}
	*out = ls;
	return OK;
}

void
lists_close(struct lists *l)
{
	for (size_t i = 0; l && i < l->n; i++)
		close_zones(l->list[i]);
}
