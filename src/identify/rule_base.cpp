// rule_base — opening, indexing and caching the rules.
#include "qingdan/identify/rule_base.h"

#include <unistd.h>

#include <algorithm>
#include <boost/interprocess/file_mapping.hpp>
#include <boost/interprocess/mapped_region.hpp>
#include <chrono>
#include <fstream>
#include <functional>
#include <sstream>

#include "identify/combine.h"
#include "identify/rule_codec.h"
#include "qingdan/base/contract.h"
#include "qingdan/net/digest.h"

namespace qingdan::identify {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMagic = "qingdan rules\n";
constexpr std::string_view kCompiledName = "rules-";
// Of some 15 MiB: those of two releases with and without own rules.
constexpr std::size_t kCompiledMost = 4;
constexpr auto kHalfWrittenAge = std::chrono::hours(1);
constexpr int kMaxKinds = 8;  // steps of is_a; more would be a circle

std::string first_problem(const RuleProblem& problem) {
  return problem.file + ":" + std::to_string(problem.line) + ": " +
         (problem.rule.empty() ? "" : problem.rule + ": ") + problem.text;
}

// Against files that are cut or spoiled, in a tenth of the time of a digest. It is this machine's
// own file, written by the same library.
std::uint64_t sum_of(BytesView payload) { return std::hash<std::string_view>{}(as_text(payload)); }

// Only time goes with a file that is taken from under another process: it has read all of it, or
// compiles anew.
void prune(const fs::path& dir) {
  std::error_code failed;
  std::vector<std::pair<fs::file_time_type, fs::path>> compiled;
  for (fs::directory_iterator it(dir, failed), end; !failed && it != end; it.increment(failed)) {
    const auto name = it->path().filename().string();
    if (!name.starts_with(kCompiledName)) continue;
    std::error_code gone;
    const auto used = fs::last_write_time(it->path(), gone);
    if (gone) continue;
    if (name.ends_with(".bin")) {
      compiled.emplace_back(used, it->path());
    } else if (name.ends_with(".new") &&
               used + kHalfWrittenAge < fs::file_time_type::clock::now()) {
      fs::remove(it->path(), gone);  // whoever wrote it has ended on the way
    }
  }
  std::sort(compiled.begin(), compiled.end(), std::greater<>());
  for (std::size_t i = kCompiledMost; i < compiled.size(); ++i)
    fs::remove(compiled[i].second, failed);
}

// What of a rank is read out of patterns, which takes longer than reading it back.
void write_ranks(ByteWriter& out, const std::vector<RuleBrief>& briefs) {
  for (const auto& brief : briefs) {
    out.u8(static_cast<std::uint8_t>(brief.rank.anchoring));
    out.u32be(static_cast<std::uint32_t>(brief.rank.literals));
  }
}

std::vector<Rank> parse_ranks(ByteReader& in, const RuleSet& set) {
  std::vector<Rank> ranks;
  ranks.reserve(set.rules.size());
  for (const auto& rule : set.rules) {
    const int anchoring = in.u8();
    ranks.push_back(
        {rule.trust, static_cast<int>(rule.parts.size()), anchoring, static_cast<int>(in.u32be())});
  }
  return ranks;
}

}  // namespace

Rank rank_of(const Rule& rule) {
  Rank rank{rule.trust, static_cast<int>(rule.parts.size()), 0, 0};
  for (const auto& part : rule.parts) {
    rank.anchoring = std::max(rank.anchoring, anchoring(part));
    rank.literals += literal_bytes(part);
  }
  return rank;
}

RuleBase::RuleBase(RuleSet set, std::string release, Matcher matcher,
                   const std::vector<Rank>& ranks)
    : set_(std::move(set)), release_(std::move(release)), matcher_(std::move(matcher)) {
  product_index_.reserve(set_.products.size());
  rule_index_.reserve(set_.rules.size());
  for (std::size_t i = 0; i < set_.products.size(); ++i) {
    product_index_.emplace(set_.products[i].id, i);
  }
  for (std::size_t i = 0; i < set_.rules.size(); ++i) rule_index_.emplace(set_.rules[i].id, i);
  write_briefs(ranks);
}

void RuleBase::write_briefs(const std::vector<Rank>& ranks) {
  QD_EXPECTS(ranks.size() == set_.rules.size());
  briefs_.reserve(set_.rules.size());
  traits_.reserve(set_.products.size());
  const auto found = [&](const std::string& id) { return id.empty() ? nullptr : find_product(id); };
  for (const auto& rule : set_.rules) {
    auto& brief = briefs_.emplace_back();
    brief.service = found(rule.service.product);
    brief.os = found(rule.os.product);
    brief.hw = found(rule.hw.product);
    const auto used = [](const Template& text) { return text.empty() ? nullptr : &text; };
    brief.service_version = used(rule.service.version);
    brief.os_version = used(rule.os.version);
    brief.hw_version = used(rule.hw.version);
    brief.id = rule.id;
    brief.precision = rule.precision;
    brief.rank = ranks[briefs_.size() - 1];
    brief.parts = static_cast<std::uint32_t>(rule.parts.size());
    if (!rule.parts.empty()) brief.field = rule.parts.front().input;
    brief.beats = !rule.beats.empty();
    brief.also = !rule.also.empty();
    brief.protocol = !rule.protocol.empty();
    brief.device_class = !rule.device_class.empty();
    brief.host_name = !rule.host_name.empty();
    brief.words = !rule.package.empty();
    for (const auto* claim : {&rule.service, &rule.os, &rule.hw}) {
      brief.words =
          brief.words || !claim->name.empty() || !claim->model.empty() || !claim->cpe.empty();
    }
  }
  for (const auto& p : set_.products) {
    traits_.push_back({found(p.os),
                       found(p.hw),
                       make_cpe_head(p.cpe_part, p.cpe),
                       p.role,
                       {p.id, p.vendor, p.vendor_zh, p.product, p.product_zh, p.category,
                        p.xinchuang, to_string(p.role)}});
  }
}

