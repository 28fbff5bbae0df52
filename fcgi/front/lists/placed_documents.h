/*
 * placed_documents.h -- the place of documents and their folders. See placed.h.
 */
#ifndef FRONT_LISTS_PLACED_DOCUMENTS_H
#define FRONT_LISTS_PLACED_DOCUMENTS_H

#include "lists/placed.h"

void placed_document(struct arena *a, const struct site *site, const struct list *l,
    const struct item *item, const struct row *row, struct placed *out);

#endif
