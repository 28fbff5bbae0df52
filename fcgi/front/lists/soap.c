/*
 * soap.c -- envelopes: which operation is asked for, answers, faults.
 *
 * Clients look for the literal prefixes "soap:", for unprefixed elements of
 * the service, and by position: no Header, no white space. In a SOAP 1.2
 * fault the detail is soap:Detail; the lower-case one of real servers is
 * invalid, and several stubs then show no detail at all.
 */
#include "lists/soap.h"

#include <stdarg.h>
#include <stdio.h>

#include "base64.h"
#include "limits.h"
#include "log.h"

#define NS_11 "http://schemas.xmlsoap.org/soap/envelope/"
#define NS_12 "http://www.w3.org/2003/05/soap-envelope"

static const struct {
	const char *ns, *content_type;
	const char *blame[SOAP_BLAME__MAX];
} versions[] = {
	[SOAP_11] = { NS_11, "text/xml; charset=utf-8", {
		[SOAP_CLIENT] = "soap:Client", [SOAP_SERVER] = "soap:Server",
		[SOAP_MUST_UNDERSTAND] = "soap:MustUnderstand",
		[SOAP_VERSION_MISMATCH] = "soap:VersionMismatch" } },
	[SOAP_12] = { NS_12, "application/soap+xml; charset=utf-8", {
		[SOAP_CLIENT] = "soap:Sender", [SOAP_SERVER] = "soap:Receiver",
		[SOAP_MUST_UNDERSTAND] = "soap:MustUnderstand",
		[SOAP_VERSION_MISMATCH] = "soap:VersionMismatch" } },
};

/* ---- Content-Type ---- */

static struct str
media_type(struct str content_type)
{
	struct str rest;

	return str_trim(str_cut(content_type, ';', &rest));
}

bool
soap_is_media_type(struct str content_type)
{
	struct str type = media_type(content_type);

	return str_ieq(type, STR("text/xml")) ||
	       str_ieq(type, STR("application/soap+xml"));
}

/* Without the quotes, single or double, that clients put around it. */
static struct str
unquoted(struct str s)
{
	s = str_trim(s);
	if (s.n >= 2 && (s.p[0] == '"' || s.p[0] == '\'') && s.p[s.n - 1] == s.p[0])
		return (struct str){ s.p + 1, s.n - 2 };
	return s;
}

/* A parameter of Content-Type; NULL p when absent. A quoted value may hold no ';'. */
static struct str
parameter(struct str content_type, struct str name)
{
	struct str rest = content_type, part, value;

	str_cut(rest, ';', &rest);
	while (rest.n) {
		part = str_cut(rest, ';', &rest);
		if (str_ieq(str_trim(str_cut(part, '=', &value)), name) && value.p)
			return unquoted(value);
	}
	return STR_NULL;
}

struct str
soap_action(const struct request *q)
{
	struct str header = q->header(q->header_arg, "SOAPAction");
	struct str named = header.p ? unquoted(header)
	    : parameter(q->content_type, STR("action"));

	return named.n ? named : STR("");
}

static void
read_action(const struct request *q, struct soap_call *out)
{
	out->has_action = q->header(q->header_arg, "SOAPAction").p ||
	    str_ieq(media_type(q->content_type), STR("application/soap+xml"));
	out->action = soap_action(q);
}

/* ---- reading ---- */

static bool
is_true(struct str s)
{
	s = str_trim(s);
	return str_ieq(s, STR("1")) || str_ieq(s, STR("true"));
}

/* The first header block that demands to be understood; we know none. */
static const struct xnode *
strange_header(struct arena *a, const struct xnode *envelope)
{
	const struct xnode *header = xnode_child(envelope, "Header"), *n;

	for (n = header ? xnode_first(header) : NULL; n; n = xnode_next(n))
		if (is_true(xnode_attr(a, n, "mustUnderstand")))
			return n;
	return NULL;
}

/* What the envelope could not say because it could not be read. */
static enum soap_version
version_by_type(const struct request *q)
{
	return str_ieq(media_type(q->content_type), STR("application/soap+xml")) ?
	    SOAP_12 : SOAP_11;
}

