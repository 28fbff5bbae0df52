/*
 * ini.c -- .ini files with line numbers. The only user of <iniparser.h>.
 *
 * A scan finds what iniparser cannot say (lines, spelling, doubles, long
 * lines) and hands iniparser a tidied copy: no BOM or CR, no comments, no line
 * that would make it give up the whole file. Ordinary values are the ones it
 * reads from there. Where the key is data, the scan's own value counts: a key
 * in quotes, one with characters beyond a name's, and every key of a section
 * with a dotted name ("values.Status"), where case tells keys apart, too.
 */
#define _GNU_SOURCE /* memfd_create */
#include "ini.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <iniparser/iniparser.h>

#include "buf.h"
#include "limits.h"
#include "utf8.h"

#define LINE_LIMIT 1022 /* bytes: iniparser's buffer less newline and NUL */
#define FILE_LIMIT (4 * MIB)

struct entry_cell {
	struct ini_entry entry;
	const char *lookup; /* iniparser's name for it; NULL: the scan's value counts */
	struct entry_cell *next;
};

struct section_cell {
	struct ini_section section;
	bool is_data;
	struct entry_cell *first, *last;
	struct section_cell *next;
};

struct scan {
	struct ini_problems *problems;
	struct arena *arena;
	const char *file;
	int line;
	struct section_cell *first, *last;
	size_t section_n;
	struct buf tidy; /* for iniparser */
};

/* -------------------------------------------------------------------------- scan */

/* The place of a problem in the line being scanned. */
static struct ini_entry
here(const struct scan *s, const char *key)
{
	return (struct ini_entry){
		.section = s->last ? s->last->section.name : "",
		.key = key,
		.line = s->line,
	};
}

#define LINE_PROBLEM(s, ...)                                             \
	do {                                                             \
		struct ini_entry at_ = here((s), "");                    \
		ini_problem((s)->problems, (s)->file, &at_, __VA_ARGS__); \
	} while (0)

static bool
is_comment(struct str s)
{
	return s.n && (s.p[0] == ';' || s.p[0] == '#');
}

static bool
is_name(struct str s)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
	size_t i;

	for (i = 0; i < s.n; i++)
		if (!memchr(allowed, s.p[i], sizeof(allowed) - 1))
			return false;
	return s.n > 0;
}

static struct section_cell *
find_section(const struct scan *s, struct str name)
{
	struct section_cell *c;

	for (c = s->first; c; c = c->next)
		if (str_ieq(str_of(c->section.name), name))
			return c;
	return NULL;
}

/* "values.Raum Nr.": behind the dot stands a name of the user's, in any letters. */
static bool
is_data_name(struct str s)
{
	struct str what, name = s;
	size_t i;

	what = str_cut(s, '.', &name);
	if (!name.p || !name.n || !is_name(what))
		return false;
	for (i = 0; i < name.n; i++)
		if ((unsigned char)name.p[i] < ' ')
			return false;
	return true;
}

static void
scan_section(struct scan *s, struct str line)
{
	struct section_cell *c, *same;
	struct str rest, name;

	name = str_trim(str_cut((struct str){ line.p + 1, line.n - 1 }, ']', &rest));
	if (!rest.p) {
		LINE_PROBLEM(s,
		    "the section \"%.*s\" has no closing bracket; write [name]",
		    STR_ARG(line));
		return;
	}
	rest = str_trim(rest);
	if (!is_name(name) && !is_data_name(name)) {
		LINE_PROBLEM(s, "\"%.*s\" is no section name; letters, digits and . _ - "
		    "are expected", STR_ARG(name));
		return;
	}
	same = find_section(s, name);
	c = ARENA_NEW(s->arena, struct section_cell);
	c->section.name = arena_dup(s->arena, name).p;
	c->section.line = s->line;
	c->is_data = memchr(name.p, '.', name.n) != NULL;
	if (s->last)
		s->last->next = c;
	else
		s->first = c;
	s->last = c;
	s->section_n++;
	if (rest.n && !is_comment(rest))
		LINE_PROBLEM(s, "\"%.*s\" stands behind the section's name; put it on a "
		    "line of its own", STR_ARG(rest));
	if (same)
		LINE_PROBLEM(s,
		    "the section stands twice, first in line %d; join the two",
		    same->section.line);
	else
		buf_addf(&s->tidy, "[%s]\n", c->section.name);
}

/*
 * The text in the quotes at the front of s, the rest in *rest.
 * False when the closing quote is missing.
 */
static bool
unquote(struct str s, struct str *text, struct str *rest)
{
	*text = str_cut((struct str){ s.p + 1, s.n - 1 }, s.p[0], rest);
	return rest->p != NULL;
}

static bool
is_quote(struct str s)
{
	return s.n && (s.p[0] == '"' || s.p[0] == '\'');
}

/* Splits "key = value". False: neither, a problem was added. */
static bool
split(struct scan *s, struct str line, struct str *key, bool *is_key_quoted,
    struct str *value)
{
	struct str rest;

