#!/usr/bin/python3
"""test_listen.py -- sockets: our own, inherited as from spawn-fcgi and systemd, TCP and its secret."""
import os
import signal
import socket
import subprocess
import unittest

import live
from live import fcgi, wait

SECRET = "0123456789abcdef0123"


class Listen(live.Case):
    """The database of the stack; owsds of our own beside the stack's."""
    env = {"OWS_WORKERS": "2"}

    def conf(self, **changed):
        with open(self.stack.run + "/owsd.ini") as f:
            lines = f.read().splitlines()
        changed = dict(changed, pid_file="other.pid", log_file="log/other.log")
        out = []
        for line in lines:
            key = line.split(" =")[0]
            out.append("%s = %s" % (key, changed.pop(key)) if key in changed else line)
            if line == "[server]":
                out += ["proxy_secret = " + changed.pop("proxy_secret")] \
                    if "proxy_secret" in changed else []
        path = self.stack.run + "/other.ini"
        with open(path, "w") as f:
            f.write("\n".join(out) + "\n")
        return path

    def start(self, path, **how):
        """An owsd of that file; its process."""
        try:
            os.unlink(self.stack.run + "/log/other.log")
        except FileNotFoundError:
            pass
        p = subprocess.Popen([live.BUILD + "/owsd", "-c", path], stderr=subprocess.PIPE, text=True,
                             start_new_session=True, **how)
        self.addCleanup(self.stop, p)
        return p

    def stop(self, p):
        if p.poll() is None:
            p.send_signal(signal.SIGTERM)
            p.wait(20)
        p.stderr.close()

    def refused(self, path, **how):
        p = self.start(path, **how)
        p.wait(20)
        return p.returncode, p.stderr.read()

    def test_inherited_as_descriptor_0(self):
        with socket.socket(socket.AF_UNIX) as s:
            at = self.stack.run + "/zero.sock"
            s.bind(at)
            s.listen(16)
            self.start(self.conf(listen="inherit"), stdin=s)
            self.assertEqual(fcgi.get(at)[0], 200)
        os.unlink(at)

    def test_inherited_from_systemd(self):
        with socket.socket(socket.AF_UNIX) as s:
            at = self.stack.run + "/three.sock"
            s.bind(at)
            s.listen(16)
            script = 'exec 3<&0 0</dev/null; export LISTEN_PID=$$ LISTEN_FDS=1; exec "$@"'
            p = subprocess.Popen(["sh", "-c", script, "sh", live.BUILD + "/owsd", "-c",
                                  self.conf(listen="inherit")], stdin=s, stderr=subprocess.PIPE,
                                 text=True, start_new_session=True)
            self.addCleanup(self.stop, p)
            self.assertEqual(fcgi.get(at)[0], 200)
        os.unlink(at)

    def test_inherit_without_a_socket_is_refused(self):
        status, said = self.refused(self.conf(listen="inherit"), stdin=subprocess.DEVNULL)
        self.assertEqual(status, 1)
        self.assertIn("descriptor 0 is no listening socket", said)

    def test_inherited_tcp_needs_the_secret(self):
        with socket.socket() as s:
            s.bind((live.ADDR, 0))
            s.listen(16)
            status, said = self.refused(self.conf(listen="inherit"), stdin=s)
            self.assertEqual(status, 1)
            self.assertIn("the inherited socket is TCP", said)
            self.start(self.conf(listen="inherit", proxy_secret=SECRET), stdin=s)
            self.assertEqual(fcgi.get(s.getsockname(), PROXY_SECRET=SECRET)[0], 200)

    def free_port(self):
        with socket.socket() as s:
            s.bind((live.ADDR, 0))
            return s.getsockname()

    def test_tcp_needs_a_secret_in_the_configuration(self):
        status, said = self.refused(self.conf(listen="%s:%d" % self.free_port()))
        self.assertEqual(status, 3)
        self.assertRegex(said, r"other\.ini:\d+: \[server\] listen: whoever reaches a TCP port")

    def test_tcp_refuses_before_the_body(self):
        at = self.free_port()
        self.start(self.conf(listen="%s:%d" % at, proxy_secret=SECRET))
        wait("a listener", lambda: self.answers(at))
        self.assertEqual(fcgi.get(at, PROXY_SECRET=SECRET)[0], 200)
        self.assertEqual(fcgi.get(at, "/", REMOTE_USER="alice", PROXY_SECRET=SECRET)[0], 200)
        for wrong in ({}, {"PROXY_SECRET": SECRET[:-1]}, {"PROXY_SECRET": SECRET + "x"}):
            r = fcgi.Request(at).params("/", "POST", REMOTE_USER="alice", **wrong)
            try:  # the body is never sent
                self.assertEqual(r.answer()[0], 403)
            finally:
                r.close()

    @staticmethod
    def answers(at):
        try:
            socket.create_connection(at, 1).close()
            return True
        except OSError:
            return False

    def test_second_of_the_same_socket_is_refused(self):
        status, said = self.refused(self.conf())
        self.assertEqual(status, 1)
        self.assertIn("another process answers on", said)
        self.assertEqual(self.stack.get()[0], 200)

    def test_second_of_the_same_pid_file_is_refused(self):
        status, said = self.refused(self.stack.run + "/owsd.ini")
        self.assertEqual(status, 1)
        self.assertIn("another owsd holds", said)
        self.assertEqual(self.stack.get()[0], 200)

    def test_socket_in_an_open_folder_is_refused(self):
        folder = self.stack.run + "/open"
        os.mkdir(folder)
        os.chmod(folder, 0o777)
        status, said = self.refused(self.conf(listen="unix:open/s"))
        self.assertEqual(status, 1)
        self.assertIn("can be written by others", said)

    def test_socket_left_by_a_crash_is_taken_over(self):
        at = self.stack.run + "/left.sock"
        with socket.socket(socket.AF_UNIX) as s:
            s.bind(at)
        self.start(self.conf(listen="unix:left.sock"))
        wait("a listener", lambda: self.serves(at))
        self.assertEqual(os.stat(at).st_mode & 0o777, 0o660)

    @staticmethod
    def serves(at):
        try:
            return fcgi.get(at)[0] == 200
        except OSError:
            return False

    def test_readiness_is_told(self):
        at = self.stack.run + "/notify"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
            s.bind(at)
            s.settimeout(20)
            self.start(self.conf(listen="unix:ready.sock"),
                       env=dict(os.environ, NOTIFY_SOCKET=at))
            self.assertEqual(s.recv(100), b"READY=1")
            self.assertEqual(fcgi.get(self.stack.run + "/ready.sock")[0], 200)

    @unittest.skipUnless(os.getuid() == 0, "needs root")
    def test_root_does_not_serve(self):
        for user, said_of in (("root", "do not serve as root"), ("no-such-one", "is not on this")):
            status, said = self.refused(self.conf(listen="unix:r.sock", user=user))
            self.assertEqual(status, 3)
            self.assertIn(said_of, said)

    @unittest.skipUnless(os.getuid() == 0, "needs root")
    def test_workers_gave_up_their_rights(self):
        for pid in self.stack.workers() + self.stack.children("owsd-keeper"):
            with open("/proc/%d/status" % pid) as f:
                status = dict(line.split(":\t", 1) for line in f.read().splitlines() if ":\t" in line)
            self.assertNotIn("0", status["Uid"].split())
            self.assertNotIn("0", status["Gid"].split())
            self.assertEqual(status["NoNewPrivs"], "1")
            self.assertEqual(int(status["CapEff"], 16), 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
