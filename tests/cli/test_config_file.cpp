#include <doctest/doctest.h>

#include <string>

#include "cli/assignment.h"
#include "cli/config_file.h"
#include "cli/config_secrets.h"
#include "cli/print_config.h"

namespace wscope::cli {
namespace {

Config config_of(const std::string& text) {
  auto config = parse_config(text, "c.toml");
  REQUIRE_MESSAGE(config.has_value(), config.error().message);
  return *std::move(config);
}

std::string complaint_about(const std::string& text) {
  const auto config = parse_config(text, "c.toml");
  REQUIRE_FALSE(config.has_value());
  CHECK(config.error().stage == Stage::kUsage);
  return config.error().message + (config.error().hint.empty() ? "" : " | " + config.error().hint);
}

/// "name=value" of each setting, as the command line would have it.
std::vector<std::string> words_of(const ConfigTable& table) {
  std::vector<std::string> words;
  for (const Setting& setting : table.settings) {
    std::string word(setting.row->long_name);
    switch (setting.kind) {
      case Setting::Kind::kText:
        word += "=" + setting.text;
        break;
      case Setting::Kind::kOff:
        word += " off";
        break;
      case Setting::Kind::kEnvironment:
        word += "=" + setting.prefix + "$" + setting.text;
        break;
      case Setting::Kind::kFile:
        word += "=" + setting.prefix + "<" + setting.text;
        break;
    }
    words.push_back(word);
  }
  return words;
}

using Words = std::vector<std::string>;

TEST_CASE("values of every kind become the words of the command line") {
  const Config config = config_of(R"(
[defaults]
wait = 0.25
count = 3
max-size = "1M"
insecure = true
ipv4 = false
socketio = true
heartbeat = "one"

[profile.b]
url = "ws://h/"
socketio = "/room"
subprotocol = ["x", "y"]
execute = []
bearer = { env = "TOKEN" }
passphrase = { file = "p", prefix = "+" }

[profile.a]
cookie = { id = "1", name = { env = "N" } }
header = { X-Two = "2", X-One = { env = "ONE", prefix = "T " } }
on-key = { space = "buzz" }
)");
  CHECK(words_of(config.defaults) == Words{"count=3", "heartbeat=one", "insecure=", "ipv4 off",
                                           "max-size=1M", "socketio=", "wait=0.25"});
  REQUIRE(config.profiles.size() == 2);
  CHECK(config.profiles[0].name == "a");
  CHECK(words_of(config.profiles[0]) == Words{"cookie=id=1", "cookie=name=$N",
                                              "header=X-One: T $ONE", "header=X-Two: 2",
                                              "on-key=space=buzz"});
  CHECK(words_of(*config.find("b")) == Words{"bearer=$TOKEN", "passphrase=+<p", "socketio=/room",
                                             "subprotocol=x", "subprotocol=y", "connect=ws://h/"});
  CHECK(config.find("c") == nullptr);
  CHECK(config.find("b")->settings[0].place.text() == "c.toml:16:10");
}

TEST_CASE("an empty file is a configuration") {
  for (const char* text : {"", "\n", "# nothing\n", "[defaults]", "\xEF\xBB\xBF[defaults]\n"}) {
    const Config config = config_of(text);
    CHECK(config.defaults.settings.empty());
    CHECK(config.profiles.empty());
  }
}

TEST_CASE("what is wrong is told with its place") {
  const std::string table = "[defaults]\n";
  CHECK(complaint_about("[deafults]\n") ==
        "c.toml:1:2: 'deafults' is not part of a configuration | did you mean defaults?");
  CHECK(complaint_about("url = \"ws://h\"\n") ==
        "c.toml:1:1: 'url' is not part of a configuration | a profile is a table [profile.NAME], "
        "what holds for all [defaults]");
  CHECK(complaint_about("defaults = 1\n") == "c.toml:1:12: not a table of options");
  CHECK(complaint_about("[profile]\nchat = 1\n") == "c.toml:2:8: not a table of options");
  CHECK(complaint_about(table + "  pign-interval = 1\n") ==
        "c.toml:2:3: 'pign-interval' is no option | did you mean ping-interval?");
  CHECK(complaint_about(table + "help = true\n") ==
        "c.toml:2:1: 'help' is for the command line only");
  CHECK(complaint_about(table + "zzzzzz = true\n") == "c.toml:2:1: 'zzzzzz' is no option");
  CHECK(complaint_about(table + "\"\" = true\n") == "c.toml:2:1: '' is no option");
  CHECK(complaint_about(table + "insecure = 1\n") ==
        "c.toml:2:12: --insecure is either true or false");
  CHECK(complaint_about(table + "wait = true\n") ==
        "c.toml:2:8: --wait needs a value, not true or false");
  CHECK(complaint_about(table + "wait = [1, 2]\n") ==
        "c.toml:2:8: --wait takes one value, not a list");
  CHECK(complaint_about(table + "wait = 1979-05-27\n") ==
        "c.toml:2:8: --wait takes a string or a number");
  CHECK(complaint_about(table + "wait = { a = 1 }\n") ==
        "c.toml:2:8: --wait: a table must be a reference | { env = \"NAME\" } or { file = \"PATH\" "
        "}");
  CHECK(complaint_about(table + "origin = \"a\\u0000b\"\n") ==
        "c.toml:2:10: --origin: a value can't hold a NUL");
  CHECK(complaint_about(table + "bearer = { env = \"A\", file = \"b\" }\n") ==
        "c.toml:2:23: either env or file, not both");
  CHECK(complaint_about(table + "bearer = { env = 1 }\n") ==
        "c.toml:2:18: env must be a string that is not empty");
  CHECK(complaint_about(table + "bearer = { env = \"A\", x = \"b\" }\n") ==
        "c.toml:2:23: 'x' is not part of a reference | a reference has env or file, and perhaps "
        "prefix");
  CHECK(complaint_about(table + "wait = \n").substr(0, 23) == "c.toml:2:8: not TOML: E");
  CHECK(complaint_about("[defaults]\nwait = 1\nwait = 2\n").substr(0, 22) ==
        "c.toml:3:8: not TOML: ");
}

TEST_CASE("hostile text is an error or a configuration, never a crash") {
  for (const std::string& text :
       {std::string("\0", 1), std::string("\xff\xfe"), std::string(100000, '['),
        "a = " + std::string(5000, '['), "[" + std::string(5000, 'a') + "]"}) {
    CHECK_FALSE(parse_config(text, "c.toml").has_value());
  }
}

TEST_CASE("what is a secret, and how it is shown") {
  const auto shown = [](std::string_view name, const std::string& value) {
    const OptionRow& row = *find_long(name);
    return (is_secret(row, value) ? "secret " : "") + without_secret(row, value);
  };
  CHECK(shown("auth", "ann:pw") == "secret ann:…");
  CHECK(shown("auth", "ann") == "ann");
  CHECK(shown("auth", "ann:") == "ann:");
  CHECK(shown("bearer", "t") == "secret …");
  CHECK(shown("bearer", "@t") == "@t");
  CHECK(shown("passphrase", "") == "secret …");
  CHECK(shown("cookie", "a=b") == "secret a=…");
  CHECK(shown("socketio-auth", "{}") == "secret …");
  CHECK(shown("graphql-init", "{}") == "secret …");
  CHECK(shown("graphql-init", "@f") == "@f");
  CHECK(shown("stomp-header", "X-Token: t") == "secret X-Token: …");
  CHECK(shown("stomp-header", "host: /") == "host: /");
  CHECK(shown("stomp-header", "@f") == "@f");
  CHECK(shown("header", "COOKIE: a=b") == "secret COOKIE: …");
  CHECK(shown("header", "Proxy-Authorization : x") == "secret Proxy-Authorization : …");
  CHECK(shown("header", "Authorization:") == "Authorization:");
  CHECK(shown("header", "X-Author: me") == "X-Author: me");
  CHECK(shown("connect", "wss://a:b@h/p") == "secret wss://…@h/p");
  CHECK(shown("connect", "a:b@h") == "secret …@h");
  CHECK(shown("connect", "ws://u:pa/ss@h") == "secret ws://…@h");
  CHECK(shown("proxy", "http://u:pa/ss@h:3128") == "secret http://…@h:3128");
  CHECK(shown("connect", "ws://h:80/@me") == "ws://h:80/@me");
  CHECK(shown("connect", "ws+unix:@name:/r") == "ws+unix:@name:/r");
  CHECK(shown("connect", "wss://a@h/x:y@z") == "wss://a@h/x:y@z");
  CHECK(shown("origin", "a:b@h") == "a:b@h");
}

std::vector<Assignment> said(const std::string& line) {
  std::vector<Assignment> assignments;
  for (const Setting& setting : config_of("[defaults]\n" + line).defaults.settings) {
    Setting off;
    off.kind = setting.kind == Setting::Kind::kOff ? Setting::Kind::kOff : off.kind;
    assignments.push_back({setting.row, setting.text, Assignment::Layer::kCommandLine, off});
  }
  return assignments;
}

std::vector<Assignment> written(const std::string& line, Assignment::Layer layer) {
  std::vector<Assignment> assignments;
  for (const Setting& setting : config_of("[defaults]\n" + line).defaults.settings) {
    assignments.push_back({setting.row, setting.text, layer, setting});
  }
  return assignments;
}

Words layers(const std::string& defaults, const std::string& profile, const std::string& line) {
  Words words;
  for (const Assignment& assignment :
       layered(written(defaults, Assignment::Layer::kDefaults),
               written(profile, Assignment::Layer::kProfile), said(line))) {
    std::string word(assignment.row->long_name);
    words.push_back(assignment.value.empty() ? word : word + "=" + assignment.value);
  }
  return words;
}

TEST_CASE("what is said above replaces what is said below") {
  CHECK(layers("wait=1", "wait=2", "wait=3") == Words{"wait=3"});
  CHECK(layers("wait=1", "wait=2", "") == Words{"wait=2"});
  CHECK(layers("wait=1", "", "count=2") == Words{"wait=1", "count=2"});
  CHECK(layers("subprotocol=['a','b']", "subprotocol=['c']", "") == Words{"subprotocol=c"});
  CHECK(layers("header=['A: 1','B: 1']", "header=['b : 2']", "header=['a;']") ==
        Words{"header=b : 2", "header=a;"});
}

TEST_CASE("a header gives way to the option above it that makes it, a login to a user in the URL") {
  CHECK(layers("header=['Authorization: old']", "", "bearer='new'") == Words{"bearer=new"});
  CHECK(layers("header=['authorization : old', 'A: 1']", "auth='a:b'", "") ==
        Words{"header=A: 1", "auth=a:b"});
  CHECK(layers("", "header=['Host: a', 'Cookie: a=b', 'Origin: o', 'User-Agent;']",
               "host='h'\ncookie='c=d'\norigin='p'\nuser-agent='u'") ==
        Words{"cookie=c=d", "host=h", "origin=p", "user-agent=u"});
  CHECK(layers("header=['Sec-WebSocket-Protocol: a']", "subprotocol=['b']", "") ==
        Words{"subprotocol=b"});
  CHECK(layers("bearer='old'", "", "header=['Authorization: new']") ==
        Words{"bearer=old", "header=Authorization: new"});
  for (const char* below : {"auth='old:pw'", "bearer='old'", "header=['Authorization: old']"}) {
    CHECK(layers(below, "", "url='ws://me:pw@h'") == Words{"connect=ws://me:pw@h"});
    CHECK(layers(below, "", "url='ws://h'").size() == 2);
  }
  CHECK(layers("header=['X: old']", "", "url='ws://me:pw@h'").size() == 2);
}

TEST_CASE("what is off takes away from below, and is not there") {
  CHECK(layers("insecure=true", "insecure=false", "") == Words{});
  CHECK(layers("insecure=false", "insecure=true", "") == Words{"insecure"});
  CHECK(layers("insecure=true", "no-check=false", "") == Words{});
}

TEST_CASE("what is taken away takes along what needs it") {
  CHECK(layers("", "reconnect=true\nreconnect-max=3", "reconnect=false") == Words{});
  CHECK(layers("", "socketio=true\nsocketio-auth='{}'", "stomp=true") == Words{"stomp"});
  CHECK(layers("reconnect=true", "reconnect=false\nreconnect-max=3", "") == Words{});
}

TEST_CASE("what excludes what is below takes its place") {
  CHECK(layers("deflate='x'", "", "no-deflate=true") == Words{"no-deflate"});
  CHECK(layers("json=true", "output='raw'", "") == Words{"output=raw"});
  CHECK(layers("socketio=true", "", "stomp=true") == Words{"stomp"});
  CHECK(layers("quiet=true", "", "trace=true") == Words{"trace"});
  CHECK(layers("bearer='b'", "auth='u:p'", "") == Words{"auth=u:p"});
  CHECK(layers("bearer='b'", "auth='u:p'", "bearer='c'") == Words{"bearer=c"});
  CHECK(layers("script='s'", "", "execute=['x']") == Words{"execute=x"});
  CHECK(layers("slash=true", "", "input='json'") == Words{"input=json"});
  CHECK(layers("slash=true", "", "input='line'") == Words{"slash", "input=line"});
  CHECK(layers("input='raw'", "", "execute=['x']") == Words{"execute=x"});
  CHECK(layers("input='json'", "", "execute=['x']") == Words{"input=json", "execute=x"});
  CHECK(layers("interactive=true", "", "input='whole'") == Words{"input=whole"});
  CHECK(layers("null=true", "slash=true", "") == Words{"slash"});
  // Within one layer it stays for the rules to refuse.
  CHECK(layers("", "deflate='x'\nno-deflate=true", "") == Words{"deflate=x", "no-deflate"});
}

TEST_CASE("defaults without a meaning are left out, a profile's are not") {
  CHECK(layers("url='ws://h'\npath='/x'\nbinary=true", "", "listen='0'") ==
        Words{"binary", "path=/x", "listen=0"});
  CHECK(layers("path='/x'", "", "wait=1") == Words{"wait=1"});
  CHECK(layers("execute='hi'\nca='f'", "", "listen='0'") == Words{"listen=0"});
  // What is said to servers, and when a client's run ends, is nothing for a server by default.
  const std::string for_clients = "header=['A: 1']\ncount=1\nuntil='x'\ntimeout=1";
  CHECK(layers(for_clients, "", "listen='0'") == Words{"listen=0"});
  CHECK(layers("", for_clients, "listen='0'") ==
        Words{"count=1", "header=A: 1", "timeout=1", "until=x", "listen=0"});
  CHECK(layers("ca='f'", "", "listen='0'\ncert='c'") == Words{"ca=f", "cert=c", "listen=0"});
  CHECK(layers("pong-timeout=1", "", "") == Words{});
  CHECK(layers("pong-timeout=1", "", "ping-interval=1") ==
        Words{"pong-timeout=1", "ping-interval=1"});
  CHECK(layers("", "pong-timeout=1", "") == Words{"pong-timeout=1"});
  CHECK(layers("heartbeat-interval=3", "", "") == Words{});
  // An option without a long name is nobody's partner.
  const Assignment times{find_short('t'), {}, Assignment::Layer::kCommandLine, {}};
  CHECK(layered(written("pong-timeout=1", Assignment::Layer::kDefaults), {}, {times}).size() == 1);
  CHECK(layers("heartbeat-interval=3", "", "stomp=true") == Words{"heartbeat-interval=3", "stomp"});
}

TEST_CASE("a configuration is printed in the order of the table, with its places") {
  auto all = layered(written("wait=1\nheader=['A: 1']", Assignment::Layer::kDefaults),
                     written("url='ws://h'\nbearer={env='T'}", Assignment::Layer::kProfile),
                     said("header=['B: \"2\"']\ninsecure=true"));
  CHECK(print_config(all) ==
        "url = \"ws://h\"  # c.toml:2:5\n"
        "wait = \"1\"  # c.toml:2:6 (defaults)\n"
        "header = [\n"
        "  \"A: 1\",  # c.toml:3:9 (defaults)\n"
        "  \"B: \\\"2\\\"\",  # command line\n"
        "]\n"
        "bearer = { env = \"T\" }  # c.toml:3:8\n"
        "insecure = true  # command line\n");
}

}  // namespace
}  // namespace wscope::cli
