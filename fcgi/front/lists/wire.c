/*
 * wire.c -- canonical fields in SharePoint's spelling: names, IDs, types.
 * MS-OUTSPS 3.2.4.2. Values are in wire_value.c.
 *
 * The table below is in the order of fields.def. Fields without an ID have no
 * column type in any SharePoint schema: they travel as item properties.
 */
#include "lists/wire.h"
#include "lists/pattern_xml.h"
#include "lists/zone_xml.h"

#define ROW(f, n, i, t, d, a, fl) [FIELD_##f] = { .field = FIELD_##f, .name = n, .id = i, \
	    .type = t, .display = d, .alias = a, .flags = fl },

#define TITLE_ID "{fa564e0f-0c70-4ab9-b863-0177e6ddd247}"
#define BODY_ID "{7662cd2c-f069-4dba-9e35-082cf976e170}"

static const struct wire_field fields[] = {
	/* of a contact: the last name */
	ROW(TITLE, "Title", TITLE_ID,
	    "Text", "Last Name", NULL, WIRE_SCHEMA)
	ROW(CATEGORIES, "Categories", "{9ebcd900-9d05-46c8-8f4d-e46e87328844}",
	    "Text", "Categories", NULL, 0)
	ROW(ACCOUNT, "Account", NULL,
	    "Text", "Account", NULL, WIRE_BAG_ONLY)
	ROW(ANNIVERSARY, "Anniversary", "{9d76802c-13c4-484a-9872-d7f9641c4672}",
	    "DateTime", "Anniversary", "Wedding", WIRE_DATE_ONLY)
	ROW(ASSISTANT_PHONE, "AssistantNumber", "{f55de332-074e-4e71-a71a-b90abfad51ae}",
	    "Text", "Assistant's phone", NULL, 0)
	ROW(ASSISTANT_NAME, "AssistantsName", "{2aea194d-e399-4f05-95af-94f87b1f2687}",
	    "Text", "Assistant", NULL, 0)
	ROW(PICTURE_MARKER, "AttachProps", NULL,
	    "Text", "Picture marker", NULL, WIRE_BAG_ONLY)
	ROW(CARD_PICTURE, "BCPicture", NULL,
	    "Text", "Business card picture", NULL, WIRE_BAG_ONLY)
	ROW(BILLING, "BillingInformation", "{4f03f66b-fb1e-4ed2-ab8e-f6ed3fe14844}",
	    "Text", "Billing information", NULL, 0)
	ROW(BIRTHDAY, "Birthday", "{c4c7d925-bc1b-4f37-826d-ac49b4fb1bc1}",
	    "DateTime", "Birthday", NULL, WIRE_DATE_ONLY)
	ROW(CARD_LAYOUT, "BizCard", NULL,
	    "Text", "Business card layout", NULL, WIRE_BAG_ONLY)
	ROW(WORK_PHONE2, "Business2Number", "{6547d03a-76d3-4d74-9d34-f51b837c0879}",
	    "Text", "Business phone 2", NULL, 0)
	ROW(CALLBACK_PHONE, "CallbackNumber", "{344e9657-b17f-4344-a834-ff7c056bcc5e}",
	    "Text", "Callback phone", NULL, 0)
	ROW(CAR_PHONE, "CarNumber", "{92a011a9-fd1b-42e0-b6fa-afcfee1928fa}",
	    "Text", "Car phone", NULL, 0)
	ROW(MOBILE_PHONE, "CellPhone", "{2a464df1-44c1-4851-949d-fcd270f0ccf2}",
	    "Text", "Mobile phone", NULL, 0)
	ROW(CERTIFICATE, "Certificate", NULL,
	    "Text", "Certificate", NULL, WIRE_BAG_ONLY)
	ROW(CERTIFICATE_NAME, "CertificateStr", NULL,
	    "Text", "Certificate name", NULL, WIRE_BAG_ONLY)
	ROW(CERTIFICATES_X509, "CertificatesX509", NULL,
	    "Text", "X.509 certificates", NULL, WIRE_BAG_ONLY)
	ROW(CHILDREN, "ChildrensNames", "{6440b402-8ec5-4d7a-83f4-afccb556b5cc}",
	    "Text", "Children", NULL, 0)
	ROW(NOTES, "Comments", "{9da97a8a-1da5-4a77-98d3-4bc10456e700}",
	    "Note", "Notes", NULL, 0)
	ROW(COMPANY, "Company", "{038d1503-4629-40f6-adaf-b47d1ab2d4fe}",
	    "Text", "Company", NULL, 0)
	ROW(COMPANY_PHONE, "CompanyNumber", "{27cb1283-bda2-4ae8-bcff-71725b674dbb}",
	    "Text", "Company phone", NULL, 0)
	ROW(COMPANY_PHONETIC, "CompanyPhonetic", "{034aae88-6e9a-4e41-bc8a-09b6c15fcdf4}",
	    "Text", "Company, phonetic", NULL, 0)
	ROW(COMPUTER_NETWORK, "ComputerNetworkName", "{86a78395-c8ad-429e-abff-be09417b523e}",
	    "Text", "Computer network name", NULL, 0)
	ROW(CONFERENCE_INDEX, "ConfDefServerIndex", NULL,
	    "Text", "Conference server index", NULL, WIRE_BAG_ONLY)
	ROW(CONFERENCE_SERVERS, "ConfServerNames", NULL,
	    "Text", "Conference servers", NULL, WIRE_BAG_ONLY)
	ROW(LINKED_CONTACTS, "ContactLinkName", NULL,
	    "Text", "Linked contacts", NULL, WIRE_BAG_ONLY)
	ROW(CUSTOMER_ID, "CustomerID", "{81368791-7cbc-4230-981a-a7669ade9801}",
	    "Text", "Customer ID", NULL, 0)
	ROW(EXTRA_TEXT, "Description", NULL,
	    "Text", "Extra text", NULL, WIRE_BAG_ONLY)
	ROW(EMAIL, "Email", "{fce16b4c-fe53-4793-aaab-b4892e736d15}",
	    "Text", "E-mail Address", NULL, 0)
	ROW(EMAIL2, "Email2", "{e232d6c8-9f49-4be2-bb28-b90570bcf167}",
	    "Text", "E-mail 2", NULL, 0)
	ROW(EMAIL3, "Email3", "{8bd27dbd-29a0-4ccd-bcb4-03fe70c538b1}",
	    "Text", "E-mail 3", NULL, 0)
	ROW(EMAIL_DISPLAY, "EmailDisplayAs1", NULL,
	    "Text", "E-mail display name", NULL, WIRE_BAG_ONLY)
	ROW(EMAIL2_DISPLAY, "EmailDisplayAs2", NULL,
	    "Text", "E-mail 2 display name", NULL, WIRE_BAG_ONLY)
	ROW(EMAIL3_DISPLAY, "EmailDisplayAs3", NULL,
	    "Text", "E-mail 3 display name", NULL, WIRE_BAG_ONLY)
	ROW(EFAX1, "Fax1", NULL,
	    "Text", "Fax address 1", NULL, WIRE_BAG_ONLY)
	ROW(EFAX2, "Fax2", NULL,
	    "Text", "Fax address 2", NULL, WIRE_BAG_ONLY)
	ROW(EFAX3, "Fax3", NULL,
	    "Text", "Fax address 3", NULL, WIRE_BAG_ONLY)
	ROW(EFAX1_DISPLAY, "FaxDisplayAs1", NULL,
	    "Text", "Fax address 1 display name", NULL, WIRE_BAG_ONLY)
	ROW(EFAX2_DISPLAY, "FaxDisplayAs2", NULL,
	    "Text", "Fax address 2 display name", NULL, WIRE_BAG_ONLY)
	ROW(EFAX3_DISPLAY, "FaxDisplayAs3", NULL,
	    "Text", "Fax address 3 display name", NULL, WIRE_BAG_ONLY)
	ROW(FILE_AS, "FileAs", NULL,
	    "Text", "File as", NULL, WIRE_BAG_ONLY)
	ROW(FIRST_NAME, "FirstName", "{4a722dd4-d406-4356-93f9-2550b8f50dd0}",
	    "Text", "First Name", NULL, 0)
	ROW(FIRST_NAME_PHONETIC, "FirstNamePhonetic", "{ea8f7ca9-2a0e-4a89-b8bf-c51a6af62c73}",
	    "Text", "First name, phonetic", NULL, 0)
	ROW(FREE_BUSY_URL, "FreeBusyURL", NULL,
	    "Text", "Free/busy address", NULL, WIRE_BAG_ONLY)
	ROW(FTP_SITE, "FTPSite", "{d733736e-4204-4812-9565-191567b27e33}",
	    "URL", "FTP site", NULL, 0)
	ROW(FULL_NAME, "FullName", "{475c2610-c157-4b91-9e2d-6855031b3538}",
	    "Text", "Full name", NULL, 0)
	ROW(GENDER, "Gender", "{23550288-91b5-4e7f-81f9-1a92661c4838}",
	    "Choice", "Gender", NULL, 0)
	ROW(GOVERNMENT_ID, "GovernmentIDNumber", "{da31d3c9-f9da-4c35-88d4-60aafa4c3f19}",
	    "Text", "Government ID", NULL, 0)
	ROW(HOBBIES, "Hobbies", "{203fa378-6eb8-4ed9-a4f9-221a4c1fbf46}",
	    "Text", "Hobbies", NULL, 0)
	ROW(HOME_PHONE2, "Home2Number", "{8c5a385d-2fff-42da-a4c5-f6a904f2e491}",
	    "Text", "Home phone 2", NULL, 0)
	ROW(HOME_STREET, "HomeAddress", "{8c66e340-0985-4d68-af03-3050ece4862b}",
	    "Text", "Home street", NULL, 0)
	ROW(HOME_CITY, "HomeAddressCity", "{5aeabc56-57c6-4861-bc12-bd72c30fc6bd}",
	    "Text", "Home city", "HomeCity", 0)
	ROW(HOME_COUNTRY, "HomeAddressCountry", "{897ecfd7-4293-4782-b463-bd68440a5fed}",
	    "Text", "Home country", "HomeCountry", 0)
	ROW(HOME_POSTAL_CODE, "HomeAddressPostalCode", "{c0e4b4c6-6245-4846-8561-b8c6c01fefc1}",
	    "Text", "Home postal code", "HomeZip", 0)
	ROW(HOME_STATE, "HomeAddressStateOrProvince", "{f5b36006-69b0-418c-bd4a-f25ca7e096bb}",
	    "Text", "Home state", "HomeState", 0)
	ROW(HOME_FAX, "HomeFaxNumber", "{c189a857-e6b0-488f-83a0-f4ee0a3ad01e}",
	    "Text", "Home fax", NULL, 0)
	ROW(HOME_ADDRESS, "HomeFreeForm", NULL,
	    "Note", "Home address", NULL, WIRE_BAG_ONLY)
	ROW(HOME_PHONE, "HomePhone", "{2ab923eb-9880-4b47-9965-ebf93ae15487}",
	    "Text", "Home phone", NULL, 0)
	ROW(HOME_PO_BOX, "HomePObox", NULL,
	    "Text", "Home PO box", NULL, WIRE_BAG_ONLY)
	ROW(IM_ADDRESS, "IMAddress", "{4cbd96f7-09c6-4b5e-ad42-1cbe123de63a}",
	    "Text", "IM address", NULL, 0)
	ROW(INITIALS, "Initials", "{7a282f86-69d9-40ff-ae1c-c746cf21256b}",
	    "Text", "Initials", NULL, 0)
	ROW(ISDN, "ISDNNumber", "{a579062a-6c1d-4ad3-9d5e-035f9f2c1882}",
	    "Text", "ISDN", NULL, 0)
	ROW(JOB_TITLE, "JobTitle", "{c4e0f350-52cc-4ede-904c-dd71a3d11f7d}",
	    "Text", "Job Title", NULL, 0)
	ROW(LANGUAGE, "Language", "{d81529e8-384c-4ca6-9c43-c86a256e6a44}",
	    "Choice", "Language", NULL, 0)
	ROW(LAST_NAME_PHONETIC, "LastNamePhonetic", "{fdc8216d-dabf-441d-8ac0-f6c626fbdc24}",
	    "Text", "Last name, phonetic", NULL, 0)
	ROW(LOCATION, "Location", "{288f5f32-8462-4175-8f09-dd7ba29359a9}",
	    "Text", "Location", NULL, 0)
	ROW(MANAGER, "ManagersName", "{ba934502-d68d-4960-a54b-51e15fef5fd3}",
	    "Text", "Manager", NULL, 0)
	ROW(MIDDLE_NAME, "MiddleName", "{418c8d29-6f2e-44c3-8955-2cd7ec3e2151}",
	    "Text", "Middle name", NULL, 0)
	ROW(MILEAGE, "Mileage", "{3126c2f1-063e-4892-828f-0696ec6e105f}",
	    "Text", "Mileage", NULL, 0)
	ROW(NAME_PREFIX, "NameTitle", NULL,
	    "Text", "Title before the name", NULL, WIRE_BAG_ONLY)
	ROW(NICKNAME, "Nickname", "{6b0a2cd7-a7f9-41ca-b932-f3bebb603793}",
	    "Text", "Nickname", NULL, 0)
	ROW(OFFICE, "Office", "{26169ab2-4bd2-4870-b077-10f49c8a5822}",
	    "Text", "Office", "OfficeLocation", 0)
	ROW(DEPARTMENT, "ol_Department", "{c814b2cf-84c6-4f56-b4a4-c766938a97c5}",
	    "Text", "Department", NULL, 0)
	ROW(ORGANIZATION_ID, "OrganizationalIDNumber", "{0850ae15-19dd-431f-9c2f-3aff3ae292ce}",
	    "Text", "Organizational ID", NULL, 0)
	ROW(OTHER_CITY, "OtherAddressCity", "{90fa9a8e-aac0-4828-9cb4-78f98416affa}",
	    "Text", "Other city", NULL, 0)
	ROW(OTHER_COUNTRY, "OtherAddressCountry", "{3c0e9e00-8fcc-479f-9d8d-3447cda34c5b}",
	    "Text", "Other country", NULL, 0)
	ROW(OTHER_PO_BOX, "OtherAddressPObox", NULL,
	    "Text", "Other PO box", NULL, WIRE_BAG_ONLY)
	ROW(OTHER_POSTAL_CODE, "OtherAddressPostalCode", "{0557c3f8-60c4-4dfb-b5ba-bf3c4e4386b1}",
	    "Text", "Other postal code", NULL, 0)
	ROW(OTHER_STATE, "OtherAddressStateOrProvince", "{f45883bc-8733-4b77-ab5d-43613986aa12}",
	    "Text", "Other state", NULL, 0)
	ROW(OTHER_STREET, "OtherAddressStreet", "{dff5dfc2-e2b7-4a19-bde7-76dabc90a3d2}",
	    "Text", "Other street", NULL, 0)
	ROW(OTHER_FAX, "OtherFaxNumber", "{aad15eb6-d7fd-47b8-abd4-adc0fe33a6ba}",
	    "Text", "Other fax", NULL, 0)
	ROW(OTHER_ADDRESS, "OtherFreeForm", NULL,
	    "Note", "Other address", NULL, WIRE_BAG_ONLY)
	ROW(OTHER_PHONE, "OtherNumber", "{96e02495-f428-48bc-9f13-06d98ba58c34}",
	    "Text", "Other phone", NULL, 0)
	ROW(PAGER, "PagerNumber", "{f79bf074-daf7-4c06-a314-15b287fdf4c9}",
	    "Text", "Pager", NULL, 0)
	ROW(PERSONAL_PAGE, "PersonalWebsite", "{5aa071d9-3254-40fb-82df-5cedeff0c41e}",
	    "URL", "Personal web page", NULL, 0)
	ROW(PHOTO, "Photo", "{1020c8a0-837a-4f1b-baa1-e35aff6da169}",
	    "URL", "Photo", NULL, 0)
	ROW(MAILING_ADDRESS, "PostAddrID", NULL,
	    "Text", "Mailing address choice", NULL, WIRE_BAG_ONLY)
	ROW(PRIMARY_PHONE, "PrimaryNumber", "{d69bcc0e-57c3-4f3b-bbc5-b090edf21f0f}",
	    "Text", "Primary phone", NULL, 0)
	ROW(PROFESSION, "Profession", "{f0753a13-44b1-4269-82af-5c34c57b0c67}",
	    "Text", "Profession", NULL, 0)
	ROW(RADIO_PHONE, "RadioNumber", "{d1aede4f-1352-48d9-81e2-b10097c359c1}",
	    "Text", "Radio phone", NULL, 0)
	ROW(REFERRED_BY, "ReferredBy", "{9b4cc5a9-1119-43e4-b2a8-412c4031f92b}",
	    "Text", "Referred by", NULL, 0)
	ROW(SPOUSE, "SpouseName", "{f590b1de-8e28-4c17-91bc-bf4096024b7e}",
	    "Text", "Spouse", NULL, 0)
	ROW(NAME_SUFFIX, "Suffix", "{d886eba3-d018-4103-a322-d5780127ef8a}",
	    "Text", "Suffix", NULL, 0)
	ROW(TELEX, "TelexNumber", "{e7be7f3c-c436-481d-8865-669e5146f53c}",
	    "Text", "Telex", NULL, 0)
	ROW(TTY_PHONE, "TTYTDDNumber", "{f54697f1-0357-4c5a-a711-0cb654bc73e4}",
	    "Text", "TTY/TDD phone", NULL, 0)
	ROW(USER1, "UserField1", "{566656f5-17b3-4291-98a5-5074aadf77b3}",
	    "Text", "User field 1", NULL, 0)
	ROW(USER2, "UserField2", "{182d1b9e-1718-4e11-b279-38f7ed0a20d6}",
	    "Text", "User field 2", NULL, 0)
	ROW(USER3, "UserField3", "{a03eb53e-f123-4af9-9355-f92bd75c00b3}",
	    "Text", "User field 3", NULL, 0)
	ROW(USER4, "UserField4", "{adefa4ca-14c3-4694-b531-f51b706efe9d}",
	    "Text", "User field 4", NULL, 0)
	ROW(WEB_PAGE, "WebPage", "{a71affd2-dcc7-4529-81bc-2fe593154a5f}",
	    "URL", "Web page", NULL, 0)
	ROW(WORK_STREET, "WorkAddress", "{fc2e188e-ba91-48c9-9dd3-16431afddd50}",
	    "Note", "Business street", NULL, 0)
	ROW(WORK_CITY, "WorkCity", "{6ca7bd7f-b490-402e-af1b-2813cf087b1e}",
	    "Text", "Business city", NULL, 0)
	ROW(WORK_COUNTRY, "WorkCountry", "{3f3a5c85-9d5a-4663-b925-8b68a678ea3a}",
	    "Text", "Business country", NULL, 0)
	ROW(WORK_FAX, "WorkFax", "{9d1cacc8-f452-4bc1-a751-050595ad96e1}",
	    "Text", "Business fax", NULL, 0)
	ROW(WORK_ADDRESS, "WorkFreeForm", NULL,
	    "Note", "Business address", NULL, WIRE_BAG_ONLY)
	ROW(WORK_PHONE, "WorkPhone", "{fd630629-c165-4513-b43c-fdb16b86a14d}",
	    "Text", "Business phone", NULL, 0)
	ROW(WORK_PO_BOX, "WorkPObox", NULL,
	    "Text", "Business PO box", NULL, WIRE_BAG_ONLY)
	ROW(WORK_STATE, "WorkState", "{ceac61d3-dda9-468b-b276-f4a6bb93f14f}",
	    "Text", "Business state", NULL, 0)
	ROW(WORK_POSTAL_CODE, "WorkZip", "{9a631556-3dac-49db-8d2f-fb033b0fdc24}",
	    "Text", "Business postal code", NULL, 0)
	ROW(START, "EventDate", "{64cd368d-2f95-4bfc-a1f9-8d4324ecb007}",
	    "DateTime", "Start Time", NULL, WIRE_SCHEMA | WIRE_REQUIRED)
	ROW(END, "EndDate", "{2684f9f2-54be-429f-ba06-76754fc056bf}",
	    "DateTime", "End Time", NULL, WIRE_SCHEMA | WIRE_REQUIRED)
	ROW(ALL_DAY, "fAllDayEvent", "{7d95d1f4-f5fd-4a70-90cd-b35abc9b5bc8}",
	    "AllDayEvent", "All Day Event", NULL, WIRE_SCHEMA)
	ROW(DURATION, "Duration", "{4d54445d-1c84-4a6d-b8db-a51ded4e1acc}",
	    "Integer", "Duration", NULL, WIRE_SCHEMA | WIRE_HIDDEN | WIRE_COMPUTED)
	ROW(EVENT_TYPE, "EventType", "{5d1d4e76-091a-4e03-ae83-6a59847731c0}",
	    "Integer", "Event Type", NULL, WIRE_SCHEMA | WIRE_HIDDEN)
	ROW(RECURS, "fRecurrence", "{f2e63656-135e-4f1c-8fc2-ccbe74071901}",
	    "Recurrence", "Recurrence", NULL, WIRE_SCHEMA)
	ROW(SERIES_UID, "UID", "{63055d04-01b5-48f3-9e1e-e564e7c6b23b}",
	    "Guid", "UID", NULL, WIRE_SCHEMA | WIRE_HIDDEN)
	ROW(INSTANCE, "RecurrenceID", "{dfcc8fff-7c4c-45d6-94ed-14ce0719efef}",
	    "DateTime", "Recurrence ID", NULL, WIRE_SCHEMA | WIRE_HIDDEN)
	ROW(MASTER, "MasterSeriesItemID", "{9b2bed84-7769-40e3-9b1d-7954a4053834}",
	    "Integer", "MasterSeriesItemID", NULL, WIRE_SCHEMA | WIRE_HIDDEN)
	ROW(PATTERN, "RecurrenceData", "{d12572d0-0a1e-4438-89b5-4d0430be7603}",
	    "Note", "RecurrenceData", NULL, WIRE_SCHEMA | WIRE_HIDDEN)
	ROW(ZONE_TEXT, "XMLTZone", "{c4b72ed6-45aa-4422-bff1-2b6750d30819}",
	    "Note", "XMLTZone", NULL, WIRE_SCHEMA | WIRE_HIDDEN)
	ROW(ZONE_NUMBER, "TimeZone", "{6cc1c612-748a-48d8-88f2-944f477f301b}",
	    "Integer", "TimeZone", NULL, WIRE_SCHEMA | WIRE_HIDDEN)
	ROW(BUSY, "BusyStatus", NULL, "Integer", "Busy status", NULL, WIRE_BAG_ONLY)
	ROW(INTENDED_BUSY, "IntendedBusyStatus", NULL,
	    "Integer", "Intended busy status", NULL, WIRE_BAG_ONLY)
	ROW(FLAG_COLOUR, "FollowUp", NULL, "Integer", "Flag", NULL, WIRE_BAG_ONLY)
	ROW(HEADER_TEXT, "HeaderInfo", NULL,
	    "Text", "Text before the body", NULL, WIRE_BAG_ONLY)
	ROW(FOOTER_TEXT, "FooterInfo", NULL,
	    "Text", "Text behind the body", NULL, WIRE_BAG_ONLY)
	ROW(PARTICIPANTS, "Participants", NULL, "Text", "Participants", NULL, WIRE_BAG_ONLY)
	ROW(URGENCY, "Priority", NULL, "Integer", "Importance", NULL, WIRE_BAG_ONLY)
	/* of a provider file only */
	ROW(RRULE, "RRule", NULL, "Text", "Recurrence rule", NULL, WIRE_INWARD)
	ROW(EXDATE, "ExDate", NULL, "Note", "Excluded instances", NULL, WIRE_INWARD)
	/* TimeZone beside RRule; without a column a property of the engine's own */
	ROW(ZONE_NAME, ":TimeZone", NULL, "Text", "Time zone", NULL, WIRE_INWARD)
	ROW(PARENT, "Parent", NULL, "Text", "Parent", NULL, WIRE_INWARD)
	ROW(ACTUAL_WORK, "ActualWork", "{b0b3407e-1c33-40ed-a37c-2430b7a5d081}",
	    "Number", "Actual Work", NULL, 0)
	ROW(ASSIGNED_TO, "AssignedTo", "{53101f38-dd2e-458c-b245-0c236cc13d1a}",
	    "User", "Assigned To", NULL, 0)
	ROW(COMPLETED, "DateComplete", "{24bfa3c2-e6a0-4651-80e9-3db44bf52147}",
	    "DateTime", "Date Completed", NULL, WIRE_DATE_ONLY)
	ROW(DUE, "DueDate", "{cd21b4c2-6841-4f9e-a23a-738a65f99889}",
	    "DateTime", "Due Date", NULL, WIRE_SCHEMA | WIRE_DATE_ONLY)
	ROW(EMAIL_BODY, "EmailBody", NULL,
	    "Text", "Body of the workflow message", NULL, WIRE_BAG_ONLY)
	ROW(FORM_URN, "FormURN", NULL, "Text", "Form", NULL, WIRE_BAG_ONLY)
	ROW(LAST_UPDATE, "LastUpdate", NULL, "Text", "Last update", NULL, WIRE_BAG_ONLY)
	ROW(PERCENT, "PercentComplete", "{d2311440-1ed6-46ea-b46d-daa643dc3886}",
	    "Number", "% Complete", NULL, WIRE_SCHEMA)
	ROW(PRIORITY, "Priority", "{a8eb573e-9e11-481a-a8c9-1104a54b2fbd}",
	    "Choice", "Priority", NULL, WIRE_SCHEMA)
	ROW(ROLE, "Role", "{eeaeaaf1-4110-465b-905e-df1073a7e0e6}",
	    "Text", "Role", NULL, 0)
	ROW(BEGIN, "StartDate", "{64cd368d-2f95-4bfc-a1f9-8d4324ecb007}",
	    "DateTime", "Start Date", NULL, WIRE_SCHEMA | WIRE_DATE_ONLY)
	ROW(STATUS, "Status", "{c15b34c3-ce7d-490a-b133-3f4de8801b76}",
	    "Choice", "Status", NULL, WIRE_SCHEMA)
	ROW(COMPANIES, "TaskCompanies", "{3914f98e-6d99-4218-9ba3-af7370b9e7bc}",
	    "Text", "Companies", NULL, 0)
	ROW(TOTAL_WORK, "TotalWork", "{f3c4a259-19a2-44b8-ab3d-e9145d07d538}",
	    "Number", "Total Work", NULL, 0)
	ROW(AUTHOR, "Author", "{1df5e554-ec7e-46a6-901d-d85a3881cb18}",
	    "User", "Created By", NULL, WIRE_SYSTEM)
	ROW(IMPORTANCE, "Importance", NULL, "Integer", "Importance", NULL, WIRE_BAG_ONLY)
	ROW(THREAD_ID, "ThreadID", NULL, "Text", "Thread", NULL, WIRE_BAG_ONLY)
	ROW(THREAD_INDEX, "ThreadIndex", "{cef73bf1-edf6-4dd9-9098-a07d83984700}",
	    "ThreadIndex", "Thread Index", NULL, WIRE_SCHEMA | WIRE_HIDDEN)
	ROW(THREAD_TOPIC, "DiscussionTitle", "{c5abfdc7-3435-4183-9207-3d1146895cf8}",
	    "Computed", "Discussion Subject", NULL, WIRE_SCHEMA | WIRE_COMPUTED)
	ROW(FILE_NAME, "LinkFilename", "{5cc6dc79-3710-4374-b433-61cb4a686c12}",
	    "Computed", "Name", "FileLeafRef", WIRE_SCHEMA | WIRE_COMPUTED)
	ROW(FOLDER, "FileDirRef", "{56605df6-8fa1-47e4-a04c-5b384d59609f}",
	    "Lookup", "Path", NULL, WIRE_SCHEMA | WIRE_HIDDEN | WIRE_COMPUTED)
	ROW(FILE_SIZE, "FileSizeDisplay", "{78a07ba4-bda8-4357-9e0f-580d64487583}",
	    "Computed", "File Size", NULL, WIRE_SCHEMA | WIRE_COMPUTED)
	ROW(CHECKED_OUT, "LinkCheckedOutTitle", "{e2a15dfd-6ab8-4aec-91ab-02f6b64045b0}",
	    "Computed", "Checked Out To", NULL, WIRE_COMPUTED)
	ROW(CONTENT, "Content", NULL, "Text", "Content", NULL, WIRE_INWARD)
	/* named by the column, see wire_of_column */
	ROW(OWN, "", NULL, "Text", "", NULL, WIRE_INWARD)
};
_Static_assert(sizeof(fields) / sizeof(fields[0]) == FIELD__MAX,
    "a field of fields.def has no row here");

