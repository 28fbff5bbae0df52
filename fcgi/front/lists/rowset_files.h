/*
 * rowset_files.h -- ows_Attachments of a row. MS-LISTSWS 2.2.4.4 (IncludeAttachmentUrls,
 * IncludeAttachmentVersion), MS-OUTSPS 3.2.4.2.1.
 */
#ifndef FRONT_LISTS_ROWSET_FILES_H
#define FRONT_LISTS_ROWSET_FILES_H

#include "front.h"
#include "item.h"
#include "lists/caml.h"
#include "xmlw.h"

/* The attribute ows_Attachments; what it needs of the arena is given back. */
void rowset_files(struct xmlw *w, struct arena *a, const struct site *site, const struct list *l,
    const struct item *item, const struct caml_options *options);

#endif