const Product* RuleBase::find_product(std::string_view id) const {
  const auto found = product_index_.find(id);
  return found == product_index_.end() ? nullptr : &set_.products[found->second];
}

const Rule* RuleBase::find_rule(std::string_view id) const {
  const auto found = rule_index_.find(id);
  return found == rule_index_.end() ? nullptr : &set_.rules[found->second];
}

bool RuleBase::is_kind_of(const Product& special, const Product& general) const {
  const Product* at = &special;
  for (int step = 0; at != nullptr && step < kMaxKinds; ++step) {
    if (at->id == general.id) return true;
    at = at->is_a.empty() ? nullptr : find_product(at->is_a);
  }
  return false;
}

Result<std::shared_ptr<const RuleBase>> RuleBase::build(RuleSet set, std::string release) {
  if (!set.problems.empty()) {
    return Error{ErrorCode::input,
                 first_problem(set.problems.front()) + " (qingdan rules check shows all)", ""};
  }
  for (auto& rule : set.rules) {
    rule.accept.clear();
    rule.reject.clear();
  }
  note_last_resorts(set);
  auto matcher = Matcher::build(set.rules);
  if (!matcher) return matcher.error();
  std::vector<Rank> ranks;
  for (const auto& rule : set.rules) ranks.push_back(rank_of(rule));
  return std::shared_ptr<const RuleBase>(
      new RuleBase(std::move(set), std::move(release), std::move(*matcher), ranks));
}

Result<std::shared_ptr<const RuleBase>> RuleBase::open(const std::vector<fs::path>& dirs,
                                                       const fs::path& cache_dir) {
  auto texts = open_rule_texts(dirs);
  if (!texts) return texts.error();
  const auto release = release_of(*texts);
  const auto key = net::sha256_hex(
      as_bytes(texts->digest + "\n" + engine_version() + "\n" + std::to_string(kCodecVersion)));
  const auto file = cache_dir / (std::string(kCompiledName) + key.substr(0, 32) + ".bin");
  if (!cache_dir.empty()) {
    if (auto cached = load(file, key, release)) return cached;
  }
  auto base = build(parse_rule_texts(*texts), release);
  if (base && !cache_dir.empty()) (*base)->store(file, key);
  return base;
}

std::shared_ptr<const RuleBase> RuleBase::load(const fs::path& file, const std::string& key,
                                               const std::string& release) {
  // Mapped, not read: most of it is copied once, to where it is used. Files change by rename alone.
  boost::interprocess::mapped_region bytes;
  try {
    const boost::interprocess::file_mapping mapping(file.c_str(), boost::interprocess::read_only);
    bytes = boost::interprocess::mapped_region(mapping, boost::interprocess::read_only);
  } catch (const boost::interprocess::interprocess_exception&) {
    return nullptr;  // not there yet, empty, or not ours to read
  }
  ByteReader reader({static_cast<const std::uint8_t*>(bytes.get_address()), bytes.get_size()});
  if (as_text(reader.take(kMagic.size())) != kMagic) return nullptr;
  if (as_text(reader.take(key.size())) != key) return nullptr;
  const auto sum = reader.u64be();
  const auto payload = reader.take(reader.u32be());
  if (!reader.ok() || sum_of(payload) != sum) return nullptr;
  ByteReader content(payload);
  auto set = parse_rule_set(content);
  if (!set) return nullptr;
  const auto ranks = parse_ranks(content, *set);
  ByteReader databases(reader.rest());
  auto matcher = Matcher::load(set->rules, content, databases);
  if (!matcher) return nullptr;
  std::error_code ignored;
  fs::last_write_time(file, fs::file_time_type::clock::now(), ignored);  // by which they are kept
  return std::shared_ptr<const RuleBase>(
      new RuleBase(std::move(*set), release, std::move(*matcher), ranks));
}

void RuleBase::store(const fs::path& file, const std::string& key) const {
  ByteWriter content, databases;
  write_rule_set(content, set_);
  write_ranks(content, briefs_);
  if (!matcher_.save(content, databases)) return;
  std::error_code failed;
  fs::create_directories(file.parent_path(), failed);
  // Written beside and renamed, so that another process sees the old file or the whole new one.
  auto fresh = file;
  fresh += "." + std::to_string(::getpid()) + ".new";
  {
    std::ofstream out(fresh, std::ios::binary | std::ios::trunc);
    ByteWriter head;
    head.u64be(sum_of(content.view()));
    head.u32be(static_cast<std::uint32_t>(content.view().size()));
    out << kMagic << key << as_text(head.view()) << as_text(content.view())
        << as_text(databases.view());
    out.flush();
    if (!out) {
      fs::remove(fresh, failed);
      return;
    }
  }
  fs::rename(fresh, file, failed);
  if (failed) fs::remove(fresh, failed);
  prune(file.parent_path());
}

}  // namespace qingdan::identify
