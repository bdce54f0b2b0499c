// matcher_bench — banners per second against a rule base of the size we expect to have, for banners
// never seen before and for banners seen all the time; whole answers; opening from the cache.
#include <benchmark/benchmark.h>

#include <filesystem>

#include "qingdan/base/rng.h"
#include "qingdan/identify/identifier.h"
#include "qingdan/identify/rule_file.h"

using namespace qingdan;
using namespace qingdan::identify;

namespace {

constexpr std::string_view kSyllables[] = {"acme", "gate", "nova", "tele", "serv", "core", "data",
                                           "flux", "mail", "edge", "stor", "link", "view", "soft"};

std::string name_of(std::uint64_t n) {
  std::string out;
  for (int i = 0; i < 4; ++i, n /= std::size(kSyllables))
    out += kSyllables[n % std::size(kSyllables)];
  return out;
}

RuleSet make_rules(std::int64_t count, const std::string& anchor = "^") {
  std::string text = "[defaults]\ninput = \"ftp.banner\"\nsource = \"made for the benchmark\"\n";
  for (std::int64_t i = 0; i < count; ++i) {
    text += "[[rule]]\nid = \"bench.r" + std::to_string(i) + "\"\npattern = '" + anchor +
            name_of(static_cast<std::uint64_t>(i)) +
            R"([ -]FTP [Ss]erver \(?v?(?P<version>\d[\w.]{0,30})')" + "\nservice = \"x\"\n";
  }
  RuleSet set;
  set.rules = parse_rule_file(text, "bench/rules.toml").rules;
  set.products = parse_product_file("[[product]]\nid = \"x\"\nvendor = \"X\"\nproduct = \"X\"\n",
                                    "products/x.toml")
                     .products;
  return set;
}

std::vector<std::string> make_banners(std::size_t count, std::uint64_t rules) {
  Rng rng(1);
  std::vector<std::string> out;
  for (std::size_t i = 0; i < count; ++i) {
    const bool known = rng.below(4) != 0;
    out.push_back(name_of(known ? rng.below(rules) : 1'000'000 + rng.below(9999)) +
                  (known ? " FTP server v" : " file service v") + std::to_string(rng.below(20)) +
                  "." + std::to_string(rng.below(1000)) + "." + std::to_string(i) + " ready (host" +
                  std::to_string(rng.below(65'536)) + ")");
  }
  return out;
}

// `spoken`: of how many rules the banners come; few products make most of a network.
void match_banners(benchmark::State& state, const RuleSet& set, std::size_t different,
                   std::uint64_t spoken) {
  const auto matcher = Matcher::build(set.rules);
  const auto banners = make_banners(different, spoken);
  Matcher::Scratch scratch(*matcher);
  std::size_t at = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(matcher->match("ftp.banner", banners[at], scratch).size());
    at = at + 1 == banners.size() ? 0 : at + 1;
  }
  state.SetItemsProcessed(state.iterations());
}

void matcher_fresh(benchmark::State& state) {
  match_banners(state, make_rules(state.range(0)), 100'000, 300);
}
BENCHMARK(matcher_fresh)->Arg(300)->Arg(3000)->Arg(6000)->ArgName("rules");
// Every rule speaks as often as any other: worst for the processor's caches.
void matcher_fresh_evenly(benchmark::State& state) {
  match_banners(state, make_rules(state.range(0)), 100'000,
                static_cast<std::uint64_t>(state.range(0)));
}
BENCHMARK(matcher_fresh_evenly)->Arg(3000)->ArgName("rules");
void matcher_fresh_unanchored(benchmark::State& state) {
  match_banners(state, make_rules(state.range(0), ""), 100'000, 300);
}
BENCHMARK(matcher_fresh_unanchored)->Arg(3000)->ArgName("rules");
void matcher_repeated(benchmark::State& state) {
  match_banners(state, make_rules(state.range(0)), 500, 300);
}
BENCHMARK(matcher_repeated)->Arg(3000)->ArgName("rules");

void answer_banner(benchmark::State& state) {
  auto base = RuleBase::build(make_rules(state.range(0)), "bench");
  Identifier identifier(*base);
  const auto banners = make_banners(20'000, static_cast<std::uint64_t>(state.range(0)));
  model::IdentifyQuestion question;
  question.input = "ftp.banner";
  std::size_t at = 0;
  for (auto _ : state) {
    question.bytes = to_bytes(banners[at]);
    benchmark::DoNotOptimize(identifier.answer(question));
    at = at + 1 == banners.size() ? 0 : at + 1;
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(answer_banner)->Arg(3000)->ArgName("rules");

void open_shipped_rules_from_cache(benchmark::State& state) {
  const std::vector<std::filesystem::path> dirs{std::filesystem::path(QINGDAN_SOURCE_DIR) /
                                                "fingerprints"};
  const auto cache = std::filesystem::temp_directory_path() / "qingdan-bench-rules";
  (void)RuleBase::open(dirs, cache);
  for (auto _ : state) benchmark::DoNotOptimize(RuleBase::open(dirs, cache));
  std::filesystem::remove_all(cache);
}
BENCHMARK(open_shipped_rules_from_cache)->Unit(benchmark::kMillisecond);

}  // namespace