static bool
refuse_xml(const struct request *q, const struct err *e, struct response *r)
{
	if (e->code == E_LIMIT || strstr(e->peer, "DOCTYPE"))
		soap_fault(r, q, version_by_type(q), SOAP_CLIENT, NULL, "%s", e->peer);
	else
		response_error(r, e->code == E_UNAVAILABLE ? 503 : 400, "%s (reference %s)",
		    e->peer, q->id);
	r->note.outcome = outcome_name(e->code);
	r->note.detail = "the body is no usable XML";
	return false;
}

/* ---- files in base64 ---- */

struct decoding {
	struct base64 text;
	struct spool bytes;
	struct sink to;
};

static void
decoding_end(void *d)
{
	spool_clear(&((struct decoding *)d)->bytes);
}

static void
decode(void *d, const char *p, size_t n)
{
	struct decoding *into = d;

	base64_add(&into->text, p, n, &into->to);
}

/* Beside the answer, where a worker may keep what it cannot hold. */
static struct decoding *
decoding_open(struct arena *a, struct response *r)
{
	struct decoding *d = ARENA_NEW(a, struct decoding);

	base64_init(&d->text);
	spool_init(&d->bytes, LIMIT_UPLOAD_MEMORY, r->body.dir);
	d->bytes.progress = r->body.progress;
	d->to = spool_sink(&d->bytes);
	arena_defer(a, decoding_end, d);
	return d;
}

static struct soap_upload
decoded(struct decoding *d)
{
	return (struct soap_upload){ .is_there = true, .is_broken = !base64_end(&d->text),
		.bytes = &d->bytes };
}

void
soap_decode(struct arena *a, struct soap_call *c, const char *name, struct response *r)
{
	const struct xnode *n = xnode_child(c->args, name);
	struct decoding *d;
	struct str text;

	if (c->upload.bytes || !n || xnode_is_nil(n))
		return;
	d = decoding_open(a, r);
	text = xnode_text(a, n);
	decode(d, text.p, text.n);
	c->upload = decoded(d);
}

static enum outcome
parse(struct arena *a, const struct request *q, const char *const (*files)[2],
    struct soap_call *out, struct response *r, struct xnode **root, struct err *e)
{
	struct str charset = parameter(q->content_type, STR("charset"));
	const char *said = charset.p ? arena_dup(a, charset).p : NULL;
	struct xmlr_lift lift = { .from = files, .text = decode };
	enum outcome o;

	if (!q->upload)
		return xmlr_parse(a, q->body, said, root, e);
	lift.arg = decoding_open(a, r);
	o = xmlr_parse_lifting(a, q->upload, said, &lift, root, e);
	if (lift.is_found) {
		out->upload = decoded(lift.arg);
		out->upload.is_broken |= lift.has_elements;
	}
	return o;
}

bool
soap_read(struct arena *a, const struct request *q, const char *const (*files)[2],
    struct soap_call *out, struct response *r)
{
	const struct xnode *strange;
	struct xnode *root;
	struct err e = { 0 };

	*out = (struct soap_call){ .version = version_by_type(q) };
	read_action(q, out);
	if (parse(a, q, files, out, r, &root, &e) != OK)
		return refuse_xml(q, &e, r);
	if (strcmp(xnode_name(root), "Envelope") != 0) {
		soap_fault(r, q, out->version, SOAP_CLIENT, NULL,
		    "The body is <%s>; a SOAP Envelope was expected.", xnode_name(root));
		return false;
	}
	if (strcmp(xnode_ns(root), NS_11) == 0) {
		out->version = SOAP_11;
	} else if (strcmp(xnode_ns(root), NS_12) == 0) {
		out->version = SOAP_12;
	} else {
		soap_fault(r, q, out->version, SOAP_VERSION_MISMATCH, NULL,
		    "The Envelope is of the namespace \"%s\"; SOAP 1.1 (%s) and 1.2 (%s) "
		    "are understood.",
		    xnode_ns(root), NS_11, NS_12);
		return false;
	}
	strange = strange_header(a, root);
	if (strange) {
		soap_fault(r, q, out->version, SOAP_MUST_UNDERSTAND, NULL,
		    "The header %s must be understood, and is not known here.",
		    xnode_name(strange));
		return false;
	}
	root = xnode_child(root, "Body");
	out->args = root ? xnode_first(root) : NULL;
	if (!out->args) {
		soap_fault(r, q, out->version, SOAP_CLIENT, NULL,
		    "The SOAP Body is missing or empty; it must hold the operation's "
		    "element.");
		return false;
	}
	out->operation = xnode_name(out->args);
	return true;
}

