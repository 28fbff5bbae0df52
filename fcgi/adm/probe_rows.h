/*
 * probe_rows.h -- the rows of an answer as text: every attribute of every
 * z:row, whose names are not known beforehand.
 */
#ifndef ADM_PROBE_ROWS_H
#define ADM_PROBE_ROWS_H

#include "arena.h"

struct row_scan {
	struct str text;   /* of the whole answer */
	size_t at;
};

/* The attributes of the next <z:row ...>, as they stand; false at the end. Literal prefix. */
bool rows_next(struct row_scan *s, struct str *attributes);
/* One attribute at *at; the value still holds references. */
bool rows_attribute(struct str attributes, size_t *at, struct str *name, struct str *value);
/* By name; NULL p when absent. */
struct str rows_value(struct str attributes, const char *name);

#endif
