/*
 * fault.h -- MariaDB's error numbers as outcomes, in one table.
 */
#ifndef DB_FAULT_H
#define DB_FAULT_H

#include "err.h"
#include "str.h"

struct fault {
	unsigned number;
	enum outcome code;
	enum {
		FAULT_LOST = 1,  /* the connection is of no further use */
		FAULT_SHAPE = 2, /* view, table, column or right is not what was bound */
		FAULT_OWN_TEXT = 4 /* the server's text was written for the user */
	} flags;
	const char *text;        /* for the user; one %s: the field or column, where has_subject */
	unsigned has_subject;
};

/* Never NULL: an unknown number is E_FAILED. state: SQLSTATE, or NULL. */
const struct fault *fault_find(unsigned number, const char *state);
/* The column that the server's message names, or NULL p. Borrowed from message. */
struct str fault_column(unsigned number, const char *message);
/* subject: as it stands in a sentence: `"e-mail"`, or `a column`. */
enum outcome fault_set(struct err *e, const struct fault *f, const char *subject,
    const char *message);

#endif
