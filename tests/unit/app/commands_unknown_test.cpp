// covers: app/stored_evidence app/proposal_trial
#include "app/commands.h"
#include "unit/app/heard.h"

using namespace qingdan;
using namespace qingdan::app;
using app::test::has;
using app::test::hear;
using app::test::Heard;
using app::test::lines;
using app::test::Stage;
using app::test::take;

namespace {

Heard gate(const std::string& ip, const std::string& version) {
  return {ip, 22, model::channel::kSsh,
          "SSH-2.0-ExampleGate_" + version + " build at 10.98.3.7\r\n"};
}
const Heard kKnown{"192.0.2.50", 22, model::channel::kSsh, "SSH-2.0-OpenSSH_9.2p1\r\n"};
const Heard kOther{"192.0.2.60", 80, model::channel::kUnknown, "\x01\x02 strange thing\r\n"};

std::string digest_in(const std::string& jsonl) {
  const std::string key = "\"digest\":\"";
  const auto at = jsonl.find(key);
  REQUIRE(at != std::string::npos);
  return jsonl.substr(at + key.size(), 64);
}

void copy_vocabulary(const Stage& stage) {
  std::filesystem::create_directories(stage.file("schema"));
  std::filesystem::copy(std::string(QINGDAN_SOURCE_DIR) + "/schema/vocabulary",
                        stage.file("schema/vocabulary"));
}

RulesLearn learn(const std::string& digest) {
  RulesLearn command;
  command.digest = digest;
  command.product = "示例网关";
  command.vendor = "Example";
  command.category = "安全设备";
  command.id = "example-gate";
  return command;
}

}  // namespace

TEST_CASE("unknown services that look alike are one row, largest first",
          "[app][commands_unknown]") {
  Stage stage;
  hear(stage, {gate("192.0.2.7", "1.2"), gate("192.0.2.8", "1.3"), gate("192.0.2.9", "2.0.1"),
               kKnown, kOther});
  const auto said = stage.run(ServicesList{"", true});
  INFO(said.out << said.err);
  CHECK(said.status == 0);
  REQUIRE(lines(said.out) == 2);
  const auto first = said.out.substr(0, said.out.find('\n'));
  CHECK(has(first, R"("services":3,"hosts":3,"ports":"22","service":"ssh")"));
  CHECK(has(first, "ExampleGate"));
  CHECK(lines(stage.run(ServicesList{"port=80", true}).out) == 1);
  CHECK(stage.run(ServicesList{"port=443", true}).out.empty());
}

TEST_CASE("what is known by its own name alone may still be labelled", "[app][commands_unknown]") {
  Stage stage;
  app::test::write_file(stage.file("fingerprints/products/named.toml"),
                        "[[product]]\nid = \"named-ssh\"\nvendor = \"\"\nproduct = \"SSH "
                        "server\"\ncategory = \"远程登录\"\n");
  app::test::write_file(stage.file("fingerprints/ssh/named.toml"),
                        "[[rule]]\nid = \"ssh.named\"\ninput = \"ssh.banner\"\npattern = "
                        "'^(?P<name>Example[A-Z][a-z]+)_(?P<version>[\\d.]+)'\nservice = "
                        "\"named-ssh\"\nservice_name = \"{name}\"\ntrust = 44\n");
  hear(stage, {gate("192.0.2.7", "1.2"), kKnown});
  const auto listed = stage.run(ServicesList{"ip=192.0.2.7", false});
  CHECK(has(listed.out, R"("vendor":null,"product":"ExampleGate","version":"1.2")"));
  CHECK(has(listed.out, R"("confidence":44)"));
  CHECK(lines(stage.run(ServicesList{"", true}).out) == 1);
}

TEST_CASE("a labelled look becomes a rule that knows it and passes the check",
          "[app][commands_unknown]") {
  Stage stage;
  copy_vocabulary(stage);
  hear(stage, {gate("192.0.2.7", "1.2"), gate("192.0.2.8", "1.3"), kKnown});
  auto command = learn(digest_in(stage.run(ServicesList{"", true}).out).substr(0, 12));
  command.output = stage.file("own");
  const auto said = stage.run(command);
  INFO(said.err);
  REQUIRE(said.status == 0);
  const auto written = app::test::slurp(stage.file("own/ssh/example-gate.toml"));
  INFO(written);
  CHECK_FALSE(has(written, "10.98.3.7"));
  CHECK(stage.run(RulesCheck{{stage.file("fingerprints"), stage.file("own")}, false}).status == 0);

  const auto rules =
      take(identify::RuleBase::open({stage.file("fingerprints"), stage.file("own")}, ""));
  identify::Identifier identifier(rules);
  model::IdentifyQuestion question;
  question.input = "ssh.banner";
  question.bytes = to_bytes("SSH-2.0-ExampleGate_7.4 build at 192.0.2.99\r\n");
  const auto answer = identifier.answer(question);
  CHECK(answer.service.words->id == "example-gate");
  CHECK(answer.service.words->product_zh == "示例网关");
  // A second proposal does not write over the first.
  CHECK(stage.run(command).status == 2);
}

TEST_CASE("without a directory the proposal is printed", "[app][commands_unknown]") {
  Stage stage;
  copy_vocabulary(stage);
  hear(stage, {gate("192.0.2.7", "1.2")});
  const auto said = stage.run(learn(digest_in(stage.run(ServicesList{"", true}).out)));
  CHECK(said.status == 0);
  CHECK(has(said.out, "# products/example-gate.toml"));
  CHECK(has(said.out, "# ssh/example-gate.toml"));
  CHECK(has(said.out, "[[rule.reject]]"));
}

