// rule_set — reads the directories; holds ids unique over all files.
#include "qingdan/identify/rule_set.h"

#include <algorithm>
#include <fstream>
#include <set>

#include "qingdan/base/text.h"
#include "qingdan/identify/rule_file.h"
#include "qingdan/model/claim.h"
#include "qingdan/net/digest.h"

namespace qingdan::identify {
namespace {

namespace fs = std::filesystem;

Error unreadable(const fs::path& path) {
  return {ErrorCode::io, path.string() + ": cannot be read; give the directory of the rules", ""};
}

Result<std::string> open_text(const fs::path& path) {
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  const auto size = in ? static_cast<std::streamoff>(in.tellg()) : -1;
  if (size < 0) return unreadable(path);
  std::string text(static_cast<std::size_t>(size), '\0');
  in.seekg(0);
  if (!in.read(text.data(), size)) return unreadable(path);
  return text;
}

void take_retired(std::string_view text, std::map<std::string, std::string>& retired) {
  for (const auto line : split(text, '\n')) {
    const auto clean = trim(line);
    if (clean.empty() || clean.front() == '#') continue;
    const auto gap = clean.find(' ');
    retired[std::string(clean.substr(0, gap))] =
        gap == std::string_view::npos ? "" : std::string(trim(clean.substr(gap)));
  }
}

// Sorted, so that the digest does not depend on the file system.
Result<std::vector<fs::path>> list_files(const fs::path& dir) {
  std::error_code failed;
  std::vector<fs::path> out;
  for (fs::recursive_directory_iterator it(dir, failed), end; !failed && it != end;
       it.increment(failed)) {
    if (it->is_regular_file()) out.push_back(it->path());
  }
  if (failed) return unreadable(dir);
  std::sort(out.begin(), out.end());
  return out;
}

Result<void> take_file(const fs::path& path, const fs::path& dir, RuleTexts& out) {
  const auto relative = path.lexically_relative(dir);
  const bool rules = path.extension() == ".toml" && relative.has_parent_path();
  const bool named = relative == "RELEASE" || relative == "retired.txt";
  if (!rules && !named) return {};
  auto text = open_text(path);
  if (!text) return text.error();
  if (relative == "RELEASE" && out.version.empty()) {
    out.version = std::string(trim(split(*text, '\n').front()));
  } else if (relative == "retired.txt") {
    take_retired(*text, out.retired);
  } else if (rules) {
    out.files.push_back(
        {path.string(), std::move(*text), *relative.begin() == "products", relative.string()});
  }
  return {};
}

// Ids are for ever: unique, spelled as promised, not among the retired.
class IdKeeper {
 public:
  IdKeeper(const RuleTexts& texts, std::vector<RuleProblem>& problems)
      : texts_(texts), problems_(problems) {}
  void take(const std::string& id, const Place& place, std::string_view directory) {
    const auto complain = [&](std::string text) {
      problems_.push_back({place.file, place.line, id, std::move(text)});
    };
    if (id.empty()) return complain("id is missing");
    const auto dot = id.find('.');
    const bool has_directory = dot != std::string::npos;
    if (!directory.empty() && (!has_directory || id.substr(0, dot) != directory)) {
      complain("the id must begin with \"" + std::string(directory) +
               ".\", the name of its directory");
    }
    const auto name = has_directory && !directory.empty() ? id.substr(dot + 1) : id;
    const bool kebab = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
    if (!kebab) complain("the id must be of a-z, 0-9 and -");
    if (const auto old = texts_.retired.find(id); old != texts_.retired.end()) {
      complain("the id is retired (" + old->second + ") and cannot come back");
    }
    const auto [first, fresh] = seen_.emplace(id, place);
    if (!fresh) {
      complain("the id stands already at " + first->second.file + ":" +
               std::to_string(first->second.line));
    }
  }

