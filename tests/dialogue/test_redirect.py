"""-L: redirects followed, what goes along and what stays behind, and where the way ends."""

import tempfile
import unittest
from pathlib import Path

from support.certificates import Certificates
from support.dialogue import Dialogue
from support.program import TIME_FACTOR, run
from support.server import PeerGone, Server, echo, unused_port


def sends_to(location, status="302 Found", *headers, body=b"moved", then="end"):
    """A server that redirects; its requests are the results."""

    def script(peer):
        request = peer.read_request()
        where = location() if callable(location) else location
        lines = [f"HTTP/1.1 {status}", f"Location: {where}", f"Content-Length: {len(body)}", *headers]
        try:
            peer.send("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)
            if then == "stall":
                peer.sock.settimeout(5)
            peer.read_to_end()
        except (OSError, PeerGone):
            pass
        return request

    return script


def by_path(routes):
    """A server whose answer depends on the path: a head to send, or None to echo."""
    seen = []

    def script(peer):
        request = peer.read_request()
        seen.append(request)
        answer = routes.get(request.target)
        if answer is None:
            return echo(peer)
        peer.send(f"HTTP/1.1 {answer}\r\nContent-Length: 0\r\n\r\n".encode())
        try:
            peer.read_to_end()
        except (OSError, PeerGone):
            pass

    return script, seen


class Followed(Dialogue):
    def test_each_status_and_each_kind_of_location(self):
        for status in ("301 Moved", "302 Found", "303 See", "307 Temporary", "308 Permanent"):
            for location in ("/there", "there", "../there?x=1", "//{0}/there", "http://{0}/there", "ws://{0}/there#f"):
                with self.subTest(status=status, location=location):
                    routes = {}
                    script, seen = by_path(routes)
                    with Server(script) as server:
                        routes["/a/b"] = f"{status}\r\nLocation: {location.format(server.authority)}"
                        self.dialogue("-L", "-w", "0.1", "-x", "hi", server.url + "a/b", out="hi\n", err="")
                        self.assertIn("there", seen[-1].target)
                        self.assertNotIn("#", seen[-1].target)

    def test_without_L_it_is_a_refusal_that_names_the_option(self):
        with Server(sends_to("/there")) as server:
            ended = self.dialogue(server.url, status=5, out="", err=["^Location: /there$", "hint: -L"])
            self.one_error(ended, "302 Found")

    def test_the_body_of_a_redirect_is_not_waited_for(self):
        with Server(echo) as goal:

            def script(peer):
                peer.read_request()
                head = f"HTTP/1.1 302 Found\r\nLocation: {goal.url}\r\nContent-Length: 99\r\n\r\n"
                peer.send(head.encode() + b"half")
                peer.read_to_end()

            with Server(script) as server:
                ended = self.dialogue("-L", "-w", "0.1", "-x", "hi", server.url, out="hi\n")
                self.assertLess(ended.seconds, 5 * TIME_FACTOR)

    def test_the_trace_and_the_events_show_the_way(self):
        with Server(echo) as goal, Server(sends_to(goal.url)) as server:
            ended = run("-L", "-v", "-w", "0", "-x", "hi", server.url)
            self.expect(ended, err=[rf"\* redirect 302 to {goal.url}$", "< HTTP/1.1 302 Found"])
            ended = run("-L", "--json", "-w", "0", "-x", "hi", server.url)
            self.expect(ended, err="")
            self.assertIn(f'"event":"redirect","status":302,"url":"{goal.url}"'.encode(), ended.out)
            self.assertIn(f'"event":"open","url":"{goal.url}"'.encode(), ended.out)


class WhatGoesAlong(Dialogue):
    def along(self, *words, same_origin, set_cookie=None, url=None):
        """The second request of a redirect, within an origin or to another."""
        extra = f"\r\nSet-Cookie: {set_cookie}" if set_cookie else ""
        routes = {}
        script, seen = by_path(routes)
        with Server(script) as other, Server(script) as server:
            goal = (server if same_origin else other).authority
            routes["/from"] = f"302 Found\r\nLocation: http://{goal}/to{extra}"
            where = (url or "ws://{}/from").format(server.authority)
            self.dialogue("-L", "-w", "0", *words, where)
        self.assertEqual([one.target for one in seen], ["/from", "/to"])
        return seen[1]

    def test_credentials_stay_with_their_origin(self):
        secret = ["-H", "Authorization: Bearer abc"]
        cases = (
            (["--auth", "u:p"], "Authorization"),
            (["--bearer", "abc"], "Authorization"),
            (secret, "Authorization"),
            (["--cookie", "a=1"], "Cookie"),
            (["-H", "Cookie: a=1"], "Cookie"),
        )
        for words, header in cases:
            with self.subTest(words):
                self.assertIsNotNone(self.along(*words, same_origin=True).get(header))
                self.assertIsNone(self.along(*words, same_origin=False).get(header))
        url = "ws://u:p@{}/from"
        # An absolute Location within the origin names no user: the origin's credentials go on.
        self.assertIsNotNone(self.along(same_origin=True, url=url).get("Authorization"))
        self.assertIsNone(self.along(same_origin=False, url=url).get("Authorization"))

    def test_what_a_dialect_logs_in_with_stays_too(self):
        def first_message(*headers):
            def script(peer):
                peer.accept(*headers)
                if "socket.io" in peer.request.target:
                    peer.text('0{"sid":"a","pingInterval":25000,"pingTimeout":20000}')
                said = peer.read_message()
                peer.close(1000)
                peer.read_to_end()
                return said

            return script

        stomp = "Sec-WebSocket-Protocol: v12.stomp"
        graphql = "Sec-WebSocket-Protocol: graphql-transport-ws"
        bearer = '{"Authorization":"s3cret"}'
        cases = (
            (("--stomp", "--auth", "joe:s3cret", "--stomp-header", "passcode: s3cret"), [stomp], "CONNECT"),
            (("--graphql", "--graphql-init", bearer), [graphql], '{"type":"connection_init"}'),
            (("--socketio", "--socketio-auth", bearer), [], "40"),
        )
        for words, headers, told in cases:
            with self.subTest(words[0]), Server(first_message(*headers)) as other:
                path = "socket.io/?EIO=4" if words[0] == "--socketio" else ""
                # Within the origin all is said; elsewhere nothing of it.
                run(*words, "--timeout", "5", other.url + path)
                self.assertIn("s3cret", other.result())
                with Server(sends_to(f"http://localhost:{other.port}/{path}")) as server:
                    run("-L", *words, "--timeout", "5", server.url)
                said = other.result()
                self.assertTrue(said.startswith(told), said)
                self.assertNotIn("s3cret", said)
                self.assertNotIn("joe", said)
                if words[0] == "--stomp":
                    self.assertIn("\nhost:localhost\n", said)

    def test_other_headers_go_along(self):
        again = self.along("-H", "X-Key: 1", "-o", "http://o", "-s", "p", same_origin=False)
        self.assertEqual(again.get("X-Key"), "1")
        self.assertEqual(again.get("Origin"), "http://o")
        self.assertEqual(again.get("Sec-WebSocket-Protocol"), "p")

    def test_host_is_the_new_ones(self):
        again = self.along("--host", "virtual.example", same_origin=False)
        self.assertNotEqual(again.get("Host"), "virtual.example")

    def test_cookies_set_on_the_way_are_sent_on(self):
        again = self.along(same_origin=True, set_cookie="s=1; Path=/; HttpOnly")
        self.assertEqual(again.get("Cookie"), "s=1")
        again = self.along("--cookie", "s=0; t=2", same_origin=True, set_cookie="s=1")
        self.assertEqual(again.get("Cookie"), "t=2; s=1")
        # Cookies know no ports (RFC 6265 8.5), unlike what the user gave for one origin.
        self.assertEqual(self.along(same_origin=False, set_cookie="s=1").get("Cookie"), "s=1")
        self.assertIsNone(self.along(same_origin=True, set_cookie="s=1; Domain=x.example").get("Cookie"))

    def test_no_password_of_a_location_is_shown(self):
        for words, status in (([], 5), (["-v"], 5), (["--json"], 5), (["-L", "-v"], 0), (["-L", "--json"], 0)):
            with self.subTest(words), tempfile.TemporaryDirectory() as folder, Server(echo) as goal:
                where = f"http://us:hunter2@{goal.authority}/c"
                with Server(sends_to(where, "302 Found", "Set-Cookie: hunter2")) as server:
                    record, har = Path(folder, "record"), Path(folder, "har")
                    files = ["--record", record, "--har", har]
                    ended = run("-w", "0", "-x", "hi", *files, *words, server.url)
                    self.expect(ended, status=status)
                    for text in (ended.errors, ended.out.decode(), record.read_text(), har.read_text()):
                        self.assertNotIn("hunter2", text)
                    if "-L" not in words and "--json" not in words:
                        self.assertIn(f"Location: http://…@{goal.authority}/c", ended.errors)

    def test_the_trace_says_what_stays_behind(self):
        with Server(echo) as goal, Server(sends_to(goal.url)) as server:
            ended = run("-L", "-v", "-w", "0", "--auth", "u:p", "-x", "hi", server.url)
            self.expect(ended, err="redirect 302 to .*credentials and cookies stay behind")


def echo_who_asks(peer):
    """As echo(), but the client may leave when TLS is done."""
    try:
        echo(peer)
    except PeerGone:
        pass


class TlsAtAnotherOrigin(Dialogue):
    """What --servername, --cert and --pin mean where a redirect led to another server."""

    certificates = Certificates.shared()

    def led(self, name, *words, client_ca=None, **expected):
        context = self.certificates.server_context(name, client_ca=client_ca)
        with (
            Server(echo_who_asks, tls=context) as goal,
            Server(sends_to(f"https://localhost:{goal.port}/")) as server,
        ):
            words = ["-L", "--ca", self.certificates.ca, "-w", "0.1", "-x", "hi", *words]
            return self.dialogue(*words, server.url, **expected)

    def test_servername_stays_behind(self):
        ended = self.led("wrong_host", "--servername", "other.example", status=4, out="")
        self.one_error(ended, "not for localhost")
        self.assertRegex(ended.errors, "hint: .*--servername stayed behind at the redirect")
        self.led("good", "--servername", "other.example", out="hi\n", err="")

    def test_servername_goes_on_within_the_origin(self):
        script, _ = by_path({"/": "302 Found\r\nLocation: /there"})
        with Server(script, tls=self.certificates.server_context("wrong_host")) as server:
            words = ["-L", "--ca", self.certificates.ca, "--servername", "other.example", "-w", "0.1", "-x", "hi"]
            self.dialogue(*words, f"wss://localhost:{server.port}/", out="hi\n", err="")

    def test_our_certificate_stays_behind(self):
        pem, key = self.certificates.pair("client")
        words = ["--cert", pem, "--key", key]
        ended = self.led("good", *words, client_ca=self.certificates.ca, status=4, out="")
        self.assertRegex(ended.errors, "hint: .*--cert stayed behind at the redirect")
        with Server(sends_to("ws://127.0.0.1:1/")) as server:
            self.expect(run("-L", "-v", *words, server.url), status=3, err="credentials and cookies stay behind")

    def test_a_pinned_key_is_asked_for_everywhere(self):
        ended = self.led("good", "-k", "--pin", "sha256//" + "A" * 43 + "=", status=4, out="")
        self.one_error(ended, "not the pinned one")


class WhereItEnds(Dialogue):
    def test_a_loop_shows_the_chain(self):
        script, _ = by_path({"/a": "302 Found\r\nLocation: /b", "/b": "307 T\r\nLocation: /a"})
        with Server(script) as server:
            root = server.url
            ended = self.dialogue("-L", root + "a", status=5, out="")
            text = self.one_error(ended)
            self.assertEqual(text, f"the server's redirects go round in a loop: back to {root}a")
            self.assertIn(f"redirected: {root}a -> 302 {root}b -> 307 {root}a\n", ended.errors)

    def test_a_login_that_comes_back_with_a_cookie_is_no_loop(self):
        def script(peer):
            request = peer.read_request()
            if request.target == "/login":
                head = "302 Found\r\nLocation: /app\r\nSet-Cookie: s=1; Path=/"
            elif request.get("Cookie") != "s=1":
                head = "302 Found\r\nLocation: /login"
            else:
                return echo(peer)
            peer.send(f"HTTP/1.1 {head}\r\nContent-Length: 0\r\n\r\n".encode())
            peer.read_to_end()

        with Server(script) as server:
            self.dialogue("-L", "-w", "0.1", "-x", "in", server.url + "app", out="in\n", err="")

    def test_max_redirects(self):
        script, seen = by_path({f"/{i}": f"302 Found\r\nLocation: /{i + 1}" for i in range(9)})
        with Server(script) as server:
            ended = self.dialogue("-L", "--max-redirects", "3", server.url + "0", status=5, out="")
            self.assertEqual(self.one_error(ended), "more than 3 redirects")
            self.assertEqual(len(seen), 4)
            self.dialogue("-L", "--max-redirects", "9", "-w", "0.1", "-x", "x", server.url + "0", out="x\n")
            self.dialogue("-L", "--max-redirects", "0", server.url + "0", status=5, out="")

    def test_a_failure_at_the_end_of_the_way_shows_the_way(self):
        holder, port = unused_port()
        with holder, Server(sends_to(f"http://127.0.0.1:{port}/")) as server:
            ended = self.dialogue("-L", server.url, status=3, out="")
            self.one_error(ended, f"127.0.0.1:{port}", "refused")
            self.assertIn(f"redirected: {server.url} -> 302 ws://127.0.0.1:{port}/\n", ended.errors)

    def test_locations_nobody_can_go_to(self):
        for location in ("ftp://x/", "http://", "ws+unix:/run/x.sock:/", "http://h:0/", "mailto:x"):
            with self.subTest(location), Server(sends_to(location)) as server:
                self.one_error(self.dialogue("-L", server.url, status=5, out=""), "redirects to")

    def test_two_places_are_none(self):
        for locations, status in ((["/a", "/b"], 5), (["http://u:hunter2@h/", "/a"], 5), (["/a", "/a"], 0)):
            head = "\r\n".join(f"Location: {one}" for one in locations)
            script, seen = by_path({"/": f"302 Found\r\n{head}"})
            with self.subTest(locations), Server(script) as server:
                ended = self.dialogue("-L", "-w", "0", server.url, status=status, no_err="hunter2")
                self.assertEqual(len(seen), 1 if status else 2)
                if status:
                    self.one_error(ended, "^the server redirects to two places: Location is ")

    def test_no_location_is_a_refusal(self):
        script, _ = by_path({"/": "302 Found"})
        with Server(script) as server:
            self.one_error(self.dialogue("-L", server.url, status=5, out=""), "302 Found")

    def test_the_deadline_covers_the_whole_way(self):
        with Server(lambda peer: peer.stall()) as goal, Server(sends_to(goal.url)) as server:
            words = ["-L", "--connect-timeout", "0.5", server.url]
            ended = self.dialogue(*words, status=7, out="")
            self.one_error(ended, goal.authority)
            self.assertIn("redirected: ", ended.errors)


class Downgrade(Dialogue):
    def test_from_wss_to_ws_only_with_k(self):
        certificates = Certificates.shared()
        with Server(echo) as goal:
            with Server(sends_to(goal.url), tls=certificates.server_context("good"), host="127.0.0.1") as server:
                words = ["-w", "0.1", "-x", "hi", f"wss://localhost:{server.port}/"]
                ended = self.dialogue("-L", "--ca", certificates.ca, *words, status=5, out="")
                self.one_error(ended, f"redirects from wss to {goal.url}, which is not encrypted")
                self.assertRegex(ended.errors, "hint: -k")
                self.assertEqual(goal.connections, 0)
                self.dialogue("-L", "-k", *words, out="hi\n", err="redirected from wss to ws://")

    def test_from_ws_to_wss(self):
        certificates = Certificates.shared()
        with Server(echo, tls=certificates.server_context("good")) as goal:
            with Server(sends_to(f"https://localhost:{goal.port}/")) as server:
                words = ["-L", "--ca", certificates.ca, "-w", "0.1", "-x", "hi", server.url]
                self.dialogue(*words, out="hi\n", err="")


if __name__ == "__main__":
    unittest.main()
