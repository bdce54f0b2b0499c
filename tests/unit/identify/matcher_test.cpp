// covers: identify/engines identify/field_plan identify/build_fields
#include "qingdan/identify/matcher.h"

#include "unit/identify/small_base.h"

using namespace qingdan;
using namespace qingdan::identify;
using test::make_set;

namespace {
const std::string kRules = R"(
[[rule]]
id = "test.pattern"
input = "ssh.banner"
pattern = '^OpenSSH_(?P<version>\d[\w.]*)'
service = "nginx"
[[rule]]
id = "test.contains"
input = "ssh.banner"
contains = ["a+b", "国密"]
service = "nginx"
[[rule]]
id = "test.equals"
input = "favicon.md5"
equals = ["D41D8CD98F00B204E9800998ECF8427E"]
service = "nginx"
)";

std::vector<std::uint32_t> rules_of(const std::vector<Hit>& hits) {
  std::vector<std::uint32_t> out;
  for (const auto& hit : hits) out.push_back(hit.rule);
  return out;
}
}  // namespace

TEST_CASE("patterns, literals and whole values are found, with captures", "[identify][matcher]") {
  const auto set = make_set(kRules);
  const auto matcher = Matcher::build(set.rules);
  REQUIRE(matcher);
  Matcher::Scratch scratch(*matcher);
  const auto hits = matcher->match("ssh.banner", "OpenSSH_9.2p1 A+B", scratch);
  REQUIRE(rules_of(hits) == std::vector<std::uint32_t>{0, 1});
  CHECK(hits[0].captures == Captures{{"version", "9.2p1"}});
  CHECK(rules_of(matcher->match("ssh.banner", "用国密算法", scratch)) ==
        std::vector<std::uint32_t>{1});
  CHECK(matcher->match("ssh.banner", "aab", scratch).empty());
  CHECK(rules_of(matcher->match("favicon.md5", "d41d8cd98f00b204e9800998ecf8427e", scratch)) ==
        std::vector<std::uint32_t>{2});
  CHECK(matcher->match("favicon.md5", "d41d8cd98f00b204e9800998ecf8427", scratch).empty());
  CHECK(matcher->match("html_title", "OpenSSH_9.2p1", scratch).empty());
  CHECK(matcher->reads("favicon.md5"));
  CHECK_FALSE(matcher->reads("html_title"));
}

TEST_CASE("an answer does not depend on what was asked before (M1)", "[identify][matcher]") {
  const auto set = make_set(kRules);
  const auto matcher = Matcher::build(set.rules);
  Matcher::Scratch fresh(*matcher), used(*matcher);
  const auto value = std::string("OpenSSH_8.9p1");
  for (int i = 0; i < 10'000; ++i) {
    (void)matcher->match("ssh.banner", "OpenSSH_" + std::to_string(i), used);
  }
  CHECK(matcher->match("ssh.banner", value, used) == matcher->match("ssh.banner", value, fresh));
  CHECK(matcher->match("ssh.banner", value, used) == matcher->match("ssh.banner", value, used));
}

TEST_CASE("long values are cut before matching (M2)", "[identify][matcher]") {
  const auto set = make_set(kRules);
  const auto matcher = Matcher::build(set.rules);
  Matcher::Scratch scratch(*matcher);
  const std::string filler(cap_of("ssh.banner"), 'x');
  CHECK(matcher->match("ssh.banner", filler + "a+b", scratch).empty());
  CHECK_FALSE(matcher->match("ssh.banner", "a+b" + filler, scratch).empty());
}

TEST_CASE("bytes that are no text do not come out as captures", "[identify][matcher]") {
  const auto set = make_set(
      "[[rule]]\nid = \"test.a\"\ninput = \"oracle.tns\"\npattern = "
      "'v(?P<version>.{1,500})'\nservice = \"nginx\"\n");
  const auto matcher = Matcher::build(set.rules);
  Matcher::Scratch scratch(*matcher);
  const auto hits = matcher->match("oracle.tns", "v\xff\xfe" + std::string(400, 'z'), scratch);
  REQUIRE(hits.size() == 1);
  CHECK(hits[0].captures[0].second.size() < 300);
  CHECK(hits[0].captures[0].second.find('\xff') == std::string::npos);
}