#define VARIANT(k, f, n, i, t, d, fl) { KIND_BIT(k), { .field = FIELD_##f, .name = n, .id = i, \
	    .type = t, .display = d, .flags = fl } },

/* Where a kind of list other than contacts has another name, ID or form for the field. */
static const struct {
	unsigned kinds;
	struct wire_field field;
} variants[] = {
	VARIANT(KIND_CALENDAR, TITLE, "Title", TITLE_ID, "Text", "Title", WIRE_SCHEMA)
	VARIANT(KIND_TASKS, TITLE, "Title", TITLE_ID, "Text", "Title", WIRE_SCHEMA)
	VARIANT(KIND_DISCUSSIONS, TITLE, "Title", TITLE_ID, "Text", "Subject", WIRE_SCHEMA)
	VARIANT(KIND_DOCUMENTS, TITLE, "Title", TITLE_ID, "Text", "Title", WIRE_SCHEMA)
	VARIANT(KIND_GENERIC, TITLE, "Title", TITLE_ID, "Text", "Title", WIRE_SCHEMA)
	VARIANT(KIND_CALENDAR, NOTES, "Description", "{9da97a8a-1da5-4a77-98d3-4bc10456e700}",
	    "Note", "Description", WIRE_RICH)
	VARIANT(KIND_TASKS, NOTES, "Body", BODY_ID, "Note", "Description", WIRE_RICH)
	VARIANT(KIND_DISCUSSIONS, NOTES, "Body", BODY_ID, "Note", "Body", WIRE_SCHEMA | WIRE_RICH)
};

