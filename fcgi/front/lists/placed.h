/*
 * placed.h -- where an item stands among the files of its list: content type,
 * folder or not, file and directory. MS-OUTSPS 3.2.4.2.5 (posts), 3.2.4.2.6
 * (documents); MS-LISTSWS 2.2.4.4 (look-ups on the item itself).
 */
#ifndef FRONT_LISTS_PLACED_H
#define FRONT_LISTS_PLACED_H

#include "front.h"
#include "item.h"

struct placed {
	bool is_folder;            /* FSObjType 1 */
	const char *content_type;  /* prefix: "0x012002" */
	struct str dir;            /* "crm/Lists/board/Subject": no leading slash */
	struct str leaf;           /* "4_.000", "report.pdf": FileRef is dir/leaf */
	struct str url;            /* EncodedAbsUrl; NULL p: none */
	bool has_file_fields;      /* LinkFilename, FileDirRef and, of files, FileSizeDisplay are told */
	struct str size;           /* bytes as text; NULL p: none */
};

/* The kind of list gives each item a place of its own. */
bool placed_matters(const struct list *l);
/* On the arena. Only where placed_matters. */
void placed_of(struct arena *a, const struct site *site, const struct list *l,
    const struct item *item, const struct row *row, struct placed *out);

#endif
