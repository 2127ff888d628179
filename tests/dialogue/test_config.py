"""Profiles, defaults and --print-config (wscope-config(5))."""

import os
import tempfile
import unittest

from support.dialogue import Dialogue
from support.program import environment, run
from support.server import Server


class Config(Dialogue):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.path = os.path.join(folder.name, "wscope", "config.toml")
        os.mkdir(os.path.dirname(self.path))

    def write(self, text, mode=0o644):
        with open(self.path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(self.path, mode)

    def wscope(self, *words, stdin=b"", **variables):
        return run(*words, stdin=stdin, env=environment(XDG_CONFIG_HOME=self.folder, **variables))

    def request_of(self, *words, config="", mode=0o644, status=0, **variables):
        """The request that a run with these words sends; {url} in both stands for the server."""

        def script(peer):
            peer.accept()
            peer.answer_close()
            return peer.request

        with Server(script) as server:
            self.write(config.replace("{url}", server.url), mode)
            words = [word.replace("{url}", server.url) for word in words]
            self.expect(self.wscope(*words, "-w", "0", **variables), status=status, out="", err="")
            return server.result()


class Layers(Config):
    def test_a_profile_is_an_address_with_options(self):
        config = """
            [profile.chat]
            url = "{url}room?x=1"
            header = { X-Tenant = "blue" }
            subprotocol = ["v2", "v1"]
            deflate = "server_no_context_takeover"
        """
        request = self.request_of("@chat", "-x", "hi", config=config.replace("subprotocol", "#"))
        self.assertEqual(request.target, "/room?x=1")
        self.assertEqual(request.get("X-Tenant"), "blue")
        self.assertIn("server_no_context_takeover", request.get("Sec-WebSocket-Extensions"))

    def test_the_command_line_stands_above_the_profile_and_that_above_the_defaults(self):
        config = """
            [defaults]
            user-agent = "defaults"
            origin = "https://defaults.example"
            header = ["X-A: defaults", "X-B: defaults"]
            host = "defaults.example"
            [profile.p]
            url = "ws://127.0.0.1:1/"
            user-agent = "profile"
            origin = "https://profile.example"
            header = ["X-B: profile", "X-C: profile"]
        """
        words = ("@p", "{url}", "-o", "https://line.example", "-H", "x-c: line")
        request = self.request_of(*words, config=config)
        self.assertEqual(request.get("Host"), "defaults.example")
        self.assertEqual(request.get("User-Agent"), "profile")
        self.assertEqual(request.all("Origin"), ["https://line.example"])
        self.assertEqual(request.all("X-A"), ["defaults"])
        self.assertEqual(request.all("X-B"), ["profile"])
        self.assertEqual(request.all("X-C"), ["line"])

    def test_a_flag_that_is_false_and_what_excludes(self):
        config = """
            [defaults]
            json = true
            deflate = "server_no_context_takeover"
            quiet = true
            [profile.p]
            url = "{url}"
            json = false
        """
        request = self.request_of("@p", "--no-deflate", config=config)
        self.assertIsNone(request.get("Sec-WebSocket-Extensions"))
        self.expect(self.wscope("--trace", "ws://127.0.0.1:1"), status=3, err=r"\* connect")

    def test_the_command_line_takes_a_flag_back(self):
        self.write("[profile.p]\ninsecure = true\nbinary = true\n")
        words = ("@p", "ws://h", "--print-config")
        self.expect(self.wscope(*words, "--insecure=false"), err="", no_err="insecure")
        ended = self.wscope(*words, "--insecure=false", "-b", "--binary=false", "-b")
        self.assertEqual([w.split()[0] for w in ended.out.decode().splitlines()], ["url", "binary"])
        self.assertNotIn(b"binary", self.wscope(*words, "-b", "--binary=false").out)
        self.expect(self.wscope(*words, "--insecure=no"), status=2, err="takes no value")

    def test_defaults_without_meaning_are_left_out(self):
        self.write('[defaults]\nlocation = true\npong-timeout = 5\nmax-clients = 3\nurl = "x"\n')
        ended = self.wscope("--print-config", "--listen", "0")
        self.expect(ended, err="", no_err="pong")
        self.assertEqual(ended.out.count(b"\n"), 2)
        self.assertRegex(ended.out.decode(), r'(?m)^listen = "0"  # command line$')
        self.assertRegex(ended.out.decode(), r'(?m)^max-clients = "3"  # .*:4:15 \(defaults\)$')

    def test_no_file_is_no_trouble_but_for_who_names_it(self):
        self.expect(
            self.wscope("--print-config", "-4"), out="ipv4 = true  # command line\n", err=""
        )
        self.expect(self.wscope("--print-config", "--config", "/no/file"), status=2, err="/no/file")
        self.expect(self.wscope("@chat"), status=2, err=r"@chat: there is no configuration file")
        self.write("[defaults]\nnonsense = 1\n")
        self.expect(self.wscope("--print-config"), status=2)
        self.expect(self.wscope("--config", "/dev/null", "--print-config"), out="", err="")

    def test_a_profile_without_an_address(self):
        self.write("[profile.p]\nbinary = true\n[profile.chat]\n")
        self.expect(self.wscope("@p"), status=2, err="the profile @p has no url")
        self.expect(self.wscope("@p", "@p"), status=2, err="more than one profile")
        self.expect(self.wscope("@pp"), status=2, err=["no profile @pp in", "it has @chat @p$"])
        self.expect(self.wscope("@caht"), status=2, err=r"did you mean @chat\?")

    def test_help_needs_no_good_file(self):
        self.write("[defaults\n")
        self.expect(self.wscope("--version"), err="")
        self.expect(self.wscope("--help"), err="")


class References(Config):
    def test_environment_and_file(self):
        with open(os.path.join(os.path.dirname(self.path), "token"), "w", encoding="utf-8") as file:
            file.write("from-file\nsecond line\n")
        config = """
            [profile.p]
            url = "{url}"
            bearer = { env = "TOKEN" }
            [profile.p.header]
            X-File = { file = "token", prefix = "Token " }
        """
        request = self.request_of("@p", config=config, TOKEN="from-environment")
        self.assertEqual(request.get("Authorization"), "Bearer from-environment")
        self.assertEqual(request.get("X-File"), "Token from-file")

    def test_what_it_leads_to_is_no_name_of_another_file(self):
        with open(os.path.join(os.path.dirname(self.path), "at"), "w", encoding="utf-8") as file:
            file.write("@/etc/hostname\n")
        config = """
            [profile.env]
            url = "{url}"
            bearer = { env = "TOKEN" }
            cookie = { env = "COOKIE" }
            [profile.file]
            url = "{url}"
            bearer = { file = "at" }
        """
        request = self.request_of("@env", config=config, TOKEN="@/etc/hostname", COOKIE="@a=b")
        self.assertEqual(request.get("Authorization"), "Bearer @/etc/hostname")
        self.assertEqual(request.get("Cookie"), "@a=b")
        request = self.request_of("@file", config=config)
        self.assertEqual(request.get("Authorization"), "Bearer @/etc/hostname")

    def test_a_missing_one_is_told_with_its_place(self):
        self.write('[profile.p]\nurl = "ws://h"\nbearer = { env = "TOKEN" }\n')
        ended = self.expect(self.wscope("@p"), status=2)
        self.one_error(ended, r"config\.toml:3:10: the environment variable TOKEN is not set$")
        self.write('[profile.p]\nurl = "ws://h"\nbearer = { file = "/no/token" }\n')
        self.one_error(self.expect(self.wscope("@p"), status=2), r":3:10: .*'/no/token': no such")

    def test_only_what_is_used_is_followed(self):
        self.write('[profile.p]\nurl = "ws://h"\nbearer = { env = "TOKEN" }\n')
        self.expect(self.wscope("--print-config"), out="", err="")
        self.expect(self.wscope("@p", "--print-config", "--bearer", "other"), err="")


class Secrets(Config):
    LITERALS = (
        'bearer = "hunter2"',
        'auth = "ann:hunter2"',
        'passphrase = "hunter2"\ncert = "c"',
        'cookie = ["session=hunter2"]',
        'header = ["authorization : Token hunter2"]',
        'header = { Cookie = "hunter2" }',
        'url = "wss://ann:hunter2@h/"',
        'url = "wss://ann:x/hunter2@h/"',
    )

    def test_a_file_that_others_can_read(self):
        for literal in self.LITERALS:
            for mode in (0o644, 0o640, 0o604):
                with self.subTest(literal, mode=mode):
                    self.write(f"[profile.p]\n{literal}\n", mode)
                    ended = self.expect(self.wscope("--print-config"), status=2, out="")
                    self.one_error(ended, r"config\.toml:2:\d+: others can read the secret of ")
                    self.assertRegex(ended.errors, "hint: chmod 600 ")
                    self.assertNotIn("hunter2", ended.errors)

    def test_a_private_file_and_what_is_no_secret(self):
        for literal in self.LITERALS:
            with self.subTest(literal):
                self.write(f"[profile.p]\n{literal}\n", 0o600)
                ended = self.wscope("@p", "ws://h", "--print-config")
                self.expect(ended, err="")
                self.assertNotIn(b"hunter2", ended.out)
        harmless = (
            'auth = "ann"',
            'bearer = "@token"',
            'header = ["Cookie:"]',
            'url = "ws://a@h/:@"',
        )
        for text in harmless:
            with self.subTest(text):
                self.write(f"[profile.p]\n{text}\n", 0o644)
                self.expect(self.wscope("--print-config"), err="")

    def test_a_file_that_everybody_can_write(self):
        self.write("[defaults]\n", 0o666)
        self.expect(self.wscope("--print-config"), status=2, err="anybody could have written it")

    def test_the_command_line_s_secrets_are_not_printed_either(self):
        for words in (("--auth", "ann:hunter2"), ("--bearer", "hunter2")):
            words += ("-H", "Cookie: hunter2", "wss://ann:hunter2@h/x")
            ended = self.expect(self.wscope("--print-config", *words), err="")
            self.assertNotIn(b"hunter2", ended.out)
            self.assertIn('url = "wss://…@h/x"  # command line', ended.out.decode())
        ended = self.expect(self.wscope("--print-config", "ws://u:pa/ss@h"), err="")
        self.assertEqual(ended.out.decode(), 'url = "ws://…@h"  # command line\n')

    def test_headers_of_a_file_give_way_by_their_names(self):
        path = os.path.join(self.folder, "headers")
        with open(path, "w", encoding="ascii") as file:
            file.write("X-A: file\nX-B: file\n")
        config = "[defaults]\nheader = ['X-A: default', 'X-C: default']\n"
        request = self.request_of("-H", f"@{path}", "{url}", config=config)
        found = [request.all(name) for name in ("X-A", "X-B", "X-C")]
        self.assertEqual(found, [["file"], ["file"], ["default"]])
        request = self.request_of("-H", "X-B: typed", "{url}", config=f"[defaults]\nheader = '@{path}'\n")
        self.assertEqual([request.all("X-A"), request.all("X-B")], [["file"], ["typed"]])

    def test_an_empty_variable_is_no_credential(self):
        self.write('[profile.p]\nbearer = { env = "WSCOPE_EMPTY" }\n')
        ended = self.wscope("@p", "ws://127.0.0.1:1/", WSCOPE_EMPTY="")
        self.expect(ended, status=2, err="--bearer '': must not be empty")

    def test_a_reference_is_shown_and_not_followed(self):
        self.write('[profile.p]\nbearer = { env = "WSCOPE_NO_SUCH" }\n')
        shown = self.expect(self.wscope("@p", "--print-config"), err="").out.decode()
        self.assertIn('bearer = { env = "WSCOPE_NO_SUCH" }', shown)


class Print(Config):
    def test_what_is_printed_is_a_configuration_again(self):
        self.write(
            '[defaults]\nwait = 0.5\n[profile.p]\nurl = "ws://h/"\nsubprotocol = ["a", "b\\"\\\\"]\n'
            'insecure = true\nbearer = { env = "T", prefix = "x" }\n'
        )
        ended = self.wscope("@p", "--print-config", "-x", "line\nbreak\t\x01", T="t")
        self.expect(ended, err="")
        self.write("[profile.p]\n" + ended.out.decode())
        again = self.wscope("@p", "--print-config", T="t")
        self.expect(again, err="")

        def said(text):
            return [line.split("  #")[0] for line in text.decode().splitlines()]

        self.assertEqual(said(again.out), said(ended.out))
        self.assertIn('  "line\\nbreak\\t\\u0001",', said(ended.out))

    def test_rules_broken_by_the_file_name_their_place(self):
        self.write("[profile.p]\nipv4 = true\nipv6 = true\n")
        ended = self.expect(self.wscope("@p", "ws://h"), status=2)
        self.one_error(ended, "--ipv4 and --ipv6 exclude each other")
        self.assertRegex(ended.errors, r"--ipv4 is from .*config\.toml:2:8; --ipv6 is from .*:3:8")

    def test_names_for_completion(self):
        self.write("[profile.two]\n[profile.one]\n[profile.'$(reboot)']\n[profile.'a b']\n")
        self.expect(self.wscope("--completion", "profiles"), out="@one\n@two\n", err="")
        other = os.path.join(self.folder, "other.toml")
        with open(other, "w", encoding="ascii") as file:
            file.write("[profile.three]\n")
        asked = self.wscope("--config", other, "--completion", "profiles")
        self.expect(asked, out="@three\n", err="")
        self.write("[profile.two]\nnonsense = 1\n")
        self.expect(self.wscope("--completion", "profiles"), out="", err="")


if __name__ == "__main__":
    unittest.main()