const struct wire_field *
wire_of(enum list_kind kind, enum field f)
{
	size_t i;

	/* every poll asks this for a hundred names */
	for (i = 0; kind != KIND_CONTACTS && i < sizeof(variants) / sizeof(variants[0]); i++)
		if (variants[i].field.field == f && (variants[i].kinds & KIND_BIT(kind)))
			return &variants[i].field;
	return &fields[f];
}

/* Most names differ in their first character. */
static bool
is_named(const char *known, struct str name)
{
	return known && name.n && known[0] == name.p[0] &&
	    strncmp(known, name.p, name.n) == 0 && known[name.n] == '\0';
}

const struct wire_field *
wire_by_name(enum list_kind kind, struct str name)
{
	size_t i;

	for (i = 0; i < FIELD__MAX; i++) {
		const struct wire_field *f;

		if (!(field_info((enum field)i)->kinds & KIND_BIT(kind)))
			continue;
		f = wire_of(kind, (enum field)i);
		if (f->flags & WIRE_INWARD)
			continue;
		if (is_named(f->name, name) || is_named(f->alias, name))
			return f;
	}
	return NULL;
}

/* The names of provider files: in any case, and with those that clients never see. */
static bool
field_by_name(enum list_kind kind, struct str name, enum field *out)
{
	const struct wire_field *f = wire_by_name(kind, name);
	size_t i;

	for (i = 0; !f && i < FIELD__MAX; i++) {
		const struct wire_field *g = wire_of(kind, (enum field)i);

		if ((field_info((enum field)i)->kinds & KIND_BIT(kind)) && g->name[0] &&
		    g->name[0] != ':' && (str_ieq(name, str_of(g->name)) ||
		    (g->alias && str_ieq(name, str_of(g->alias)))))
			f = g;
	}
	if (f)
		*out = f->field;
	return f != NULL;
}

