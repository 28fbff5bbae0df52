/*
 * method_place.h -- the place of a document or folder, as a Method says it: which
 * file it means, what it is to be called, where it is to lie. MS-LISTSWS
 * 3.1.4.31 (FileRef, FSObjType, BaseName, MoveNewUrl).
 */
#ifndef FRONT_LISTS_METHOD_PLACE_H
#define FRONT_LISTS_METHOD_PLACE_H

#include "lists/method.h"

struct engine;
struct site;

/* The field is one of these, and kept. Of a library only. */
bool place_take(struct place_said *p, struct str name, struct str text);
/*
 * Add to m->change what was said: a folder or file, its name and folder. In
 * m->code and m->why when that makes no sense. root_folder: of the Batch, where a
 * New goes that does not say; NULL p: the library itself.
 */
void place_apply(struct engine *g, const struct site *site, const struct list *l,
    struct str root_folder, struct method *m);

#endif
