#!/usr/bin/python3 -B
"""test_schema.py -- the schema accepts good answers and refuses those with one mistake.

A good answer of each kind is written here; each mistake is one replacement in
its text, so that a schema that has become lax is noticed.
"""

import os
import unittest

from lxml import etree

HERE = os.path.dirname(os.path.abspath(__file__))
GUID = "{0B6E3C1A-7F40-4A53-9D1C-6A7F0D5E2B11}"
HEAD = '<?xml version="1.0" encoding="utf-8"?>'
ROW = ('<z:row ows_ID="3" ows_owshiddenversion="2" ows_Title="Ada" ows_UniqueId="3;#%s" '
       'ows_FSObjType="3;#0" ows__ModerationStatus="0" ows__Level="1" '
       'ows_Created="2026-03-05T09:00:00Z" ows_Modified="2026-03-05T09:00:00Z" '
       'ows_MetaInfo_Categories=""%%s/>' % GUID)
LIST = ('<List ID="%s" Name="%s" Title="People" Description="" '
        'DefaultViewUrl="/Lists/people/AllItems.aspx" RootFolder="/Lists/people" ImageUrl="" '
        'BaseType="0" ServerTemplate="105" FeatureId="00bfea71-7e6d-4186-9ba8-c047ac750105" '
        'Created="20260305 09:00:00" Modified="20260305 09:00:00" '
        'LastDeleted="20260305 09:00:00" Version="1" Direction="none" ItemCount="1" '
        'ReadSecurity="1" WriteSecurity="1" Hidden="False">'
        '<Fields><Field ID="{fa564e0f-0c70-4ab9-b863-0177e6ddd247}" Name="Title" '
        'StaticName="Title" DisplayName="Last Name" Type="Text" Required="TRUE" '
        'SourceID="http://schemas.microsoft.com/sharepoint/v3"/></Fields>'
        "<RegionalSettings><TimeZone>-60</TimeZone></RegionalSettings><ServerSettings>"
        "<ServerVersion>14.0.0.7015</ServerVersion><RecycleBinEnabled>False</RecycleBinEnabled>"
        "<ServerRelativeUrl>/</ServerRelativeUrl></ServerSettings></List>" % (GUID, GUID))


def envelope(body, soap=11):
    ns = {11: "http://schemas.xmlsoap.org/soap/envelope/",
          12: "http://www.w3.org/2003/05/soap-envelope"}[soap]
    return ('%s<soap:Envelope xmlns:soap="%s"><soap:Body>%s</soap:Body></soap:Envelope>'
            % (HEAD, ns, body))


def answer(operation, inner):
    return ('<%sResponse xmlns="http://schemas.microsoft.com/sharepoint/soap/"><%sResult>%s'
            "</%sResult></%sResponse>" % ((operation,) * 2 + (inner,) + (operation,) * 2))


LISTS = envelope(answer("GetList", LIST))
CHANGES = envelope(answer("GetListItemChangesSinceToken", (
    '<listitems MinTimeBetweenSyncs="0" RecommendedTimeBetweenSyncs="5" '
    'MaxBulkDocumentSyncSize="500" AlternateUrls="http://h:1/" EffectivePermMask="FullMask" '
    'xmlns:rs="urn:schemas-microsoft-com:rowset" xmlns:z="#RowsetSchema">'
    '<Changes LastChangeToken="1;3;0b6e3c1a-7f40-4a53-9d1c-6a7f0d5e2b11;639000000000000000;7" '
    'MoreChanges="TRUE">%s<Id ChangeType="Delete" UniqueId="%s">17</Id></Changes>'
    '<rs:data ItemCount="1">%s</rs:data></listitems>' % (LIST, GUID, ROW % ""))))
UPDATE = envelope(answer("UpdateListItems", (
    '<Results><Result ID="0,New" List="%s" Version="2"><ErrorCode>0x00000000</ErrorCode>%s'
    '</Result><Result ID="1,Delete"><ErrorCode>0x81020016</ErrorCode><ErrorText>gone</ErrorText>'
    "</Result></Results>" % (GUID, ROW % ' xmlns:z="#RowsetSchema"'))))
DETAIL = ('<errorstring xmlns="http://schemas.microsoft.com/sharepoint/soap/">no list</errorstring>'
          '<errorcode xmlns="http://schemas.microsoft.com/sharepoint/soap/">0x82000006</errorcode>')
