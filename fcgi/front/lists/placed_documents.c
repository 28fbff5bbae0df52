/*
 * placed_documents.c -- the place of documents and their folders: where the row
 * or the folder's key says. MS-OUTSPS 3.2.4.2.6.
 */
#include "lists/placed_documents.h"

#include "docname.h"
#include "files/document.h"
#include "kind.h"
#include "lists/schema.h"
#include "lists/wire.h"

void
placed_document(struct arena *a, const struct site *site, const struct list *l,
    const struct item *item, const struct row *row, struct placed *out)
{
	struct str root = schema_root_folder(a, site, l), path, dir = STR_NULL, leaf;
	bool is_folder = key_is_inner(item->key, NULL, &path);

	if (is_folder) {
		docname_split(path, &dir, &leaf);
	} else {
		leaf = kind_value(&wire_vocabulary, l, item, row, FIELD_FILE_NAME);
		if (list_column(l, FIELD_FOLDER) >= 0)
			dir = kind_value(&wire_vocabulary, l, item, row, FIELD_FOLDER);
	}
	if (!leaf.p)
		leaf = STR("");
	root = (struct str){ root.p + 1, root.n - 1 };
	*out = (struct placed){
		.is_folder = is_folder,
		.content_type = is_folder ? "0x0120" : kind_info(l->kind)->content_type,
		.dir = dir.n ? arena_fmt(a, "%.*s/%.*s", STR_ARG(root), STR_ARG(dir)) : root,
		.leaf = leaf,
		.url = document_url(a, site, l, dir.p ? dir : STR(""), leaf),
		.size = STR_NULL, /* given by the engine, like the name */
	};
}
