#!/usr/bin/python3 -B
"""test_clients.py -- other people's SOAP programs, by what ?WSDL says.

zeep and suds (Python), PHP's SoapClient and Perl's SOAP::Lite where they are
installed: GetList, the changes since a token, one UpdateListItems, a fault.
"""

import base64
import logging
import shutil
import subprocess
import unittest
import urllib.request

from lxml import etree

import ows
import stack

LISTS = [stack.Contacts(n, count=3) for n in ("zeep", "suds", "php", "perl")]
S = None


def setUpModule():
    global S
    S = stack.Stack(LISTS, workers=2).up()


def tearDownModule():
    S.down()


def url():
    return "http://%s:%d/_vti_bin/Lists.asmx" % S.server.address


def batch():
    return ('<Batch OnError="Continue"><Method ID="1" Cmd="New"><Field Name="Title">Stub</Field>'
            '</Method><Method ID="2" Cmd="Update"><Field Name="ID">1</Field>'
            '<Field Name="Email">stub@x</Field></Method><Method ID="3" Cmd="Delete">'
            '<Field Name="ID">3</Field></Method></Batch>')


class Clients(unittest.TestCase):
    def written(self, name):
        rows = S.person(name, columns="id, last_name, email")
        self.assertEqual([r[1] for r in rows], ["Name1", "Name2", "Stub"])
        self.assertEqual(rows[0][2], "stub@x")

    def test_zeep(self):
        import requests
        import zeep
        for binding in ("ListsSoap", "ListsSoap12"):
            session = requests.Session()
            session.auth = ("alice", "alice")
            session.trust_env = False
            client = zeep.Client(url() + "?WSDL", transport=zeep.Transport(session=session))
            service = client.bind("Lists", binding)
            id = S.lists["zeep"].id
            l = service.GetList(listName=id)
            self.assertEqual(l.get("Title"), "List zeep")
            items = service.GetListItemChangesSinceToken(listName=id)
            head = items.find("{%s}Changes" % ows.SP)
            if binding == "ListsSoap":
                self.assertEqual(len(items.findall(".//{%s}row" % ows.Z)), 3)
                done = service.UpdateListItems(
                    listName=id, updates={"_value_1": etree.fromstring(batch())})
                self.assertEqual([e.text for e in done.iter("{%s}ErrorCode" % ows.SP)], [ows.OK] * 3)
                self.written("zeep")
                more = service.GetListItemChangesSinceToken(
                    listName=id, changeToken=head.get("LastChangeToken"))
                self.assertEqual(len(more.findall(".//{%s}row" % ows.Z)), 2)
                self.assertEqual(len(more.findall(".//{%s}Id" % ows.SP)), 1)
            with self.assertRaises(zeep.exceptions.Fault) as f:
                service.GetList(listName="No such list")
            self.assertIn("0x82000006", etree.tostring(f.exception.detail).decode())

    def test_suds(self):
        import suds.client
        import suds.sax.text
        import suds.transport.http
        logging.getLogger("suds").setLevel(logging.CRITICAL)
        t = suds.transport.http.HttpAuthenticated(username="alice", password="alice")
        client = suds.client.Client(url() + "?WSDL", cache=None, transport=t)
        id = S.lists["suds"].id
        self.assertEqual(client.service.GetList(id).List._Title, "List suds")
        changes = client.service.GetListItemChangesSinceToken(id).listitems
        self.assertEqual(changes.data._ItemCount, "3")
        self.assertEqual(changes.data.row[0]._ows_Title, "Name1")
        client.service.UpdateListItems(id, suds.sax.text.Raw(batch()))
        self.written("suds")
        with self.assertRaises(suds.WebFault) as f:
            client.service.GetList("No such list")
        self.assertEqual(f.exception.fault.detail.errorcode, "0x82000006")

    @unittest.skipUnless(shutil.which("php"), "php is not installed")
    def test_php(self):
        code = r"""<?php
        $o = ['login' => 'alice', 'password' => 'alice', 'cache_wsdl' => WSDL_CACHE_NONE];
        foreach ([SOAP_1_1, SOAP_1_2] as $v) {
            $c = new SoapClient($argv[1] . '?WSDL', $o + ['soap_version' => $v]);
            echo preg_match('/Title="List php"/', $c->GetList(['listName' => $argv[2]])
                ->GetListResult->any), "\n";
            try { $c->GetList(['listName' => 'No such list']); }
            catch (SoapFault $f) { echo $f->detail->errorcode, "\n"; }
        }
        $c = new SoapClient($argv[1] . '?WSDL', $o);
        $x = $c->UpdateListItems(['listName' => $argv[2], 'updates' => ['any' => $argv[3]]]);
        echo substr_count($x->UpdateListItemsResult->any, '<ErrorCode>0x00000000</ErrorCode>'), "\n";
        """
        out = subprocess.run(["php", "-n", "-d", "extension=soap", "/dev/stdin", url(),
                              S.lists["php"].id, batch()], input=code, text=True, timeout=60,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout
        self.assertEqual(out.split(), ["1", "0x82000006", "1", "0x82000006", "3"], out)
        self.written("php")

    @unittest.skipUnless(shutil.which("perl") and subprocess.run(
        ["perl", "-MSOAP::Lite", "-e1"], stderr=subprocess.DEVNULL).returncode == 0,
        "SOAP::Lite is not installed")
    def test_perl(self):
        code = r"""
        use SOAP::Lite;
        my ($url, $id) = @ARGV;
        sub SOAP::Transport::HTTP::Client::get_basic_credentials { return ('alice', 'alice') }
        my $s = SOAP::Lite->proxy($url)->default_ns('http://schemas.microsoft.com/sharepoint/soap/')
            ->on_action(sub { join('', @_) });
        my $r = $s->call('GetListItemChangesSinceToken', SOAP::Data->name(listName => $id)->type(''));
        my @rows = $r->dataof('//listitems/data/row');
        print scalar(@rows), "\n", $rows[0]->attr->{ows_Title}, "\n";
        my $f = $s->call('GetList', SOAP::Data->name(listName => 'No such list')->type(''));
        print $f->fault ? $f->faultdetail->{errorcode} : 'none', "\n";
        """
        out = subprocess.run(["perl", "-", url(), S.lists["perl"].id], input=code, text=True,
                             timeout=60, stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout
        self.assertEqual(out.split(), ["3", "Name1", "0x82000006"], out)

    def test_wsdl_needs_no_import(self):
        request = urllib.request.Request(url() + "?WSDL", headers={
            "Authorization": "Basic " + base64.b64encode(b"alice:alice").decode()})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=30) as a:
            root = etree.fromstring(a.read())
        self.assertEqual(root.findall(".//{http://www.w3.org/2001/XMLSchema}import"), [])
        ports = [p.get("name") for p in root.iter("{http://schemas.xmlsoap.org/wsdl/}port")]
        self.assertEqual(ports, ["ListsSoap", "ListsSoap12"])


if __name__ == "__main__":
    unittest.main()
