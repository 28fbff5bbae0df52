/*
 * ini.h -- .ini files with line numbers. The only user of <iniparser.h>.
 *
 * iniparser reads the values; it lower-cases names, cuts lines at 1,024 bytes,
 * keeps no line numbers and says nothing of doubled keys, so a scan before it
 * finds those and keeps the case where a key is data.
 */
#ifndef BASE_INI_H
#define BASE_INI_H

#include "arena.h"

struct ini_entry {
	const char *section;  /* as written */
	const char *key;      /* as written, quotes taken off */
	struct str value;     /* quotes taken off; comment cut off */
	bool is_quoted;       /* the value stood in quotes: NULL is then text */
	int line;
};

struct ini_section {
	const char *name;     /* as written */
	int line;
	size_t entry_n;
	const struct ini_entry *entry; /* in the order of the file */
};

struct ini {
	const char *file;
	size_t section_n;
	const struct ini_section *section;
};

/* One problem of a configuration or provider file, as a person is told of it. */
struct ini_problem {
	const char *file;
	int line;             /* 0: the file as a whole */
	const char *section;  /* "" when none */
	const char *key;      /* "" when none */
	const char *text;     /* found, expected, cure: a sentence */
	bool is_warning;
	struct ini_problem *next;
};

struct ini_problems {
	struct arena *arena;
	struct ini_problem *first, *last;
	size_t error_n, warning_n;
};

/*
 * Read a file. Doubled keys and sections, lines that are neither, lines over
 * the limit become problems; what could be read is returned all the same.
 * NULL when the file cannot be read (problem added). All on p->arena.
 */
const struct ini *ini_load(const char *file, struct ini_problems *p);

/* NULL when absent. Names compare without regard to case. */
const struct ini_section *ini_section(const struct ini *ini, const char *name);
const struct ini_entry *ini_entry(const struct ini_section *s, const char *key);

void ini_problem(struct ini_problems *p, const char *file, const struct ini_entry *at,
    const char *fmt, ...) PRINTF(4, 5);
void ini_warning(struct ini_problems *p, const char *file, const struct ini_entry *at,
    const char *fmt, ...) PRINTF(4, 5);

/*
 * "file:line: [section] key: text", one line, without a newline. On the arena.
 */
const char *ini_problem_text(struct arena *a, const struct ini_problem *p);

#endif