TEST_CASE("what a compiled matcher saves, another loads", "[identify][matcher]") {
  const auto set = make_set(kRules);
  const auto matcher = Matcher::build(set.rules);
  ByteWriter out, databases;
  REQUIRE(matcher->save(out, databases));
  const auto plans = std::move(out).take();
  auto bytes = std::move(databases).take();
  ByteReader plan(plans), reader(bytes);
  const auto loaded = Matcher::load(set.rules, plan, reader);
  REQUIRE(loaded);
  CHECK(plan.at_end());
  CHECK(reader.at_end());
  Matcher::Scratch scratch(*loaded);
  CHECK(rules_of(loaded->match("ssh.banner", "OpenSSH_9.2p1 a+b", scratch)) ==
        std::vector<std::uint32_t>{0, 1});
  SECTION("damaged bytes are refused") {
    bytes[bytes.size() / 2] ^= 0x40;
    ByteReader again(plans), damaged(bytes);
    CHECK_FALSE(Matcher::load(set.rules, again, damaged));
  }
  SECTION("cut bytes are refused") {
    bytes.resize(bytes.size() / 2);
    ByteReader again(plans), cut(bytes);
    CHECK_FALSE(Matcher::load(set.rules, again, cut));
  }
  SECTION("cut plans are refused") {
    ByteReader cut(BytesView(plans).first(plans.size() / 2)), again(bytes);
    CHECK_FALSE(Matcher::load(set.rules, cut, again));
  }
}

TEST_CASE("patterns that one of the engines does not take are refused", "[identify][matcher]") {
  CHECK_FALSE(find_pattern_fault(R"((?i)^a(?P<version>\d+)$)"));
  for (const auto* pattern : {"(?=a)b", R"((a)\1)", "(?>a)b", "a*", "(", "a++b", "^$"}) {
    INFO(pattern);
    CHECK(find_pattern_fault(pattern));
  }
}

TEST_CASE("a refused pattern names its rule", "[identify][matcher]") {
  const auto set = make_set(
      "[[rule]]\nid = \"test.bad\"\ninput = \"ssh.banner\"\npattern = '(?=a)b'\nservice = "
      "\"nginx\"\n");
  const auto matcher = Matcher::build(set.rules);
  REQUIRE_FALSE(matcher);
  CHECK(matcher.error().text.find("test.bad") != std::string::npos);
}

TEST_CASE("captures that would backtrack without bound are known", "[identify][matcher]") {
  const std::string run(8192, 'a');
  const std::vector<std::string> values{"b", run + "#b"};
  CHECK(find_limit(R"((?P<version>(?:a+)+)b)", values) == 1);
  CHECK_FALSE(find_limit(R"(^(?P<version>a{1,20})b)", values));
}

namespace {
// Rules in so many that values are asked of a few of them only.
std::string many_rules(int count) {
  std::string text =
      "[[rule]]\nid = \"test.any\"\ninput = \"ssh.banner\"\npattern = '^\\d{3,9}$'\nservice = "
      "\"nginx\"\n"
      "[[rule]]\nid = \"test.mark\"\ninput = \"ssh.banner\"\ncontains = [\"Acme 7\", "
      "\"国密网关\"]\nservice = \"nginx\"\n";
  for (int i = 0; i < count; ++i) {
    text += "[[rule]]\nid = \"test.r" + std::to_string(i) +
            "\"\ninput = \"ssh.banner\"\npattern = '(?i)^Acme " + std::to_string(i) +
            "(?:/(?P<version>\\d[\\w.]*))?$'\nservice = \"nginx\"\n";
  }
  return text;
}
}  // namespace

TEST_CASE("among many rules a value finds the same as among few", "[identify][matcher]") {
  const auto many = make_set(many_rules(400));
  const auto matcher = Matcher::build(many.rules);
  Matcher::Scratch scratch(*matcher);
  const auto hits = matcher->match("ssh.banner", "ACME 7/1.2", scratch);
  CHECK(rules_of(hits) == std::vector<std::uint32_t>{1, 9});
  CHECK(hits.back().captures == Captures{{"version", "1.2"}});
  CHECK(rules_of(matcher->match("ssh.banner", "acme 77", scratch)) ==
        std::vector<std::uint32_t>{1, 79});
  CHECK(rules_of(matcher->match("ssh.banner", "x 国密网关", scratch)) ==
        std::vector<std::uint32_t>{1});
  CHECK(rules_of(matcher->match("ssh.banner", "12345", scratch)) == std::vector<std::uint32_t>{0});
  CHECK(matcher->match("ssh.banner", "acme x7", scratch).empty());
}

TEST_CASE("a value full of literals is asked of all rules at once", "[identify][matcher]") {
  const auto many = make_set(many_rules(400));
  const auto matcher = Matcher::build(many.rules);
  Matcher::Scratch scratch(*matcher);
  std::string all;
  for (int i = 0; i < 100; ++i) all += "acme " + std::to_string(i) + " ";
  CHECK(rules_of(matcher->match("ssh.banner", all, scratch)) == std::vector<std::uint32_t>{1});
  CHECK(rules_of(matcher->match("ssh.banner", std::string(5000, 'x') + "acme 7", scratch)) ==
        std::vector<std::uint32_t>{1});
}