FAULT11 = envelope("<soap:Fault><faultcode>soap:Server</faultcode><faultstring>no list"
                   "</faultstring><detail>%s</detail></soap:Fault>" % DETAIL)
FAULT12 = envelope('<soap:Fault><soap:Code><soap:Value>soap:Receiver</soap:Value></soap:Code>'
                   '<soap:Reason><soap:Text xml:lang="en">no list</soap:Text></soap:Reason>'
                   "<soap:Detail>%s</soap:Detail></soap:Fault>" % DETAIL, 12)

MISTAKES = [
    (LISTS, 11, 'Version="1"', 'Version="0"'),
    (LISTS, 11, 'Hidden="False"', 'Hidden="FALSE"'),
    (LISTS, 11, 'Required="TRUE"', 'Required="True"'),
    (LISTS, 11, 'Required="TRUE"', 'Nonsense="TRUE"'),
    (LISTS, 11, 'Created="20260305 09:00:00"', 'Created="2026-03-05T09:00:00Z"'),
    (LISTS, 11, ' ID="%s"' % GUID, ' ID="%s"' % GUID.lower()),
    (LISTS, 11, ' ID="%s"' % GUID, ""),
    (LISTS, 11, ' StaticName="Title"', ""),
    (LISTS, 11, 'Type="Text"', 'Type="Words"'),
    (LISTS, 11, ">14.0.0.7015<", ">6.0<"),
    (LISTS, 11, ">-60<", ">Berlin<"),
    (LISTS, 11, "<RegionalSettings><TimeZone>-60</TimeZone></RegionalSettings>", ""),
    (CHANGES, 11, 'MoreChanges="TRUE"', 'MoreChanges="True"'),
    (CHANGES, 11, 'ChangeType="Delete"', 'ChangeType="Deleted"'),
    (CHANGES, 11, ">17</Id>", ">x</Id>"),
    (CHANGES, 11, ";639000000000000000;7", ";7"),
    (CHANGES, 11, ' ItemCount="1">', ">"),
    (CHANGES, 11, ' AlternateUrls="http://h:1/"', ""),
    (CHANGES, 11, 'AlternateUrls="http://h:1/"', 'AlternateUrls="h:1"'),
    (CHANGES, 11, 'EffectivePermMask="FullMask"', 'EffectivePermMask="ViewListItems,OpenItems"'),
    (CHANGES, 11, 'ows_UniqueId="3;#', 'ows_UniqueId="'),
    (CHANGES, 11, ' ows__Level="1"', ""),
    (CHANGES, 11, ' ows_owshiddenversion="2"', ""),
    (CHANGES, 11, 'ows_Modified="2026-03-05T09:00:00Z"', 'ows_Modified="05.03.2026"'),
    (UPDATE, 11, ">0x00000000<", ">0<"),
    (UPDATE, 11, ">0x81020016<", ">0x8102001G<"),
    (UPDATE, 11, "<ErrorText>gone</ErrorText>", "<ErrorText></ErrorText>"),
    (UPDATE, 11, 'ID="0,New"', 'ID="0"'),
    (UPDATE, 11, "<ErrorCode>0x00000000</ErrorCode>", ""),
    (FAULT11, 11, "soap:Server", "Server"),
    (FAULT11, 11, "<faultstring>no list</faultstring>", ""),
    (FAULT11, 11, ">0x82000006<", ">82000006<"),
    (FAULT12, 12, "soap:Detail>", "detail>"),
    (FAULT12, 12, ' xml:lang="en"', ""),
    (FAULT12, 12, "soap:Receiver", "soap:Server"),
]


class SchemaTest(unittest.TestCase):
    def setUp(self):
        self.schema = {v: etree.XMLSchema(etree.parse(os.path.join(HERE, "soap%d.xsd" % v)))
                       for v in (11, 12)}

    def test_good(self):
        for text, soap in ((LISTS, 11), (CHANGES, 11), (UPDATE, 11), (FAULT11, 11), (FAULT12, 12)):
            doc = etree.fromstring(text.encode())
            self.assertTrue(self.schema[soap].validate(doc), self.schema[soap].error_log)

    def test_single_mistakes(self):
        for text, soap, good, bad in MISTAKES:
            with self.subTest(good=good, bad=bad):
                self.assertIn(good, text)
                doc = etree.fromstring(text.replace(good, bad).encode())
                self.assertFalse(self.schema[soap].validate(doc), "%s is accepted" % bad)


if __name__ == "__main__":
    unittest.main()
