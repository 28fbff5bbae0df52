/*
 * method.h -- one <Method> of a batch as a change that the engine understands.
 * MS-LISTSWS 3.1.4.31, MS-OUTSPS 3.2.4.1 (MetaInfo).
 */
#ifndef FRONT_LISTS_METHOD_H
#define FRONT_LISTS_METHOD_H

#include "apply.h"
#include "lists/wire.h"
#include "xmlr.h"

#define METHOD_INVALID "0x81020014"   /* a value or a name is wrong */
#define METHOD_ABSENT "0x81020016"    /* no such item */
#define METHOD_MALFORMED "0x80070057" /* the method itself is */

/* What a Method says of the place of a document; NULL p: nothing. */
struct place_said {
	struct str type;      /* FSObjType */
	struct str base;      /* BaseName: without ending */
	struct str leaf;      /* LinkFilename, FileLeafRef */
	struct str ref;       /* FileRef */
	struct str dir;       /* FileDirRef */
	struct str target;    /* MoveNewUrl */
	struct str size;      /* FileSizeDisplay: of the content, whatever is said */
};

struct method {
	struct str id, cmd;           /* as sent: Result/@ID is both */
	struct command_request change;
	struct place_said place;      /* of a library: place_apply comes next */
	uint64_t sent_version;        /* owshiddenversion as sent, 0: none */
	/* NULL when it can be applied; else the error code, and why. */
	const char *code, *why;
};

/* Always fills *out. Values are on the arena or in the document. */
void method_read(struct arena *a, const struct list *l, const struct wire_dates *dates,
    const struct xnode *element, struct method *out);

#endif
