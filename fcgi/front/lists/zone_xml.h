/*
 * zone_xml.h -- the text of XMLTZone (MS-OUTSPS 2.2.4.6).
 */
#ifndef FRONT_ZONE_XML_H
#define FRONT_ZONE_XML_H

#include "arena.h"
#include "zonerule.h"

#define ZONE_XML_MAX 16384 /* bytes; Outlook's are below 500 */

/* What all-day series must carry (MS-OUTSPS R317). */
#define ZONE_XML_NEUTRAL "<timeZoneRule><standardBias>0</standardBias>" \
	"<additionalDaylightBias>0</additionalDaylightBias></timeZoneRule>"

/* False with a sentence on the arena. */
WARN_UNUSED bool zone_xml_read(
    struct arena *a, struct str text, struct zone_rule *out, const char **why);
/* UTC, which is a zeroed rule, is written as the neutral zone. */
struct str zone_xml_write(struct arena *a, const struct zone_rule *r);

#endif