static const char *
field_name(enum list_kind kind, enum field f)
{
	return wire_of(kind, f)->name;
}

/* ---- choices whose number has a meaning (MS-OUTSPS 3.2.4.2.6) ---- */

#define CHOICE(n, t) { { n, sizeof(n) - 1 }, { t, sizeof(t) - 1 } }

static const struct choice statuses[] = {
	CHOICE("1", "Not Started"), CHOICE("2", "In Progress"), CHOICE("3", "Completed"),
	CHOICE("4", "Deferred"), CHOICE("5", "Waiting on someone else"),
};
static const struct choice priorities[] = {
	CHOICE("1", "(1) High"), CHOICE("2", "(2) Normal"), CHOICE("3", "(3) Low"),
};

/* Gender has numbers, too, but clients that know the number only: its text is the column's. */
static const struct choice *
choices(enum list_kind kind, enum field f, size_t *n)
{
	*n = 0;
	if (kind != KIND_TASKS || (f != FIELD_STATUS && f != FIELD_PRIORITY))
		return NULL;
	*n = f == FIELD_STATUS ? sizeof(statuses) / sizeof(statuses[0])
			       : sizeof(priorities) / sizeof(priorities[0]);
	return f == FIELD_STATUS ? statuses : priorities;
}

int
wire_column(const struct list *l, const struct wire_field *f)
{
	return f->own ? (int)f->column : list_column(l, f->field);
}

