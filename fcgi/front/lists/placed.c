/*
 * placed.c -- where an item stands among the files of its list. See placed.h.
 */
#include "lists/placed.h"

#include "lists/placed_documents.h"
#include "lists/placed_posts.h"

bool
placed_matters(const struct list *l)
{
	return l->kind == KIND_DISCUSSIONS || l->kind == KIND_DOCUMENTS;
}

void
placed_of(struct arena *a, const struct site *site, const struct list *l,
    const struct item *item, const struct row *row, struct placed *out)
{
	if (l->kind == KIND_DOCUMENTS)
		placed_document(a, site, l, item, row, out);
	else
		placed_post(a, site, l, item, out);
}
