/*
 * rights.c -- rights as SharePoint's permission bits and names.
 * MS-LISTSWS 2.2.5.2 (bits), MS-OUTSPS 3.2.4.1 (what a client makes of them).
 *
 * Outlook compares the names as one string with the last one and downloads
 * everything when it differs: so they come from one table, in bit order.
 */
#include "lists/schema.h"

#include "access.h"
#include "buf.h"

/* SharePoint's usual "Contribute" and "Read". */
#define MASK_CONTRIBUTE UINT64_C(0x1b03c4312ef)
#define MASK_READ UINT64_C(0xb008431061)

#define BIT_ADD UINT64_C(0x2)
#define BIT_EDIT UINT64_C(0x4)
#define BIT_DELETE UINT64_C(0x8)

static const struct {
	uint64_t bit;
	const char *name;
} bits[] = {
	{ UINT64_C(0x1), "ViewListItems" },
	{ BIT_ADD, "AddListItems" },
	{ BIT_EDIT, "EditListItems" },
	{ BIT_DELETE, "DeleteListItems" },
	{ UINT64_C(0x20), "OpenItems" },
	{ UINT64_C(0x40), "ViewVersions" },
	{ UINT64_C(0x80), "DeleteVersions" },
	{ UINT64_C(0x200), "ManagePersonalViews" },
	{ UINT64_C(0x1000), "ViewFormPages" },
	{ UINT64_C(0x10000), "Open" },
	{ UINT64_C(0x20000), "ViewPages" },
	{ UINT64_C(0x400000), "CreateSSCSite" },
	{ UINT64_C(0x4000000), "BrowseDirectories" },
	{ UINT64_C(0x8000000), "BrowseUserInfo" },
	{ UINT64_C(0x10000000), "AddDelPrivateWebParts" },
	{ UINT64_C(0x20000000), "UpdatePersonalWebParts" },
	{ UINT64_C(0x1000000000), "UseClientIntegration" },
	{ UINT64_C(0x2000000000), "UseRemoteAPIs" },
	{ UINT64_C(0x8000000000), "CreateAlerts" },
	{ UINT64_C(0x10000000000), "EditMyUserInfo" },
};

uint64_t
rights_mask(unsigned rights)
{
	uint64_t mask = MASK_CONTRIBUTE;

	if (!(rights & RIGHT_READ))
		return 0;
	if (!(rights & RIGHT_WRITE))
		return MASK_READ;
	if (!(rights & RIGHT_INSERT))
		mask &= ~BIT_ADD;
	if (!(rights & RIGHT_UPDATE))
		mask &= ~BIT_EDIT;
	if (!(rights & RIGHT_DELETE))
		mask &= ~BIT_DELETE;
	return mask;
}

struct str
rights_names(struct arena *a, unsigned rights)
{
	uint64_t mask = rights_mask(rights);
	struct buf b;
	struct str s;
	size_t i;

	buf_init(&b, 1024);
	for (i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
		if (mask & bits[i].bit)
			buf_addf(&b, "%s%s", b.n ? ", " : "", bits[i].name);
	s = arena_dup(a, buf_str(&b));
	buf_clear(&b);
	return s;
}
