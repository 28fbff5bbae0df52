/*
 * conf_read.h -- rows of the table of configuration keys, and their readers.
 */
#ifndef CONF_READ_H
#define CONF_READ_H

#include "conf.h"

enum conf_reload { LIVE, RESTART };

struct conf_reader;

struct conf_key {
	const char *section, *name;
	void (*read)(const struct conf_reader *r);
	size_t at;              /* member of struct conf */
	const char *standard;   /* value of an absent key; NULL: the key is needed */
	int64_t lo, hi;         /* of numbers; of a secret's length */
	enum conf_reload reload;/* LIVE: SIGHUP takes a new value */
	const char *help;
};

/* What a value is read with. */
struct conf_reader {
	struct conf *conf;
	struct ini_problems *problems;
	const char *folder;            /* of the file: relative paths begin here */
	const struct conf_key *key;
	const struct ini_entry *entry; /* NULL: the standard value */
	const char *text;
};

void conf_read_text(const struct conf_reader *r);     /* const char *; empty: NULL */
void conf_read_secret(const struct conf_reader *r);   /* the same, never printed */
void conf_read_path(const struct conf_reader *r);     /* const char *, absolute; empty: NULL */
void conf_read_number(const struct conf_reader *r);   /* int64_t between lo and hi */
void conf_read_unsigned(const struct conf_reader *r); /* unsigned between lo and hi */
void conf_read_octal(const struct conf_reader *r);    /* int64_t */
void conf_read_level(const struct conf_reader *r);    /* enum log_level */
void conf_read_listen(const struct conf_reader *r);   /* const char *, and what it consists of */
void conf_read_url(const struct conf_reader *r);      /* const char *, without trailing slash */
void conf_read_zone(const struct conf_reader *r);     /* const char *, an IANA name */
void conf_read_dirs(const struct conf_reader *r);     /* provider_dir */

#endif
