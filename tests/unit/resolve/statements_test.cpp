#include "resolve/statements.h"

#include <catch2/catch.hpp>

#include "unit/resolve/build.h"

using namespace qingdan;
using namespace qingdan::resolve;
using namespace qingdan::resolve::build;

TEST_CASE("nothing is no value", "[resolve][statements]") {
  for (const auto* nothing : {"", "\"\"", "null", "[]", "{}"}) CHECK_FALSE(has_value(nothing));
  CHECK(has_value("\"0\""));
}

TEST_CASE("products are compared by name, then version, then package", "[resolve][statements]") {
  CHECK(compare(product("nginx", "1.18"), product("nginx", "1.18")) == Likeness::same);
  CHECK(compare(product("nginx", "1.18"), product("nginx", "1.22")) == Likeness::different);
  CHECK(compare(product("nginx", "1.18"), product("nginx")) == Likeness::less);
  CHECK(compare(product("nginx"), product("nginx", "1.18")) == Likeness::more);
  CHECK(compare(product("nginx", "1.18"), product("apache", "2.4")) == Likeness::different);
  CHECK(compare(product("nginx", "1.18"), product("")) == Likeness::less);
  auto old = product("openssh", "9.2p1"), now = old;
  old.package = "1:9.2p1-2+deb12u2";
  CHECK(compare(now, old) == Likeness::more);
  now.package = "1:9.2p1-2+deb12u3";
  CHECK(compare(old, now) == Likeness::different);
  const auto sides = describe_sides(old, now);
  CHECK(sides.before == "openssh 9.2p1 (1:9.2p1-2+deb12u2)");
  CHECK(sides.after == "openssh 9.2p1 (1:9.2p1-2+deb12u3)");
}

TEST_CASE("a version read less exactly is less, never another", "[resolve][statements]") {
  auto exact = product("debian", "12.5"), rough = product("debian", "11");
  rough.precision = model::Precision::minor;
  CHECK(compare(exact, rough) == Likeness::less);
  CHECK(compare(rough, exact) == Likeness::more);
}

TEST_CASE("a system named in general is the same as one named in full", "[resolve][statements]") {
  auto linux_os = product("Linux"), debian = product("debian", "12"), windows = product("Windows");
  auto server = product("Windows Server 2019");
  for (auto* os : {&linux_os, &debian, &windows, &server}) os->role = "os";
  CHECK(compare(linux_os, debian) == Likeness::more);
  CHECK(compare(debian, linux_os) == Likeness::less);
  CHECK(compare(windows, server) == Likeness::more);
  CHECK(compare(linux_os, windows) == Likeness::different);
}

TEST_CASE("host names differ only beyond their domain", "[resolve][statements]") {
  CHECK(compare(field::kHostName, text("WEB1"), text("web1")) == Likeness::same);
  CHECK(compare(field::kHostName, text("web1"), text("web1.example.cn")) == Likeness::more);
  CHECK(compare(field::kHostName, text("web1"), text("web11")) == Likeness::different);
}

TEST_CASE("banners and digests are never different", "[resolve][statements]") {
  CHECK(compare(field::kBanner, text("a"), text("b")) == Likeness::same);
  CHECK(compare(field::kDigest, text("a"), text("b")) == Likeness::same);
}

TEST_CASE("pages differ by title, TLS by version", "[resolve][statements]") {
  model::WebsiteStatement a, b;
  a.title = b.title = "一网通办";
  a.status = 200, b.status = 302;
  CHECK(compare(field::kWebsite, model::to_json(a), model::to_json(b)) == Likeness::same);
  b.title = "";
  CHECK(compare(field::kWebsite, model::to_json(a), model::to_json(b)) == Likeness::less);
  CHECK(compare(field::kTls, model::to_json(model::TlsStatement{"TLSv1.2", "x", ""}),
                model::to_json(model::TlsStatement{"TLSv1.2", "y", "h2"})) == Likeness::same);
}

TEST_CASE("versions and keys are compared where both sides asked", "[resolve][statements]") {
  model::TlsStatement asked{"TLSv1.2", "x", ""};
  asked.accepts = {"TLSv1.1", "TLSv1.2"};
  asked.refuses = {"TLSv1.0"};
  asked.keys = {"RSA"};
  auto other = asked;
  const auto like = [&](const model::TlsStatement& a, const model::TlsStatement& b) {
    return compare(field::kTls, model::to_json(a), model::to_json(b));
  };
  other.certificates = {{std::string(64, 'a'), "SM2", "sign"}};
  CHECK(like(asked, other) == Likeness::same);  // 证书更换 says that
  other.accepts = {"TLSv1.2"};
  CHECK(like(asked, other) == Likeness::different);
  other = asked;
  other.keys = {"RSA", "SM2"};
  CHECK(like(asked, other) == Likeness::different);
  const model::TlsStatement plain{"TLSv1.2", "y", ""};
  CHECK(like(asked, plain) == Likeness::less);
  CHECK(like(plain, asked) == Likeness::more);
  auto once = plain;  // as one handshake was told before
  once.accepts = {"TLSv1.2"};
  once.keys = {"RSA"};
  CHECK(like(once, plain) == Likeness::same);
  CHECK(describe(field::kTls, model::to_json(asked)) == "TLSv1.1 TLSv1.2 RSA");
  CHECK(describe(field::kTls, model::to_json(plain)) == "TLSv1.2");
}

TEST_CASE("a value that does not parse is shown as it is", "[resolve][statements]") {
  CHECK(describe(field::kProduct, "{broken") == "{broken");
  CHECK(describe(field::kName, "{broken") == "{broken");
  CHECK(compare(field::kProduct, "{broken", "{other") == Likeness::different);
}