enum value_type
wire_type(const struct wire_field *f)
{
	return f->own ? f->type_own : field_info(f->field)->type;
}

/* The engine has no use for the instruction in it: method.c has taken that out. */
static bool
pattern_read(struct arena *a, struct str text, struct pattern *out, const char **why)
{
	struct str kept;
	bool deletes;

	return pattern_xml_read(a, text, out, &deletes, &kept, why);
}

/* No zone at all, as all-day series must say it (MS-OUTSPS R317). */
static struct str
zone_write(struct arena *a, const struct zone_rule *z)
{
	return z->bias || z->daylight_bias ? zone_xml_write(a, z) : STR(ZONE_XML_NEUTRAL);
}

const struct vocabulary wire_vocabulary = {
	.field_by_name = field_by_name,
	.field_name = field_name,
	.choices = choices,
	.own_name = wire_own_name,
	.pattern_read = pattern_read,
	.pattern_write = pattern_xml_write,
	.zone_read = zone_xml_read,
	.zone_write = zone_write,
};

bool
wire_is_declared(const struct list *l, const struct wire_field *f)
{
	if (!f->id || (f->flags & (WIRE_INWARD | WIRE_SYSTEM)))
		return false;
	return (f->flags & WIRE_SCHEMA) || wire_column(l, f) >= 0;
}