	*is_key_quoted = is_quote(line);
	if (*is_key_quoted) {
		if (!unquote(line, key, &rest)) {
			LINE_PROBLEM(
			    s, "the quote at the start of the line is not closed");
			return false;
		}
		rest = str_trim(rest);
		if (rest.n && rest.p[0] == '=') {
			*value = str_trim((struct str){ rest.p + 1, rest.n - 1 });
			return true;
		}
	} else {
		*key = str_trim(str_cut(line, '=', &rest));
		*value = str_trim(rest);
		if (rest.p && key->n && !memchr(key->p, ';', key->n))
			return true;
	}
	LINE_PROBLEM(s, "\"%.*s\" is neither [section] nor key = value; a comment starts "
	    "with a semicolon", STR_ARG(line));
	return false;
}

/* Takes quotes or comment off the value. False: a problem was added. */
static bool
scan_value(struct scan *s, struct ini_entry *e, struct str v)
{
	struct str rest = STR_NULL;
	size_t n;

	e->is_quoted = is_quote(v);
	if (e->is_quoted) {
		if (!unquote(v, &e->value, &rest)) {
			ini_problem(s->problems, s->file, e,
			    "the value's quote (%c) is not "
			    "closed; quoted text ends in the same line",
			    v.p[0]);
			return false;
		}
		rest = str_trim(rest);
		if (rest.n && !is_comment(rest)) {
			ini_problem(s->problems, s->file, e, "\"%.*s\" stands behind the "
			    "closing quote; put the whole value in quotes, of the kind "
			    "(\" or ') that it does not hold", STR_ARG(rest));
			return false;
		}
		return true;
	}
	for (n = 0; n < v.n && v.p[n] != ';' && v.p[n] != '#'; n++)
		;
	if (n && n < v.n && v.p[n - 1] != ' ' && v.p[n - 1] != '\t')
		ini_warning(s->problems, s->file, e,
		    "the value ends before \"%.*s\", which "
		    "is taken for a comment; put the value in quotes if that belongs to "
		    "it",
		    (int)(v.n - n), v.p + n);
	e->value = str_trim((struct str){ v.p, n });
	if (e->value.n && e->value.p[e->value.n - 1] == '\\') {
		ini_problem(s->problems, s->file, e,
		    "the value ends with a backslash, but "
		    "lines cannot be continued; put the value in quotes if it belongs to "
		    "it");
		return false;
	}
	return true;
}

static const struct entry_cell *
find_entry(const struct section_cell *c, struct str key)
{
	const struct entry_cell *e;

	for (e = c->first; e; e = e->next) {
		struct str other = str_of(e->entry.key);

		if (c->is_data ? str_eq(other, key) : str_ieq(other, key))
			return e;
	}
	return NULL;
}

/* What iniparser calls the entry: "section:key" in lower case. */
static const char *
lookup_name(struct scan *s, const struct ini_entry *e)
{
	struct str name = arena_fmt(s->arena, "%s:%s", e->section, e->key);
	char *p = arena_get(s->arena, name.n + 1);
	size_t i;

	for (i = 0; i < name.n; i++)
		p[i] = name.p[i] >= 'A' && name.p[i] <= 'Z' ? (char)(name.p[i] + 32) :
		    name.p[i];
	return p;
}

static void
scan_entry(struct scan *s, struct str line)
{
	struct section_cell *c = s->last;
	const struct entry_cell *same;
	struct entry_cell *new;
	struct str key, value;
	struct ini_entry e;
	bool is_key_quoted;

	if (!split(s, line, &key, &is_key_quoted, &value))
		return;
	e = here(s, arena_dup(s->arena, key).p);
	if (!c) {
		ini_problem(s->problems, s->file, &e, "the key stands before the first "
		    "[section]; put it into one");
		return;
	}
	same = find_entry(c, key);
	if (same) {
		ini_problem(s->problems, s->file, &e,
		    "the key stands twice, first in line "
		    "%d; take one of them out",
		    same->entry.line);
		return;
	}
	if (!scan_value(s, &e, value))
		return;
	e.value = arena_dup(s->arena, e.value);
	new = ARENA_NEW(s->arena, struct entry_cell);
	new->entry = e;
	if (c->last)
		c->last->next = new;
	else
		c->first = new;
	c->last = new;
	c->section.entry_n++;
	if (is_key_quoted || c->is_data || !is_name(key) ||
	    find_section(s, str_of(c->section.name)) != c)
		return;
	new->lookup = lookup_name(s, &e);
	buf_addf(&s->tidy, e.is_quoted ? "%s = %.1s%s%.1s\n" : "%s = %.0s%s%.0s\n", e.key,
	    value.p, e.value.p, value.p);
}

static void
scan_line(struct scan *s, struct str line)
{
	size_t n = line.n;

	line = str_trim(line);
	if (line.n == 0 || is_comment(line))
		return;
	if (n > LINE_LIMIT)
		LINE_PROBLEM(
		    s, "the line has %zu bytes; at most %d can be read", n, LINE_LIMIT);
	else if (memchr(line.p, '\0', line.n))
		LINE_PROBLEM(s, "the line holds a NUL byte; save the file as UTF-8 text");
	else if (!utf8_valid(line))
		LINE_PROBLEM(s, "the line is no UTF-8; save the file as UTF-8 text");
	else if (line.p[0] == '[')
		scan_section(s, line);
	else
		scan_entry(s, line);
}

