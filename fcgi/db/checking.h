/*
 * checking.h -- inside of check_list: what its files share.
 */
#ifndef DB_CHECKING_H
#define DB_CHECKING_H

#include "check.h"
#include "dba.h"

struct check {
	struct dba d;
	struct list *l;
	struct ini_problems *p;
	const struct ini *ini;        /* the file again, for its lines; may be NULL */
	const struct dba_column *column; /* of the view */
	size_t column_n;
	struct dba_table *base;       /* tables and views below the view, itself included */
	size_t base_n;
	bool is_refused;              /* the file has errors: only what it says of columns counts */
	bool *is_writable;            /* of l->column[]: MariaDB can update it through the view */
};

/* Where a key stands in the file, or would. */
const struct ini_entry *check_at(struct check *c, const char *section, const char *key);
/* The line that maps a column. */
const struct ini_entry *check_field(struct check *c, const struct column *col);
/* "; did you mean x?" among columns, or "". */
const char *check_near(struct check *c, const struct dba_column *col, size_t n, const char *name);
/* The server's refusal of a statement that changes nothing: its number, 0 when it is fine. */
unsigned check_run(struct check *c, const char *sql, struct err *e);

#define CHECK_ERROR(c, at, ...) ini_problem((c)->p, (c)->l->file, (at), __VA_ARGS__)
#define CHECK_WARN(c, at, ...) ini_warning((c)->p, (c)->l->file, (at), __VA_ARGS__)

/* check_write.c: may clients' changes reach the view? */
enum outcome check_writes(struct check *c, struct err *e) WARN_UNUSED;
/* check_track.c: are changes noticed? */
enum outcome check_tracking(struct check *c, struct err *e) WARN_UNUSED;
/* check_content.c: where the content of documents is, how much of it fits, two files of one path. */
enum outcome check_content(struct check *c, struct err *e) WARN_UNUSED;
/* check_files.c: [attachments], the list's own table of files. */
enum outcome check_files(struct check *c, struct err *e) WARN_UNUSED;
/* The content lies in a view of its own: no column of this one. */
static inline bool
check_is_elsewhere(const struct list *l, const struct column *col)
{
	return col->field == FIELD_CONTENT && l->content_view;
}
/* check_data.c: the rows as they are now. */
enum outcome check_data(struct check *c, struct err *e) WARN_UNUSED;

#endif