/* ---- writing ---- */

static void
begin_envelope(struct xmlw *w, enum soap_version version)
{
	xmlw_prolog(w);
	xmlw_open(w, "soap:Envelope");
	xmlw_attrz(w, "xmlns:soap", versions[version].ns);
	xmlw_attrz(w, "xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance");
	xmlw_attrz(w, "xmlns:xsd", "http://www.w3.org/2001/XMLSchema");
	xmlw_open(w, "soap:Body");
}

void
soap_begin(struct xmlw *w, struct arena *a, const struct soap_call *c, struct response *r)
{
	r->status = 200;
	response_header(r, "Content-Type", "%s", versions[c->version].content_type);
	begin_envelope(w, c->version);
	xmlw_open(w, arena_fmt(a, "%sResponse", c->operation).p);
	xmlw_attrz(w, "xmlns", SOAP_SERVICE_NS);
	xmlw_open(w, arena_fmt(a, "%sResult", c->operation).p);
}

void
soap_empty(struct xmlw *w, struct arena *a, const struct soap_call *c, struct response *r)
{
	r->status = 200;
	response_header(r, "Content-Type", "%s", versions[c->version].content_type);
	begin_envelope(w, c->version);
	xmlw_open(w, arena_fmt(a, "%sResponse", c->operation).p);
	xmlw_attrz(w, "xmlns", SOAP_SERVICE_NS);
	for (int i = 0; i < 3; i++)
		xmlw_close(w);
}

void
soap_end(struct xmlw *w)
{
	int i;

	for (i = 0; i < 4; i++)
		xmlw_close(w);
}

static void
write_detail(struct xmlw *w, const char *element, const char *code, const char *text)
{
	xmlw_open(w, element);
	xmlw_open(w, "errorstring");
	xmlw_attrz(w, "xmlns", SOAP_SERVICE_NS);
	xmlw_textz(w, text);
	xmlw_close(w);
	if (code) {
		xmlw_open(w, "errorcode");
		xmlw_attrz(w, "xmlns", SOAP_SERVICE_NS);
		xmlw_textz(w, code);
		xmlw_close(w);
	}
	xmlw_close(w);
}

static void
write_fault(struct xmlw *w, enum soap_version version, enum soap_blame blame,
    const char *code, const char *text)
{
	const char *who = versions[version].blame[blame];

	begin_envelope(w, version);
	xmlw_open(w, "soap:Fault");
	if (version == SOAP_11) {
		xmlw_element(w, "faultcode", who);
		xmlw_element(w, "faultstring", text);
		write_detail(w, "detail", code, text);
	} else {
		xmlw_open(w, "soap:Code");
		xmlw_element(w, "soap:Value", who);
		xmlw_close(w);
		xmlw_open(w, "soap:Reason");
		xmlw_open(w, "soap:Text");
		xmlw_attrz(w, "xml:lang", "en");
		xmlw_textz(w, text);
		xmlw_close(w);
		xmlw_close(w);
		write_detail(w, "soap:Detail", code, text);
	}
	xmlw_close(w);
	xmlw_close(w);
	xmlw_close(w);
}

void
soap_fault(struct response *r, const struct request *q, enum soap_version version,
    enum soap_blame blame, const char *code, const char *fmt, ...)
{
	char text[1024];
	struct sink sink;
	struct xmlw w;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n < 0)
		n = 0;
	if ((size_t)n > sizeof(text) - 100) /* room for the reference */
		n = (int)sizeof(text) - 100;
	snprintf(text + n, sizeof(text) - (size_t)n, " (reference %.64s)", q->id);

	response_forget(r);
	r->status = 500;
	response_header(r, "Content-Type", "%s", versions[version].content_type);
	sink = spool_sink(&r->body);
	xmlw_init(&w, &sink, XMLW_XML);
	write_fault(&w, version, blame, code, text);
	if (!xmlw_end(&w))
		response_error(r, 500, "%s", text);
	r->note.outcome =
	    outcome_name(blame == SOAP_SERVER && !code ? E_FAILED : E_INVALID);
	r->note.detail = code;
	log_note("fault %s: %s", code ? code : "-", text);
}
