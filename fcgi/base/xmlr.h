/*
 * xmlr.h -- hardened, bounded XML reader: a tree for small request bodies.
 * The only user of <libxml/...>. A large text in it can be lifted out as it comes.
 *
 * A DOCTYPE, a depth over LIMIT_XML_DEPTH, more nodes than LIMIT_XML_NODES,
 * an undefined entity: refused. No network, no external entity, no HUGE.
 */
#ifndef BASE_XMLR_H
#define BASE_XMLR_H

#include "arena.h"
#include "spool.h"

struct xnode; /* an element; lives as long as the arena */

/*
 * Parse n bytes (UTF-8 or UTF-16, BOM and declaration respected). charset: from
 * Content-Type, or NULL. The document is freed with the arena.
 * E_INVALID with a sentence that names line and reason.
 */
enum outcome xmlr_parse(struct arena *a, struct str bytes, const char *charset,
    struct xnode **root, struct err *e) WARN_UNUSED;

/*
 * The text of <parent><element>text</element></parent> (local names, any
 * namespace) is handed over piece by piece as it is read and never built into the
 * tree, where the element stands empty. At most one may come.
 */
struct xmlr_lift {
	const char *const (*from)[2];  /* pairs of parent and element; a NULL parent ends */
	void (*text)(void *arg, const char *p, size_t n);
	void *arg;
	bool is_found;                 /* filled: it came */
	bool has_elements;             /* filled: it held more than text */
};

/*
 * The same as xmlr_parse for a body of any length in a spool, read in pieces:
 * memory does not grow with what is lifted. UTF-8 only; what surrounds the
 * lifted text is small: LIMIT_UPLOAD_NODES, LIMIT_UPLOAD_TEXT.
 */
enum outcome xmlr_parse_lifting(struct arena *a, struct spool *from, const char *charset,
    struct xmlr_lift *lift, struct xnode **root, struct err *e) WARN_UNUSED;

const char *xnode_name(const struct xnode *n);       /* local name */
const char *xnode_ns(const struct xnode *n);         /* namespace URI or "" */
/* Element children, in order. */
struct xnode *xnode_first(const struct xnode *n);
struct xnode *xnode_next(const struct xnode *n);
/* First child element with that local name, in any namespace; NULL n gives NULL. */
struct xnode *xnode_child(const struct xnode *n, const char *local);
/* First descendant (depth first) with that local name, n itself included. */
struct xnode *xnode_find(struct xnode *n, const char *local);
/* Attribute by local name, any namespace; NULL p when absent. On the arena. */
struct str xnode_attr(struct arena *a, const struct xnode *n, const char *local);
/*
 * The text of an element: character data and CDATA of all its children,
 * comments left out. If it holds elements: their XML, serialised. Never NULL.
 */
struct str xnode_text(struct arena *a, const struct xnode *n);
/* xsi:nil="true" */
bool xnode_is_nil(const struct xnode *n);

#endif
