/*
 * xmlr.h -- hardened, bounded XML reader: a tree for small request bodies.
 * The only user of <libxml/...>.
 *
 * A DOCTYPE, a depth over LIMIT_XML_DEPTH, more nodes than LIMIT_XML_NODES,
 * an undefined entity: refused. No network, no external entity, no HUGE.
 */
#ifndef BASE_XMLR_H
#define BASE_XMLR_H

#include "arena.h"

struct xnode; /* an element; lives as long as the arena */

/*
 * Parse n bytes (UTF-8 or UTF-16, BOM and declaration respected). charset: from
 * Content-Type, or NULL. The document is freed with the arena.
 * E_INVALID with a sentence that names line and reason.
 */
enum outcome xmlr_parse(struct arena *a, struct str bytes, const char *charset,
    struct xnode **root, struct err *e) WARN_UNUSED;

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
