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
	size_t text;         /* bytes outside of what is lifted */
	struct xmlr_lift *lift; /* NULL: a tree of everything */
	unsigned inside;     /* elements that are open in what is lifted, itself included */
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

/* ---- the same while a text is lifted out ---- */

static bool
is_lifted(const xmlParserCtxt *ctxt, const xmlChar *local)
{
	const struct reading *r = ctxt->_private;
	const char *const (*from)[2];

	for (from = r->lift->from; ctxt->node && (*from)[0]; from++)
		if (strcmp((*from)[0], (const char *)ctxt->node->name) == 0 &&
		    strcmp((*from)[1], (const char *)local) == 0)
			return true;
	return false;
}

static void
on_element_lifting(void *ctx, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri,
    int namespace_n, const xmlChar **namespaces, int attribute_n, int default_n,
    const xmlChar **attributes)
{
	xmlParserCtxt *ctxt = ctx;
	struct reading *r = ctxt->_private;

	if (r->inside) {
		r->inside++;
		r->lift->has_elements = true;
		if (++r->nodes > LIMIT_UPLOAD_NODES)
			refuse(ctxt, "there are more elements and attributes than the limit "
			    "of " TEXT(LIMIT_UPLOAD_NODES) " around a file");
		return;
	}
	if (r->nodes + 1 + namespace_n + attribute_n > LIMIT_UPLOAD_NODES) {
		refuse(ctxt, "there are more elements and attributes than the limit of "
		    TEXT(LIMIT_UPLOAD_NODES) " around a file");
		return;
	}
	if (is_lifted(ctxt, local)) {
		if (r->lift->is_found) {
			refuse(ctxt, "a second file stands here; one call brings one");
			return;
		}
		r->lift->is_found = true;
		r->inside = 1;
	}
	on_element(ctx, local, prefix, uri, namespace_n, namespaces, attribute_n, default_n,
	    attributes);
}

static void
on_end_lifting(void *ctx, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri)
{
	xmlParserCtxt *ctxt = ctx;
	struct reading *r = ctxt->_private;

	if (r->inside && --r->inside)
		return; /* was never built */
	xmlSAX2EndElementNs(ctx, local, prefix, uri);
}

static void
on_text_lifting(void *ctx, const xmlChar *p, int n)
{
	xmlParserCtxt *ctxt = ctx;
	struct reading *r = ctxt->_private;

	if (r->inside) {
		r->lift->text(r->lift->arg, (const char *)p, (size_t)n);
		return;
	}
	r->text += (size_t)n;
	if (r->text > LIMIT_UPLOAD_TEXT)
		refuse(ctxt, "the text around the file is longer than the limit of 1 MiB");
	else
		xmlSAX2Characters(ctx, p, n);
}
_Static_assert(LIMIT_UPLOAD_TEXT == 1048576, "said above");

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

#define OPTIONS (XML_PARSE_NONET | XML_PARSE_NOCDATA | XML_PARSE_IGNORE_ENC | \
	XML_PARSE_COMPACT | XML_PARSE_NOERROR | XML_PARSE_NOWARNING)

static void
set_hooks(xmlParserCtxt *ctxt, struct reading *r)
{
	ctxt->_private = r;
	ctxt->sax->internalSubset = on_doctype;
	ctxt->sax->startElementNs = r->lift ? on_element_lifting : on_element;
	ctxt->sax->serror = on_error;
	ctxt->sax->comment = NULL;
	ctxt->sax->processingInstruction = NULL;
	if (!r->lift)
		return;
	ctxt->sax->endElementNs = on_end_lifting;
	ctxt->sax->characters = on_text_lifting;
	ctxt->sax->ignorableWhitespace = on_text_lifting;
}

static enum outcome
parse_utf8(struct arena *a, struct str s, struct xnode **root, struct err *e)
{
	struct reading r = { 0 };
	xmlParserCtxt *ctxt = xmlNewParserCtxt();
	enum outcome result = OK;
	xmlDoc *doc;

	if (!ctxt)
		return err_set(e, E_FAILED, "no memory is left to read the request");
	set_hooks(ctxt, &r);
	doc = xmlCtxtReadMemory(ctxt, s.p, (int)s.n, NULL, NULL, OPTIONS);
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

/* ---- in pieces ---- */

#define PIECE (32 * KIB)
/* libxml2 keeps a tag until it has ended: many attributes in one would take it minutes. */
#define UNREAD_MAX (64 * KIB)

static bool
is_utf8(const char *charset)
{
	struct str s = str_trim(str_of(charset));

	return s.n == 0 || str_ieq(s, STR("utf-8")) || str_ieq(s, STR("utf8")) ||
	    str_ieq(s, STR("us-ascii"));
}

/* Without its BOM; UTF-16 shows by its own or by a NUL. */
static bool
check_start(struct str *s)
{
	if (s->n >= 3 && memcmp(s->p, "\xEF\xBB\xBF", 3) == 0)
		*s = (struct str){ s->p + 3, s->n - 3 };
	return s->n < 2 || (s->p[0] && s->p[1] && memcmp(s->p, "\xFF\xFE", 2) != 0 &&
	    memcmp(s->p, "\xFE\xFF", 2) != 0);
}

static enum outcome
push(xmlParserCtxt *ctxt, struct spool *from, struct err *e)
{
	struct reading *r = ctxt->_private;
	char piece[PIECE];
	uint64_t at = 0;
	size_t n = 1;

	while (n && !r->refused && ctxt->wellFormed) {
		struct str s = { piece, 0 };

		if (!spool_read(from, at, piece, sizeof(piece), &n))
			return err_set(e, E_UNAVAILABLE, "The request could not be read back on "
			    "this server. Send it again.");
		s.n = n;
		if (at == 0 && !check_start(&s))
			return err_set(e, E_INVALID, "line 1: a request that brings a file must be "
			    "UTF-8");
		at += n;
		if (n == 0 || s.n)
			xmlParseChunk(ctxt, s.p, (int)s.n, n == 0);
		if (ctxt->input && ctxt->input->end - ctxt->input->cur > UNREAD_MAX)
			refuse(ctxt, "a tag or comment here is longer than the limit of 64 KiB");
	}
	return OK;
}

enum outcome
xmlr_parse_lifting(struct arena *a, struct spool *from, const char *charset,
    struct xmlr_lift *lift, struct xnode **root, struct err *e)
{
	struct reading r = { .lift = lift };
	xmlParserCtxt *ctxt;
	enum outcome result;

	*root = NULL;
	lift->is_found = lift->has_elements = false;
	if (!is_utf8(charset))
		return err_set(e, E_INVALID, "line 1: the charset \"%.40s\" is not understood here; "
		    "a request that brings a file must be UTF-8", charset);
	xmlInitParser();
	ctxt = xmlCreatePushParserCtxt(NULL, NULL, NULL, 0, NULL);
	if (!ctxt)
		return err_set(e, E_FAILED, "no memory is left to read the request");
	xmlCtxtUseOptions(ctxt, OPTIONS);
	set_hooks(ctxt, &r);
	result = push(ctxt, from, e);
	if (ctxt->myDoc)
		arena_defer(a, free_doc, ctxt->myDoc);
	if (result == OK && ctxt->wellFormed && !r.refused && ctxt->myDoc)
		*root = (struct xnode *)xmlDocGetRootElement(ctxt->myDoc);
	ctxt->myDoc = NULL;
	if (result == OK && !*root)
		result = syntax_error(&r, e);
	xmlFreeParserCtxt(ctxt);
	return result;
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