TEST_CASE("in long values a pattern must match and not only its literals stand there",
          "[identify][matcher]") {
  const auto rule = [](const std::string& id, const std::string& input,
                       const std::string& pattern) {
    return "[[rule]]\nid = \"test." + id + "\"\ninput = \"" + input + "\"\npattern = '" + pattern +
           "'\nservice = \"nginx\"\n";
  };
  std::string rules = rule("caught", "ftp.banner", R"(vendor=.{0,9}release (?P<version>\d+))") +
                      rule("plain", "ftp.banner", "(?i)^start.{0,9}(?:marker|signal)[12]$") +
                      rule("page", "http.body", "<main>.{0,9}footer");
  for (int i = 0; i < 20; ++i) {
    rules += rule("f" + std::to_string(i), "ftp.banner", "other" + std::to_string(100 + i));
    rules += rule("h" + std::to_string(i), "http.body", "other" + std::to_string(100 + i));
  }
  const auto set = make_set(rules);
  const auto matcher = Matcher::build(set.rules);
  REQUIRE(matcher);
  Matcher::Scratch scratch(*matcher);
  const std::string run(5000, 'x');
  const auto asked = [&](const std::string& value, const char* field = "ftp.banner") {
    return rules_of(matcher->match(field, value, scratch));
  };
  using Numbers = std::vector<std::uint32_t>;
  CHECK(asked(run + "vendor=a\nrelease 7").empty());
  CHECK(asked(run + "vendor=a release 7") == Numbers{0});
  CHECK(matcher->match("ftp.banner", run + "vendor=a release 7", scratch).front().captures ==
        Captures{{"version", "7"}});
  CHECK(asked(run + "release 7 vendor=a").empty());
  CHECK(asked(run + "vendor=a and more release 7").empty());
  CHECK(asked("Start\n" + run + "Signal2").empty());
  CHECK(asked("Start signal2\n" + run).empty());
  CHECK(asked(run + "Start signal2").empty());
  // The whole of a page is looked at, of which PCRE2 would see a part.
  const std::string page(200'000, 'x');
  CHECK(asked(page + "<main>x footer", "http.body") == Numbers{2});
  CHECK(asked(page + "<main>\nfooter", "http.body").empty());
}

// More rules than are asked of one database, so that literals and first bytes pick among them.
TEST_CASE("picked conditions hold exactly where the patterns match", "[identify][matcher]") {
  std::string rules;
  const auto add = [&](int number, const std::string& pattern) {
    rules += "[[rule]]\nid = \"test.r" + std::to_string(number) +
             "\"\ninput = \"ftp.banner\"\npattern = '" + pattern + "'\nservice = \"nginx\"\n";
  };
  for (int i = 0; i < 20; ++i) add(i, "^vendor" + std::to_string(100 + i) + R"( (?P<version>\d+))");
  add(20, R"(^[XY]\d\d)");
  add(21, R"(^(?:ab|c?)\d)");
  add(22, R"(\d\d$)");
  const auto set = make_set(rules);
  const auto matcher = Matcher::build(set.rules);
  REQUIRE(matcher);
  Matcher::Scratch scratch(*matcher);
  using Numbers = std::vector<std::uint32_t>;
  const auto asked = [&](const std::string& value) {
    return rules_of(matcher->match("ftp.banner", value, scratch));
  };
  CHECK(asked("vendor107 3") == Numbers{7});
  CHECK(asked("a vendor107 3").empty());
  CHECK(asked("X77 of") == Numbers{20});
  CHECK(asked("Z77 of").empty());
  CHECK(asked("ab5 c") == Numbers{21});
  CHECK(asked("5 c") == Numbers{21});
  CHECK(asked("x55") == Numbers{22});
  CHECK(asked("Y55") == Numbers{20, 22});
  CHECK(asked("").empty());
}

// Vectorscan 5.4.9 loses some of these on processors with AVX-512, if it is left to itself.
TEST_CASE("a literal is found wherever it stands in the value, by few conditions and by many",
          "[identify][matcher]") {
  for (const int beside : {0, 5, 14, 60}) {
    std::string rules;
    const auto add = [&](const std::string& id, const std::string& condition) {
      rules += "[[rule]]\nid = \"test." + id + "\"\ninput = \"ftp.banner\"\n" + condition +
               "\nservice = \"nginx\"\n";
    };
    add("contains", "contains = ['release ', 'lease#']");
    add("pattern", "pattern = 'vendor=a re'");
    add("caught", "pattern = 'Server: (?P<version>[a-z]+)$'");
    add("short", "pattern = '[ac]bz'");
    for (int i = 0; i < beside; ++i)
      add("o" + std::to_string(i), "contains = ['other" + std::to_string(100 + i) + "']");
    const auto set = make_set(rules);
    const auto matcher = Matcher::build(set.rules);
    REQUIRE(matcher);
    Matcher::Scratch scratch(*matcher, VerdictMemory::none);
    const std::pair<std::string, std::uint32_t> marks[] = {
        {"Release ", 0}, {"lease#", 0}, {"vendor=a re", 1}, {"Server: x", 2}, {"abz", 3}};
    std::size_t missed = 0;
    for (std::size_t i = 0; i < 6000; ++i) {
      const auto& [mark, number] = marks[i % std::size(marks)];
      const bool last = number == 2;
      const auto before = i / 5 % 100 + (i % 2 == 0 ? 0 : 2100);
      const std::string value =
          std::string(before, 'x') + mark + std::string(last ? 0 : i / 500 * 3, 'y');
      if (rules_of(matcher->match("ftp.banner", value, scratch)) != std::vector{number}) ++missed;
    }
    INFO(beside << " beside");
    CHECK(missed == 0);
  }
}

namespace {

// A rule of SNMP on texts that begin with `words`, as said.
std::string snmp_rule(const std::string& id, const std::string& words, int trust,
                      const std::string& claims) {
  return "[[rule]]\nid = \"test." + id + "\"\ninput = \"snmp.sys_description\"\npattern = '^" +
         words + " (?P<model>\\w+)'\ntrust = " + std::to_string(trust) + "\n" + claims;
}

const std::string kOfSystem = "os = \"linux\"\n", kOfDevice = "hw = \"camera\"\n";

}  // namespace

TEST_CASE("general rules are asked where nothing that knows more has settled it",
          "[identify][matcher]") {
  // 0 the system is known, 1 to 3 general: of the system, of the device, of both; 4 only supports.
  const auto rules = snmp_rule("known", "Acme Linux", 90, kOfSystem) +
                     snmp_rule("system", "Acme", 50, kOfSystem) +
                     snmp_rule("device", "Acme", 50, kOfDevice) +
                     snmp_rule("both", "Acme", 60, kOfSystem + kOfDevice) +
                     snmp_rule("support", "Acme", 20, kOfSystem);
  for (const int others : {0, 400}) {  // few are asked directly, many are picked
    std::string all = rules;
    for (int i = 0; i < others; ++i)
      all += snmp_rule("m" + std::to_string(i), "Other" + std::to_string(i), 90, kOfSystem);
    auto set = make_set(all);
    note_last_resorts(set);
    const auto matcher = Matcher::build(set.rules);
    REQUIRE(matcher);
    Matcher::Scratch scratch(*matcher);
    const auto hits_on = [&](const std::string& value) {
      return rules_of(matcher->match("snmp.sys_description", value, scratch));
    };
    CAPTURE(others);
    CHECK(hits_on("Acme Linux 7") == std::vector<std::uint32_t>{0, 2, 4});
    CHECK(hits_on("Acme 7") == std::vector<std::uint32_t>{1, 2, 3, 4});
    // The same of values too long to be picked for.
    CHECK(hits_on("Acme Linux 7 " + std::string(3000, 'x')) == std::vector<std::uint32_t>{0, 2, 4});
    CHECK(hits_on("Acme 7 " + std::string(3000, 'x')) == std::vector<std::uint32_t>{1, 2, 3, 4});
  }
}

TEST_CASE("what a maker alone is known of settles nothing", "[identify][matcher]") {
  const auto products = test::kProducts +
                        "[[product]]\nid = \"acme\"\nvendor = \"Acme\"\nproduct = \"\"\ncategory = "
                        "\"操作系统\"\nrole = \"os\"\n";
  auto set = make_set(snmp_rule("maker", "Acme", 90, "os = \"acme\"\n") +
                          snmp_rule("named", "Acme", 90, "os = \"acme\"\nos_name = \"{model}\"\n") +
                          snmp_rule("general", "Acme", 50, kOfSystem),
                      products);
  note_last_resorts(set);
  CHECK(set.rules[0].settles == 0);
  CHECK(set.rules[1].settles == identify::kSystem);
  CHECK(set.rules[2].last_resort == identify::kSystem);
}