TEST_CASE("a known product needs no further words and is not described twice",
          "[app][commands_unknown]") {
  Stage stage;
  copy_vocabulary(stage);
  hear(stage, {gate("192.0.2.7", "1.2")});
  RulesLearn command;
  command.digest = digest_in(stage.run(ServicesList{"", true}).out);
  command.product = "openssh";
  const auto said = stage.run(command);
  CHECK(said.status == 0);
  CHECK(has(said.out, "service = \"openssh\""));
  CHECK(has(said.out, "id = \"ssh.openssh-" + command.digest.substr(0, 8) + "\""));
  CHECK_FALSE(has(said.out, "[[product]]"));
}

TEST_CASE("what cannot be learned is said in one line", "[app][commands_unknown]") {
  Stage stage;
  hear(stage, {gate("192.0.2.7", "1.2")});
  const auto digest = digest_in(stage.run(ServicesList{"", true}).out);
  CHECK(has(stage.run(learn("ffff")).err, "no unknown service looks so"));
  auto command = learn(digest);
  command.vendor.clear();
  CHECK(has(stage.run(command).err, "--vendor and --category"));
}

TEST_CASE("a Chinese name is a name; the id is the look's", "[app][commands_unknown]") {
  Stage stage;
  copy_vocabulary(stage);
  hear(stage, {gate("192.0.2.7", "1.2")});
  const auto digest = digest_in(stage.run(ServicesList{"", true}).out);
  for (const auto* name : {"政务协同平台", "政务协同网关a9f1d6"}) {
    auto command = learn(digest);
    command.product = name;
    command.id.clear();
    const auto said = stage.run(command);
    INFO(said.out << said.err);
    CHECK(said.status == 0);
    CHECK(has(said.out, "service = \"own-" + digest.substr(0, 8) + "\"\n"));
    CHECK(
        has(said.out, std::string("product = \"") + name + "\"\nproduct_zh = \"" + name + "\"\n"));
  }
}

TEST_CASE("a field that others have too is left, for the next that tells",
          "[app][commands_unknown]") {
  Stage stage;
  copy_vocabulary(stage);
  const auto page = [](const std::string& ip, const std::string& server, const std::string& title) {
    return Heard{ip, 80, model::channel::kHttp,
                 "HTTP/1.1 200 OK\r\nServer: " + server + "\r\n\r\n<title>" + title + "</title>"};
  };
  hear(stage, {page("192.0.2.7", "Acme Gate", "综合管理平台"),
               page("192.0.2.8", "Acme Gate", "综合管理平台"),
               page("192.0.2.9", "Other Thing", "综合管理平台")});
  const auto listed = stage.run(ServicesList{"", true}).out;
  const auto first = stage.run(learn(digest_in(listed)));
  INFO(first.out << first.err);
  CHECK(first.status == 0);
  CHECK(has(first.out, "input = \"http_header.server\"\npattern = '^Acme Gate$'"));

  // Nothing is left where another says all the same.
  hear(stage, {page("192.0.2.10", "Acme Gate", "另一平台")});
  auto command = learn(digest_in(listed));
  command.output = stage.file("own");
  const auto second = stage.run(command);
  INFO(second.err);
  CHECK(second.status == 2);
  CHECK(lines(second.err) == 1);
  CHECK(has(second.err, "html_title: 192.0.2.9:80 says so too"));
  CHECK(has(second.err, "http_header.server: 192.0.2.10:80 says so too"));
  CHECK_FALSE(std::filesystem::exists(stage.file("own")));
}

TEST_CASE("what would not be sound beside the rules in use is not written",
          "[app][commands_unknown]") {
  Stage stage;
  copy_vocabulary(stage);
  hear(stage, {gate("192.0.2.7", "1.2")});
  auto command = learn(digest_in(stage.run(ServicesList{"", true}).out));
  command.output = stage.file("own");
  command.category = "没有的类别";
  const auto said = stage.run(command);
  INFO(said.err);
  CHECK(said.status == 2);
  CHECK(lines(said.err) == 1);
  CHECK(has(said.err, "没有的类别"));
  CHECK_FALSE(std::filesystem::exists(stage.file("own")));
  // A fault that stood there before is not the proposal's.
  app::test::write_file(stage.file("own/ssh/faulty.toml"), "[[rule]]\nid = \"ssh.none\"\n");
  command.category = "安全设备";
  CHECK(stage.run(command).status == 0);
}

TEST_CASE("bytes that give no field are not bytes that are not there", "[app][commands_unknown]") {
  Stage stage;
  // AJP's CPong says no more than that it is one.
  hear(stage, {{"192.0.2.7", 8009, model::channel::kAjp, std::string("AB\0\1\x09", 5)}});
  const auto listed = stage.run(ServicesList{"", true}).out;
  const auto said = stage.run(learn(digest_in(listed)));
  INFO(listed << said.err);
  CHECK(said.status == 2);
  CHECK(has(said.err, "their bytes are kept"));
  Stage other;
  auto gone = gate("192.0.2.7", "1.2");
  gone.kept = false;
  hear(other, {gone});
  CHECK(has(other.run(learn(digest_in(other.run(ServicesList{"", true}).out))).err,
            "the register keeps no bytes"));
}
