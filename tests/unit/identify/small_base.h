// small_base — a rule base of a few rules, written in a test as a rule writer would write them.
#pragma once

#include <catch2/catch.hpp>

#include <memory>
#include <string>

#include "qingdan/identify/rule_base.h"
#include "qingdan/identify/rule_file.h"

namespace qingdan::identify::test {

// Products that most tests need.
inline const std::string kProducts = R"(
[[product]]
id = "nginx"
vendor = "F5"
product = "nginx"
category = "Web服务器"
cpe = "f5:nginx"
protocol = "http"
[[product]]
id = "tomcat"
vendor = "Apache"
product = "Tomcat"
category = "中间件"
cpe = "apache:tomcat"
[[product]]
id = "php"
vendor = "PHP"
product = "PHP"
category = "开发语言"
role = "framework"
[[product]]
id = "openssl"
vendor = "OpenSSL"
product = "OpenSSL"
category = "加密组件"
role = "component"
[[product]]
id = "portal"
vendor = "Example"
product = "Portal"
product_zh = "门户"
category = "业务应用"
role = "application"
[[product]]
id = "linux"
vendor = "Linux"
product = "Linux"
category = "操作系统"
role = "os"
cpe = "linux:linux_kernel"
[[product]]
id = "debian"
vendor = "Debian"
product = "Debian Linux"
category = "操作系统"
role = "os"
is_a = "linux"
cpe = "debian:debian_linux"
device_class = "服务器"
[[product]]
id = "windows"
vendor = "Microsoft"
product = "Windows"
category = "操作系统"
role = "os"
[[product]]
id = "iis"
vendor = "Microsoft"
product = "IIS"
category = "Web服务器"
os = "windows"
[[product]]
id = "camera"
vendor = "Example"
product = "Camera"
category = "视频监控"
role = "hardware"
device_class = "摄像机"
)";

inline RuleSet make_set(const std::string& rules, const std::string& products = kProducts) {
  auto parsed_products = parse_product_file(products, "products/test.toml");
  auto parsed_rules = parse_rule_file("[defaults]\nsource = \"test\"\n" + rules, "test/rules.toml");
  RuleSet set;
  set.products = std::move(parsed_products.products);
  set.rules = std::move(parsed_rules.rules);
  set.problems = std::move(parsed_products.problems);
  set.problems.insert(set.problems.end(), parsed_rules.problems.begin(),
                      parsed_rules.problems.end());
  for (const auto& problem : set.problems) UNSCOPED_INFO(problem.line << ": " << problem.text);
  REQUIRE(set.problems.empty());
  return set;
}

inline std::shared_ptr<const RuleBase> make_base(const std::string& rules,
                                                 const std::string& products = kProducts) {
  auto base = RuleBase::build(make_set(rules, products), "test+0");
  if (!base) FAIL(base.error().text);
  return *base;
}

}  // namespace qingdan::identify::test
