/*
 * wsdl.c -- the service's description and the page that a browser gets, both
 * from the operation table. MS-LISTSWS 2.1, 6; WSDL 1.1.
 *
 * Shaped for stub generators: text parameters are strings, XML parameters and
 * results are "any"; no import of the XML Schema namespace, which some
 * generators try to fetch; the SOAP 1.1 port stands first, because they take
 * the first.
 */
#include "lists/lists.h"

#include "log.h"

#define WSDL_NS "http://schemas.xmlsoap.org/wsdl/"
#define TRANSPORT "http://schemas.xmlsoap.org/soap/http"

static const struct {
	const char *name;                 /* of binding and port */
	const char *binding, *operation, *body, *address;
} bindings[] = {
	{ "ListsSoap", "soap:binding", "soap:operation", "soap:body", "soap:address" },
	{ "ListsSoap12", "soap12:binding", "soap12:operation", "soap12:body", "soap12:address" },
};
#define BINDINGS (sizeof(bindings) / sizeof(bindings[0]))

static const char *
name_of(struct arena *a, const struct operation *o, const char *suffix)
{
	return arena_fmt(a, "%s%s", o->name, suffix).p;
}

/* An element of the schema: of that simple type, or with a '<' in front anything. */
static void
write_value(struct xmlw *w, const char *name, const char *type)
{
	bool is_xml = name[0] == '<';

	xmlw_open(w, "s:element");
	xmlw_attrz(w, "minOccurs", "0");
	xmlw_attrz(w, "maxOccurs", "1");
	xmlw_attrz(w, "name", is_xml ? name + 1 : name);
	if (is_xml) {
		xmlw_open(w, "s:complexType");
		xmlw_attrz(w, "mixed", "true");
		xmlw_open(w, "s:sequence");
		xmlw_open(w, "s:any");
		xmlw_close(w);
		xmlw_close(w);
		xmlw_close(w);
	} else {
		xmlw_attrz(w, "type", type);
	}
	xmlw_close(w);
}

static void
write_element(struct xmlw *w, const char *name, const char *const *values, const char *binary)
{
	xmlw_open(w, "s:element");
	xmlw_attrz(w, "name", name);
	xmlw_open(w, "s:complexType");
	if (*values) {
		xmlw_open(w, "s:sequence");
		for (; *values; values++)
			write_value(w, *values, binary && strcmp(*values, binary) == 0 ?
			    "s:base64Binary" : "s:string");
		xmlw_close(w);
	}
	xmlw_close(w);
	xmlw_close(w);
}

static void
write_types(struct xmlw *w, struct arena *a, const struct operation *o, size_t n)
{
	const char *result[2] = { NULL, NULL };
	size_t i;

	xmlw_open(w, "wsdl:types");
	xmlw_open(w, "s:schema");
	xmlw_attrz(w, "elementFormDefault", "qualified");
	xmlw_attrz(w, "targetNamespace", SOAP_SERVICE_NS);
	for (i = 0; i < n; i++) {
		write_element(w, o[i].name, o[i].parameter, o[i].upload);
		result[0] = o[i].result == RESULT_NONE ? NULL :
		    arena_fmt(a, "%s%sResult", o[i].result == RESULT_XML ? "<" : "",
		    o[i].name).p;
		write_element(w, name_of(a, &o[i], "Response"), result, NULL);
	}
	xmlw_close(w);
	xmlw_close(w);
}

static void
write_message(struct xmlw *w, struct arena *a, const char *name, const char *element)
{
	xmlw_open(w, "wsdl:message");
	xmlw_attrz(w, "name", name);
	xmlw_open(w, "wsdl:part");
	xmlw_attrz(w, "name", "parameters");
	xmlw_attrz(w, "element", arena_fmt(a, "tns:%s", element).p);
	xmlw_close(w);
	xmlw_close(w);
}

static void
write_port_type(struct xmlw *w, const struct operation *o, size_t n)
{
	static const char *const ways[][2] = {
		{ "wsdl:input", "SoapIn" }, { "wsdl:output", "SoapOut" },
	};
	size_t i, k;

	xmlw_open(w, "wsdl:portType");
	xmlw_attrz(w, "name", "ListsSoap");
	for (i = 0; i < n; i++) {
		xmlw_open(w, "wsdl:operation");
		xmlw_attrz(w, "name", o[i].name);
		for (k = 0; k < 2; k++) {
			xmlw_open(w, ways[k][0]);
			xmlw_attrf(w, "message", "tns:%s%s", o[i].name, ways[k][1]);
			xmlw_close(w);
		}
		xmlw_close(w);
	}
	xmlw_close(w);
}

