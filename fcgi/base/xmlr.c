/*
 * xmlr.c -- hardened, bounded XML reader: a tree for small request bodies.
 * The only user of <libxml/...>.
 *
 * xmlprep.c makes the bytes clean UTF-8 first. Depth, nodes, DOCTYPE and
 * namespaces are refused in SAX hooks, while the tree is still small.
 * Comments and processing instructions are never built: a body of nothing
 * else would cost twenty times its size.
 */
#include "xmlr.h"

#include <stdio.h>

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/SAX2.h>
#include <libxml/tree.h>

#include "limits.h"
#include "xmlprep.h"

/* Each prefix is looked up among the declarations in scope, one by one. */
#define NAMESPACES_MAX 128
#define XSI "http://www.w3.org/2001/XMLSchema-instance"

#define TEXT_OF(s) #s
#define TEXT(s) TEXT_OF(s)

struct reading { /* what the hooks need, behind ctxt->_private */
	long nodes;
	const char *refused; /* a sentence, NULL while all is well */
	int line;            /* of what was refused or broken */
	char broken[200];    /* libxml2's words for the first error; later ones mislead */
};

/* ------------------------------------------------------------------------ hooks */

static void
refuse(xmlParserCtxt *ctxt, const char *why)
{
	struct reading *r = ctxt->_private;

	if (!r->refused) {
		r->refused = why;
		r->line = ctxt->input ? ctxt->input->line : 0;
	}
	xmlStopParser(ctxt);
}

/* The type that libxml2 2.9 wants is not const. */
static void
on_error(void *ctx, xmlError *error)
{
	const xmlParserCtxt *ctxt = ctx;
	struct reading *r = ctxt->_private;
	struct str why = str_trim(str_of(error->message));

	if (error->level != XML_ERR_FATAL || r->broken[0] || r->refused)
		return;
	snprintf(r->broken, sizeof(r->broken), "%.*s", STR_ARG(why));
	r->line = error->line;
}

static void
on_doctype(void *ctx, const xmlChar *name, const xmlChar *external, const xmlChar *system)
{
	(void)name;
	(void)external;
	(void)system;
	refuse(ctx, "a DOCTYPE stands here; none is accepted, leave it out");
}

static void
on_element(void *ctx, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri,
    int namespace_n, const xmlChar **namespaces, int attribute_n, int default_n,
    const xmlChar **attributes)
{
	xmlParserCtxt *ctxt = ctx;
	struct reading *r = ctxt->_private;

	r->nodes += 1L + namespace_n + attribute_n;
	if (ctxt->nodeNr >= LIMIT_XML_DEPTH)
		refuse(ctxt, "elements are nested deeper than the limit of "
		    TEXT(LIMIT_XML_DEPTH));
	else if (r->nodes > LIMIT_XML_NODES)
		refuse(ctxt, "there are more elements and attributes than the limit of "
		    TEXT(LIMIT_XML_NODES));
	else if (ctxt->nsNr > 2 * NAMESPACES_MAX)
		refuse(ctxt, "more namespaces are declared inside each other than the "
		    "limit of " TEXT(NAMESPACES_MAX));
	else
		xmlSAX2StartElementNs(ctx, local, prefix, uri, namespace_n, namespaces,
		    attribute_n, default_n, attributes);
}

/* ------------------------------------------------------------------------ parse */

static void
free_doc(void *doc)
{
	xmlFreeDoc(doc);
}

static enum outcome
syntax_error(const struct reading *r, struct err *e)
{
	int line = r->line > 0 ? r->line : 1;

	if (r->refused)
		return err_set(e, E_INVALID, "line %d: %s", line, r->refused);
	return err_set(e, E_INVALID, "line %d: the XML is broken: %s", line,
	    r->broken[0] ? r->broken : "no element was found");
}

static enum outcome
parse_utf8(struct arena *a, struct str s, struct xnode **root, struct err *e)
{
	const int options = XML_PARSE_NONET | XML_PARSE_NOCDATA | XML_PARSE_IGNORE_ENC |
	    XML_PARSE_COMPACT | XML_PARSE_NOERROR | XML_PARSE_NOWARNING;
	struct reading r = { 0 };
	xmlParserCtxt *ctxt = xmlNewParserCtxt();
	enum outcome result = OK;
	xmlDoc *doc;

	if (!ctxt)
		return err_set(e, E_FAILED, "no memory is left to read the request");
	ctxt->_private = &r;
	ctxt->sax->internalSubset = on_doctype;
	ctxt->sax->startElementNs = on_element;
	ctxt->sax->serror = on_error;
	ctxt->sax->comment = NULL;
	ctxt->sax->processingInstruction = NULL;
	doc = xmlCtxtReadMemory(ctxt, s.p, (int)s.n, NULL, NULL, options);
	if (doc)
		arena_defer(a, free_doc, doc);
	*root = doc && !r.refused ? (struct xnode *)xmlDocGetRootElement(doc) : NULL;
	if (!*root)
		result = syntax_error(&r, e);
	xmlFreeParserCtxt(ctxt);
	return result;
}

