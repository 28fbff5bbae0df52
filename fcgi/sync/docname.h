/*
 * docname.h -- names and paths of the files and folders of a document library:
 * what a name may be, and which names are one to a client that ignores case.
 */
#ifndef SYNC_DOCNAME_H
#define SYNC_DOCNAME_H

#include "guid.h"
#include "hash.h"
#include "str.h"

/*
 * Why a file or folder cannot have that name ("holds a \":\""), or NULL. What
 * Windows and SharePoint cannot keep, no client could save.
 */
const char *docname_wrong(struct str name);
/* The same of a folder's path, "a/b"; empty is the list itself. */
const char *docname_path_wrong(struct str path);
/* "a/b" is "a" (empty: the list itself) and "b". */
void docname_split(struct str path, struct str *dir, struct str *leaf);
/* name lies in dir or below it. */
bool docname_is_below(struct str path, struct str dir);
/*
 * The same for all paths that differ in case only (ASCII, Latin-1, Greek, Cyrillic): what
 * binds the item of a path to the path (item.uid).
 */
void docname_uid(struct hash *h, struct str dir, struct str leaf, struct guid *out);

#endif