/* --------------------------------------------------------------------- iniparser */

static int
silent(const char *fmt, ...)
{
	(void)fmt;
	return 0;
}

/* iniparser 4.1 reads named files only: an anonymous one has a name in /proc. */
static dictionary *
parse_tidy(struct scan *s)
{
	struct str text = buf_str(&s->tidy);
	dictionary *d = NULL;
	char path[64];
	int fd = memfd_create("ini", MFD_CLOEXEC);

	if (fd >= 0 && !s->tidy.failed && write(fd, text.p, text.n) == (ssize_t)text.n) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		iniparser_set_error_callback(silent);
		d = iniparser_load(path);
		iniparser_set_error_callback(NULL);
	}
	if (fd >= 0)
		close(fd);
	return d;
}

static void
take_values(struct scan *s, dictionary *d)
{
	struct section_cell *c;
	struct entry_cell *e;
	const char *value;

	for (c = s->first; c; c = c->next) {
		for (e = c->first; e; e = e->next) {
			value =
			    e->lookup ? iniparser_getstring(d, e->lookup, NULL) : NULL;
			if (value)
				e->entry.value = arena_dup(s->arena, str_of(value));
		}
	}
}

/* The lists of the scan as the arrays that callers see. */
static const struct ini *
result(struct scan *s)
{
	struct ini *ini = ARENA_NEW(s->arena, struct ini);
	struct ini_section *sections =
	    ARENA_ARRAY(s->arena, struct ini_section, s->section_n);
	const struct section_cell *c;
	const struct entry_cell *e;
	size_t i = 0, k;

	for (c = s->first; c; c = c->next, i++) {
		struct ini_entry *entries =
		    ARENA_ARRAY(s->arena, struct ini_entry, c->section.entry_n);

		for (k = 0, e = c->first; e; e = e->next)
			entries[k++] = e->entry;
		sections[i] = c->section;
		sections[i].entry = entries;
	}
	*ini = (struct ini){ s->file, s->section_n, sections };
	return ini;
}

/* ------------------------------------------------------------------------- public */

/* The whole file; NULL p: a problem was added. */
static struct str
read_file(struct ini_problems *p, const char *file)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct str text = STR_NULL;
	struct stat st;
	ssize_t n = 0;
	size_t got = 0;
	char *out;

	if (fd < 0 || fstat(fd, &st) != 0) {
		ini_problem(
		    p, file, NULL, "the file cannot be opened: %s", strerror(errno));
	} else if (!S_ISREG(st.st_mode)) {
		ini_problem(p, file, NULL, "this is no file; a text file is expected");
	} else if (st.st_size > FILE_LIMIT) {
		ini_problem(p, file, NULL,
		    "the file has %lld bytes; at most %d can be read",
		    (long long)st.st_size, FILE_LIMIT);
	} else {
		out = arena_get(p->arena, (size_t)st.st_size + 1);
		while (got < (size_t)st.st_size &&
		    (n = read(fd, out + got, (size_t)st.st_size - got)) > 0)
			got += (size_t)n;
		if (n < 0)
			ini_problem(p, file, NULL, "the file cannot be read: %s",
			    strerror(errno));
		else
			text = (struct str){ out, got };
	}
	if (fd >= 0)
		close(fd);
	return text;
}

const struct ini *
ini_load(const char *file, struct ini_problems *p)
{
	struct scan s = { .problems = p, .arena = p->arena };
	struct str text = read_file(p, file);
	dictionary *d;

	if (!text.p)
		return NULL;
	s.file = arena_dup(p->arena, str_of(file)).p;
	buf_init(&s.tidy, FILE_LIMIT * 2);
	if (text.n >= 3 && memcmp(text.p, "\xEF\xBB\xBF", 3) == 0)
		text = (struct str){ text.p + 3, text.n - 3 };
	while (text.p) {
		struct str line = str_cut(text, '\n', &text);

		s.line++;
		scan_line(&s, line);
	}
	d = parse_tidy(&s);
	if (d) {
		take_values(&s, d);
		iniparser_freedict(d);
	} else {
		ini_problem(p, s.file, NULL, "iniparser could not read the file; "
		    "is /proc mounted, and memory free?");
	}
	buf_clear(&s.tidy);
	return result(&s);
}

const struct ini_section *
ini_section(const struct ini *ini, const char *name)
{
	size_t i;

	for (i = 0; ini && i < ini->section_n; i++)
		if (strcasecmp(ini->section[i].name, name) == 0)
			return &ini->section[i];
	return NULL;
}

const struct ini_entry *
ini_entry(const struct ini_section *s, const char *key)
{
	size_t i;

	for (i = 0; s && i < s->entry_n; i++)
		if (strcasecmp(s->entry[i].key, key) == 0)
			return &s->entry[i];
	return NULL;
}