 private:
  const RuleTexts& texts_;
  std::vector<RuleProblem>& problems_;
  std::map<std::string, Place> seen_;
};

template <class T>
void append(std::vector<T>& to, std::vector<T> from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

}  // namespace

std::string release_of(const RuleTexts& texts) {
  return texts.version + "+" + texts.digest.substr(0, 12);
}

Result<RuleTexts> open_rule_texts(const std::vector<fs::path>& dirs) {
  RuleTexts out;
  for (const auto& dir : dirs) {
    const auto files = list_files(dir);
    if (!files) return files.error();
    for (const auto& path : *files) {
      if (auto taken = take_file(path, dir, out); !taken) return taken.error();
    }
  }
  net::Sha256 sha;
  for (const auto& file : out.files) {
    sha.update(as_bytes(file.below + "\n" + std::to_string(file.text.size()) + "\n"));
    sha.update(as_bytes(file.text));
  }
  for (const auto& [id, reason] : out.retired) sha.update(as_bytes(id + "\n"));
  if (out.version.empty()) out.version = "local";
  sha.update(as_bytes(out.version));
  out.digest = sha.hex();
  return out;
}

RuleSet parse_rule_texts(const RuleTexts& texts) {
  RuleSet set;
  for (const auto& file : texts.files) {
    if (file.products) {
      auto parsed = parse_product_file(file.text, file.name);
      append(set.products, std::move(parsed.products));
      append(set.problems, std::move(parsed.problems));
    } else {
      auto parsed = parse_rule_file(file.text, file.name);
      append(set.rules, std::move(parsed.rules));
      append(set.problems, std::move(parsed.problems));
    }
  }
  IdKeeper rule_ids(texts, set.problems);
  for (const auto& rule : set.rules) {
    rule_ids.take(rule.id, rule.place, fs::path(rule.place.file).parent_path().filename().string());
  }
  IdKeeper product_ids(texts, set.problems);
  for (const auto& product : set.products) product_ids.take(product.id, product.place, "");
  return set;
}

namespace {

struct ProductKinds {
  std::set<std::string_view> makers_alone;  // products of no name
  std::set<std::string_view> parts;         // of something that runs
};

std::uint8_t bits_of(bool runs, bool system, bool device) {
  return static_cast<std::uint8_t>((runs ? kRuns : 0) | (system ? kSystem : 0) |
                                   (device ? kDevice : 0));
}

std::uint8_t asked_for(const Rule& rule) {
  const bool system = !rule.os.product.empty();
  return bits_of(!rule.service.product.empty(), system, !system && !rule.hw.product.empty());
}

std::uint8_t settled_by(const Rule& rule, const ProductKinds& kinds) {
  const auto names = [&](const ProductClaim& claim) {
    const bool vague = kinds.makers_alone.contains(claim.product) && claim.name.empty();
    return !claim.product.empty() && !vague;
  };
  const bool runs = names(rule.service) && !kinds.parts.contains(rule.service.product);
  return bits_of(runs, names(rule.os), names(rule.hw));
}

// Of a rule that says nothing but who made it, what model it is, and which version.
bool is_general(const Rule& rule, const ProductKinds& kinds) {
  const bool says_more = !rule.also.empty() || !rule.beats.empty() || !rule.package.empty() ||
                         !rule.host_name.empty() || !rule.device_class.empty();
  return !says_more && rule.trust >= kSupportTrust && rule.trust < model::kDescribedConfidence &&
         rule.parts.front().kind == MatchKind::pattern &&
         !kinds.parts.contains(rule.service.product);
}

}  // namespace

void note_last_resorts(RuleSet& set) {
  ProductKinds kinds;
  for (const auto& product : set.products) {
    if (product.product.empty()) kinds.makers_alone.insert(product.id);
    if (product.role == Role::component || product.role == Role::framework)
      kinds.parts.insert(product.id);
  }
  for (auto& rule : set.rules) {
    if (rule.parts.size() != 1) continue;
    const bool described = rule.trust >= model::kDescribedConfidence;
    rule.settles = described ? settled_by(rule, kinds) : 0;
    rule.last_resort = is_general(rule, kinds) ? asked_for(rule) : 0;
  }
}

}  // namespace qingdan::identify
