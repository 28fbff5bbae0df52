/*
 * placed.c -- where an item stands among the files of its list. See placed.h.
 */
#include "lists/placed.h"

#include "lists/placed_documents.h"
#include "lists/schema.h"

bool
placed_matters(const struct list *l)
{
	return l->kind == KIND_DISCUSSIONS || l->kind == KIND_DOCUMENTS;
}

void
placed_of(struct arena *a, const struct site *site, const struct list *l,
    const struct item *item, const struct row *row, struct placed *out)
{
	struct str root = schema_root_folder(a, site, l);

	if (l->kind == KIND_DOCUMENTS) {
		placed_document(a, site, l, item, row, out);
		return;
	}
	*out = (struct placed){ .content_type = kind_info(l->kind)->content_type,
		.dir = { root.p + 1, root.n - 1 },
		.leaf = arena_fmt(a, "%u_.000", (unsigned)item->id),
		.url = STR_NULL, .size = STR_NULL };
}
