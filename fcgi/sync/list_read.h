/*
 * list_read.h -- inside of the provider reader: the table of keys and the
 * functions that read one value. Design: a key is a row of the table, and the
 * manual page is checked against the same rows.
 */
#ifndef SYNC_LIST_READ_H
#define SYNC_LIST_READ_H

#include "list.h"

struct reader {
	const struct vocabulary *vocabulary;
	struct ini_problems *problems;
	struct arena *arena;
	const struct ini *ini;
	struct list *list;
	const struct ini_entry *readonly;  /* read when the fields are known */
	bool has_type;                     /* [provider] type was understood and is served */
};

enum list_key_flags {
	KEY_REQUIRED = 1,
	KEY_LATER = 2     /* known, but this version does not serve it */
};

struct list_key {
	const char *section, *name;
	unsigned flags;
	const char *standard;  /* value when the key is absent; NULL: none */
	void (*read)(struct reader *r, const struct list_key *k, const struct ini_entry *e);
	size_t to;             /* offset of the member in struct list */
	const char *const *word; /* words of an enumeration, in its order, NULL at the end */
	const char *later;     /* words of it that this version does not serve, "" none */
	int64_t lo, hi;        /* bounds of a number */
	const char *help;
};

/* All keys with a name of their own; [fields], [defaults] and [values.X] hold data. */
const struct list_key *list_keys(size_t *n);

/* list_value.c: one value each */
void read_line(struct reader *r, const struct list_key *k, const struct ini_entry *e);
void read_guid(struct reader *r, const struct list_key *k, const struct ini_entry *e);
void read_word(struct reader *r, const struct list_key *k, const struct ini_entry *e);
void read_number(struct reader *r, const struct list_key *k, const struct ini_entry *e);
void read_percent(struct reader *r, const struct list_key *k, const struct ini_entry *e);
void read_zone(struct reader *r, const struct list_key *k, const struct ini_entry *e);
void read_column(struct reader *r, const struct list_key *k, const struct ini_entry *e);
void read_allow(struct reader *r, const struct list_key *k, const struct ini_entry *e);
void read_delete(struct reader *r, const struct list_key *k, const struct ini_entry *e);
void read_access(struct reader *r, const struct list_key *k, const struct ini_entry *e);
void read_readonly(struct reader *r, const struct list_key *k, const struct ini_entry *e);

/* list_track.c: places in the database */
void read_view(struct reader *r, const struct list_key *k, const struct ini_entry *e);
void read_content_view(struct reader *r, const struct list_key *k, const struct ini_entry *e);
void read_key(struct reader *r, const struct list_key *k, const struct ini_entry *e);
void read_tables(struct reader *r, const struct list_key *k, const struct ini_entry *e);
void read_delete_from(struct reader *r, const struct list_key *k, const struct ini_entry *e);
void read_file_table(struct reader *r, const struct list_key *k, const struct ini_entry *e);
void read_file_item(struct reader *r, const struct list_key *k, const struct ini_entry *e);
void read_file_column(struct reader *r, const struct list_key *k, const struct ini_entry *e);
void read_files_agree(struct reader *r);
/* A name of a column, table or schema: false with the problem said. *out on the arena. */
bool read_name(struct reader *r, const struct ini_entry *e, const char *what, struct str s,
    const char **out);

/* list_fields.c: [fields], [values.X], [defaults], readonly */
void read_fields(struct reader *r);
/* The field as the file calls it. */
const char *read_label(const struct reader *r, const struct column *c);
/* The column of a field that another section names; -1: none. !*is_known: no such field, and it is said. */
int read_column_of(struct reader *r, const struct ini_entry *e, struct str name, bool *is_known);

/* list_kind.c: what must, and what cannot, be mapped */
void read_kind(struct reader *r);

/* list_choice.c: [choices.X] */
void read_choices(struct reader *r);

/* Next trimmed item of a list with commas; false at its end. */
static inline bool
read_item(struct str *rest, struct str *item)
{
	if (!rest->p)
		return false;
	*item = str_trim(str_cut(*rest, ',', rest));
	return true;
}

/* A place to hang a problem on: the entry, or where it would stand. */
static inline const struct ini_entry *
read_place(struct reader *r, const char *section, const char *key)
{
	const struct ini_section *s = ini_section(r->ini, section);
	const struct ini_entry *there = s ? ini_entry(s, key) : NULL;
	struct ini_entry *e;

	if (there)
		return there;
	e = ARENA_NEW(r->arena, struct ini_entry);

	*e = (struct ini_entry){ .section = section, .key = key, .line = s ? s->line : 0 };
	return e;
}

#define READ_PROBLEM(r, e, ...) ini_problem((r)->problems, (r)->list->file, (e), __VA_ARGS__)

#endif
