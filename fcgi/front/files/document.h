/*
 * document.h -- the files of a document library over HTTP: /<library>/<folder>/<file>.
 * MS-OUTSPS 3.2.4.2.6 (EncodedAbsUrl leads to the file), R1237-R1243 (conditions).
 */
#ifndef FILES_DOCUMENT_H
#define FILES_DOCUMENT_H

#include "front.h"

/* "/docs/a/b.txt" is "docs" and "a/b.txt"; a '/' at the end is left out. */
void document_split(struct str path, struct str *name, struct str *below);
/* The absolute address of a file or folder, percent-encoded. dir: "a/b" or empty. */
struct str document_url(struct arena *a, const struct site *site, const struct list *l,
    struct str dir, struct str leaf);
/*
 * The live item with that path in the library; item->id 0: there is none. Of a
 * folder row has no values. What is committed is numbered first, so that the
 * version is that of the row.
 */
enum outcome document_find(struct engine *g, const struct list *l, struct str path,
    struct item *item, struct row *row, struct err *e) WARN_UNUSED;

#endif