static void
write_binding(struct xmlw *w, size_t b, const struct operation *o, size_t n)
{
	static const char *const ways[] = { "wsdl:input", "wsdl:output" };
	size_t i, k;

	xmlw_open(w, "wsdl:binding");
	xmlw_attrz(w, "name", bindings[b].name);
	xmlw_attrz(w, "type", "tns:ListsSoap");
	xmlw_open(w, bindings[b].binding);
	xmlw_attrz(w, "transport", TRANSPORT);
	xmlw_close(w);
	for (i = 0; i < n; i++) {
		xmlw_open(w, "wsdl:operation");
		xmlw_attrz(w, "name", o[i].name);
		xmlw_open(w, bindings[b].operation);
		xmlw_attrf(w, "soapAction", "%s%s", SOAP_SERVICE_NS, o[i].name);
		xmlw_attrz(w, "style", "document");
		xmlw_close(w);
		for (k = 0; k < 2; k++) {
			xmlw_open(w, ways[k]);
			xmlw_open(w, bindings[b].body);
			xmlw_attrz(w, "use", "literal");
			xmlw_close(w);
			xmlw_close(w);
		}
		xmlw_close(w);
	}
	xmlw_close(w);
}

static void
write_service(struct xmlw *w, const char *base_url)
{
	size_t b;

	xmlw_open(w, "wsdl:service");
	xmlw_attrz(w, "name", "Lists");
	for (b = 0; b < BINDINGS; b++) {
		xmlw_open(w, "wsdl:port");
		xmlw_attrz(w, "name", bindings[b].name);
		xmlw_attrf(w, "binding", "tns:%s", bindings[b].name);
		xmlw_open(w, bindings[b].address);
		xmlw_attrf(w, "location", "%s/_vti_bin/Lists.asmx", base_url);
		xmlw_close(w);
		xmlw_close(w);
	}
	xmlw_close(w);
}

static void
write_definitions(struct xmlw *w, struct arena *a, const char *base_url)
{
	const struct operation *o;
	size_t i, n;

	o = operations(&n);
	xmlw_prolog(w);
	xmlw_open(w, "wsdl:definitions");
	xmlw_attrz(w, "xmlns:wsdl", WSDL_NS);
	xmlw_attrz(w, "xmlns:soap", "http://schemas.xmlsoap.org/wsdl/soap/");
	xmlw_attrz(w, "xmlns:soap12", "http://schemas.xmlsoap.org/wsdl/soap12/");
	xmlw_attrz(w, "xmlns:s", "http://www.w3.org/2001/XMLSchema");
	xmlw_attrz(w, "xmlns:tns", SOAP_SERVICE_NS);
	xmlw_attrz(w, "targetNamespace", SOAP_SERVICE_NS);
	write_types(w, a, o, n);
	for (i = 0; i < n; i++) {
		write_message(w, a, name_of(a, &o[i], "SoapIn"), o[i].name);
		write_message(w, a, name_of(a, &o[i], "SoapOut"), name_of(a, &o[i], "Response"));
	}
	write_port_type(w, o, n);
	for (i = 0; i < BINDINGS; i++)
		write_binding(w, i, o, n);
	write_service(w, base_url);
	xmlw_close(w);
}

void
wsdl_write(struct front_context *c, struct response *r)
{
	struct xmlw *w = ARENA_NEW(c->engine->arena, struct xmlw);
	struct sink sink = spool_sink(&r->body);

	response_header(r, "Content-Type", "text/xml; charset=utf-8");
	xmlw_init(w, &sink, XMLW_XML);
	write_definitions(w, c->engine->arena, c->site->base_url);
	if (!xmlw_end(w))
		response_error(r, 503, "There was no room for the answer. Try again.");
}

/* Clients look whether this page answers 200; people want to know what it is. */
void
help_write(struct front_context *c, struct response *r)
{
	struct xmlw *w = ARENA_NEW(c->engine->arena, struct xmlw);
	struct sink sink = spool_sink(&r->body);
	const struct operation *o;
	size_t i, n;

	o = operations(&n);
	response_header(r, "Content-Type", "text/html; charset=utf-8");
	xmlw_init(w, &sink, XMLW_HTML);
	xmlw_prolog(w);
	xmlw_open(w, "html");
	xmlw_attrz(w, "lang", "en");
	xmlw_open(w, "head");
	xmlw_element(w, "title", "Lists Web Service");
	xmlw_close(w);
	xmlw_open(w, "body");
	xmlw_element(w, "h1", "Lists Web Service");
	xmlw_element(w, "p", "This address is for programs. They send SOAP 1.1 or 1.2 by POST. "
	    "It offers these operations:");
	xmlw_open(w, "ul");
	for (i = 0; i < n; i++)
		xmlw_element(w, "li", o[i].name);
	xmlw_close(w);
	xmlw_open(w, "p");
	xmlw_open(w, "a");
	xmlw_attrz(w, "href", "?WSDL");
	xmlw_textz(w, "Service Description");
	xmlw_close(w);
	xmlw_close(w);
	xmlw_close(w);
	xmlw_close(w);
	if (!xmlw_end(w))
		response_error(r, 503, "There was no room for the answer. Try again.");
}
