/*
 * rowset.h -- z:row: one item as attributes. MS-LISTSWS 2.2.4.18 (shape),
 * MS-OUTSPS 3.2.4.2 (values).
 */
#ifndef FRONT_LISTS_ROWSET_H
#define FRONT_LISTS_ROWSET_H

#include "item.h"
#include "lists/caml.h"
#include "lists/wire.h"

struct rowset;

struct rowset_want {
	const struct site *site;
	const struct list *list;
	unsigned rights;            /* RIGHT_* of the user */
	const struct caml_fields *fields;
	struct caml_options options;
	struct people *people;      /* NULL: a login stands for its person */
	bool has_namespace;         /* each row declares xmlns:z itself */
};

/*
 * Decide once what each row carries; the row function then only writes.
 * Lives as long as the arena.
 */
struct rowset *rowset_open(struct arena *a, const struct rowset_want *want);
/* <z:row .../> */
void rowset_write(const struct rowset *rs, struct xmlw *w, const struct item *item,
    const struct row *row);

#endif