enum outcome
xmlr_parse(struct arena *a, struct str bytes, const char *charset, struct xnode **root,
    struct err *e)
{
	enum outcome result = xmlprep(a, bytes, charset, &bytes, e);

	*root = NULL;
	if (result != OK)
		return result;
	xmlInitParser(); /* does its work once */
	return parse_utf8(a, bytes, root, e);
}

/* ------------------------------------------------------------------------- tree */

static const xmlNode *
node(const struct xnode *n)
{
	return (const xmlNode *)n;
}

static struct xnode *
element_from(xmlNode *n)
{
	while (n && n->type != XML_ELEMENT_NODE)
		n = n->next;
	return (struct xnode *)n;
}

const char *
xnode_name(const struct xnode *n)
{
	return (const char *)node(n)->name;
}

const char *
xnode_ns(const struct xnode *n)
{
	const xmlNs *ns = node(n)->ns;

	return ns && ns->href ? (const char *)ns->href : "";
}

struct xnode *
xnode_first(const struct xnode *n)
{
	return n ? element_from(node(n)->children) : NULL;
}

struct xnode *
xnode_next(const struct xnode *n)
{
	return n ? element_from(node(n)->next) : NULL;
}

struct xnode *
xnode_child(const struct xnode *n, const char *local)
{
	struct xnode *c;

	for (c = xnode_first(n); c; c = xnode_next(c))
		if (strcmp(xnode_name(c), local) == 0)
			return c;
	return NULL;
}

struct xnode *
xnode_find(struct xnode *n, const char *local)
{
	struct xnode *at = n, *next;

	while (at && strcmp(xnode_name(at), local) != 0) {
		next = xnode_first(at);
		for (; !next && at != n; at = (struct xnode *)node(at)->parent)
			next = xnode_next(at);
		at = next;
	}
	return at;
}

/* The texts of a list of nodes, joined. One text alone is not copied. */
static struct str
joined(struct arena *a, const xmlNode *first)
{
	const xmlNode *c;
	size_t n = 0;
	char *out;

	if (!first)
		return STR("");
	if (!first->next && first->content)
		return str_of((const char *)first->content);
	for (c = first; c; c = c->next)
		n += c->content ? strlen((const char *)c->content) : 0;
	out = arena_get(a, n + 1);
	for (n = 0, c = first; c; c = c->next) {
		size_t len = c->content ? strlen((const char *)c->content) : 0;

		if (len)
			memcpy(out + n, c->content, len);
		n += len;
	}
	return (struct str){ out, n };
}

struct str
xnode_attr(struct arena *a, const struct xnode *n, const char *local)
{
	const xmlAttr *at;

	if (!n)
		return STR_NULL;
	for (at = node(n)->properties; at; at = at->next)
		if (strcmp((const char *)at->name, local) == 0)
			return joined(a, at->children);
	return STR_NULL;
}

struct str
xnode_text(struct arena *a, const struct xnode *n)
{
	xmlBuffer *buffer;
	struct str s;
	xmlNode *c;

	if (!n)
		return STR("");
	if (!xnode_first(n))
		return joined(a, node(n)->children);
	buffer = xmlBufferCreate();
	for (c = node(n)->children; buffer && c; c = c->next)
		xmlNodeDump(buffer, c->doc, c, 0, 0);
	s = arena_dup(
	    a, buffer ? str_of((const char *)xmlBufferContent(buffer)) : STR(""));
	xmlBufferFree(buffer);
	return s;
}

bool
xnode_is_nil(const struct xnode *n)
{
	const xmlAttr *at = n ? node(n)->properties : NULL;
	const char *value;

	for (; at; at = at->next) {
		if (strcmp((const char *)at->name, "nil") != 0 || !at->ns ||
		    strcmp((const char *)at->ns->href, XSI) != 0 || !at->children)
			continue;
		value = (const char *)at->children->content;
		return value && (strcmp(value, "true") == 0 || strcmp(value, "1") == 0);
	}
	return false;
}
