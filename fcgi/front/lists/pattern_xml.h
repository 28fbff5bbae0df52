/*
 * pattern_xml.h -- the text of RecurrenceData (MS-OUTSPS 2.2.4.4): a fragment of
 * one or two elements, <recurrence> and <deleteExceptions>.
 */
#ifndef FRONT_PATTERN_XML_H
#define FRONT_PATTERN_XML_H

#include "arena.h"
#include "pattern.h"

#define PATTERN_XML_MAX 65536 /* bytes; Outlook's are below 1,000 */

/*
 * Read a fragment. *delete_exceptions: it asks for that. *kept: the text without that
 * instruction, every other byte as it came (borrowed, or on the arena).
 * False with a sentence on the arena: no XML, no pattern, two patterns, a value out of
 * bounds; out is then undefined, kept and delete_exceptions are set where the text is XML,
 * else kept is the text. A fragment inside <V3RecurrencePattern> is read as well.
 */
WARN_UNUSED bool pattern_xml_read(struct arena *a, struct str text, struct pattern *out,
    bool *delete_exceptions, struct str *kept, const char **why);
/* <recurrence>...</recurrence> */
struct str pattern_xml_write(struct arena *a, const struct pattern *p);
/*
 * For a client that did not ask for v3: a pattern that it does not know goes into an
 * element that it skips (pattern_is_v3). text: as kept or written.
 */
struct str pattern_xml_wrap(struct arena *a, struct str text);

#endif
