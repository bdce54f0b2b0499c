// qingdan-identify-speed — banners a second against the whole rule base, on questions from files.
//
//   qingdan-identify-speed --rules DIR [--cache DIR] [--seconds S] [--twice] [--only
//   dissect|match|answer] [--verdicts none|kept] --group NAME=FILE.jsonl …
//
// One JSON line a figure. `verdicts` says whether recent verdicts were kept: "none" = every value
// goes through the engines each time; "kept" = as the program runs, and since a group is asked
// again and again, whatever fits into the bounded memory comes from there. --twice measures once
// more with a twin of every rule, its letters moved on by one, so that no twin knows what the
// original knows. Processor time of one thread, median and least of the rounds; where the machine
// does other work meanwhile, which takes caches away, the least is nearer to what a machine of its
// own would give.
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "qingdan/identify/dissect.h"
#include "qingdan/identify/identifier.h"

using namespace qingdan;
using namespace qingdan::identify;

namespace {

struct Options {
  std::string rules, cache, only, verdicts;
  double seconds{1};
  bool twice{false};
  std::vector<std::pair<std::string, std::string>> groups;  // name, file
};

struct Group {
  std::string name;
  std::vector<model::IdentifyQuestion> questions;
  std::vector<std::vector<FieldValue>> fields;  // of each question
};

double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

char moved_on(char c) {
  if (c == 'z') return 'a';
  if (c == 'Z') return 'A';
  if (c == '9') return '0';
  const bool known = (c >= 'a' && c < 'z') || (c >= 'A' && c < 'Z') || (c >= '0' && c < '9');
  return known ? static_cast<char>(c + 1) : c;
}

// Chinese: the last byte of a character moves on within its range.
void move_wide(std::string& text) {
  const auto goes_on = [&](std::size_t i) {
    return i < text.size() && (static_cast<unsigned char>(text[i]) & 0xC0) == 0x80;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!goes_on(i) || goes_on(i + 1)) continue;
    const auto byte = static_cast<unsigned char>(text[i]);
    text[i] = static_cast<char>(byte == 0xBF ? 0x80 : byte + 1);
  }
}

std::string twin_of_text(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), moved_on);
  move_wide(text);
  return text;
}

// Length of what stands at `at` and means something: an escape, a class, a quantifier, the head of
// a group.
std::size_t syntax_at(const std::string& p, std::size_t at) {
  const auto up_to = [&](const char* ends) {
    const auto end = p.find_first_of(ends, at + 1);
    return (end == std::string::npos ? p.size() : end + 1) - at;
  };
  if (p[at] == '\\') return at + 1 < p.size() && p[at + 1] == 'x' ? 4 : 2;
  if (p[at] == '{') return up_to("}");
  if (p.compare(at, 2, "(?") == 0) return up_to(":>)");
  if (p[at] != '[') return 0;
  std::size_t end = at + 1;
  if (end < p.size() && p[end] == '^') ++end;
  if (end < p.size() && p[end] == ']') ++end;
  while (end < p.size() && p[end] != ']') end += p[end] == '\\' ? 2 : 1;
  return std::min(end + 1, p.size()) - at;
}

std::string twin_of_pattern(const std::string& pattern) {
  std::string out;
  for (std::size_t at = 0; at < pattern.size();) {
    if (const auto length = syntax_at(pattern, at); length > 0) {
      out += pattern.substr(at, length);
      at += length;
    } else {
      out += moved_on(pattern[at++]);
    }
  }
  move_wide(out);
  return out;
}

RuleSet with_twins(RuleSet set) {
  const auto count = set.rules.size();
  for (std::size_t i = 0; i < count; ++i) {
    auto twin = set.rules[i];
    twin.id += "-twin";
    for (auto& part : twin.parts) {
      for (auto& text : part.texts)
        text = part.kind == MatchKind::pattern ? twin_of_pattern(text) : twin_of_text(text);
    }
    set.rules.push_back(std::move(twin));
  }
  return set;
}

Group read_group(const std::string& name, const std::string& file) {
  Group group{name, {}, {}};
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    auto question = model::parse_question(line);
    if (!question) continue;
    group.fields.push_back(dissect(question->input, question->bytes).fields);
    group.questions.push_back(std::move(*question));
  }
  return group;
}

struct Cost {
  double median{0}, least{0};  // nanoseconds of one item
};

Cost cost_of(std::vector<double> rounds) {
  std::sort(rounds.begin(), rounds.end());
  return {rounds[rounds.size() / 2], rounds.front()};
}

using Each = std::function<void(std::size_t)>;  // item number

// Of rounds that together take `seconds`, after one that warms up. Several are measured in turn,
// round by round, so that what else the machine does meets them alike.
std::vector<Cost> costs_in_turn(std::size_t items, double seconds, const std::vector<Each>& all) {
  std::vector<std::vector<double>> rounds(all.size());
  const auto begun = processor_seconds();
  for (int round = 0; round < 4 || processor_seconds() - begun < seconds; ++round) {
    for (std::size_t k = 0; k < all.size(); ++k) {
      const auto start = processor_seconds();
      for (std::size_t i = 0; i < items; ++i) all[k](i);
      const auto took = processor_seconds() - start;
      if (round > 0) rounds[k].push_back(took * 1e9 / static_cast<double>(items));
    }
  }
  std::vector<Cost> costs;
  for (auto& each : rounds) costs.push_back(cost_of(std::move(each)));
  return costs;
}

// Opening alone, and with closing, which a program does once, at its end.
void measure_opening(const Options& options) {
  std::vector<double> opened, closed;
  const auto begun = processor_seconds();
  while (opened.size() < 4 || processor_seconds() - begun < options.seconds) {
    const auto start = processor_seconds();
    auto base = RuleBase::open({options.rules}, options.cache);
    opened.push_back((processor_seconds() - start) * 1e9);
    if (base) base->reset();
    closed.push_back((processor_seconds() - start) * 1e9);
  }
  for (const auto& [what, rounds] : {std::pair("open", opened), std::pair("open_close", closed)}) {
    const auto cost = cost_of(rounds);
    std::printf("{\"what\":\"%s\",\"ms\":%.1f,\"least_ms\":%.1f}\n", what, cost.median / 1e6,
                cost.least / 1e6);
  }
}

void say(const Group& group, std::size_t rules, const char* what, const char* verdicts, Cost cost) {
  std::printf(
      "{\"group\":\"%s\",\"items\":%zu,\"rules\":%zu,\"what\":\"%s\",\"verdicts\":\"%s\",\"ns\":%."
      "0f,"
      "\"per_second\":%.0f,\"least_ns\":%.0f,\"best_per_second\":%.0f}\n",
      group.name.c_str(), group.questions.size(), rules, what, verdicts, cost.median,
      1e9 / cost.median, cost.least, 1e9 / cost.least);
  std::fflush(stdout);
}

std::size_t sink = 0;  // what is measured must not be optimised away

using Base = std::shared_ptr<const RuleBase>;

void measure_matching(const Group& group, const std::vector<Base>& bases, VerdictMemory memory,
                      const Options& options) {
  std::vector<std::unique_ptr<Matcher::Scratch>> scratches;
  std::vector<Each> all;
  for (const auto& base : bases) {
    scratches.push_back(std::make_unique<Matcher::Scratch>(base->matcher(), memory));
    all.emplace_back(
        [&group, &matcher = base->matcher(), scratch = scratches.back().get()](std::size_t i) {
          for (const auto& field : group.fields[i])
            sink += matcher.match(field.name, field.value, *scratch).size();
        });
  }
  const auto costs = costs_in_turn(group.questions.size(), options.seconds, all);
  for (std::size_t k = 0; k < bases.size(); ++k) {
    say(group, bases[k]->rules().size(), "match", memory == VerdictMemory::none ? "none" : "kept",
        costs[k]);
  }
}

void measure_answers(const Group& group, const std::vector<Base>& bases, VerdictMemory memory,
                     const Options& options) {
  std::vector<std::unique_ptr<Identifier>> identifiers;
  std::vector<Each> all;
  for (const auto& base : bases) {
    identifiers.push_back(std::make_unique<Identifier>(base, memory));
    all.emplace_back([&group, identifier = identifiers.back().get()](std::size_t i) {
      sink += identifier->answer(group.questions[i]).also.size();
    });
  }
  const auto costs = costs_in_turn(group.questions.size(), options.seconds, all);
  for (std::size_t k = 0; k < bases.size(); ++k) {
    say(group, bases[k]->rules().size(), "answer", memory == VerdictMemory::none ? "none" : "kept",
        costs[k]);
  }
}

void measure(const std::vector<Base>& bases, const std::vector<Group>& groups,
             const Options& options) {
  const auto wanted = [&](std::string_view what) {
    return options.only.empty() || options.only == what;
  };
  for (const auto& group : groups) {
    if (wanted("dissect")) {
      const Each each = [&](std::size_t i) {
        sink += dissect(group.questions[i].input, group.questions[i].bytes).fields.size();
      };
      say(group, bases.front()->rules().size(), "dissect", "none",
          costs_in_turn(group.questions.size(), options.seconds, {each}).front());
    }
    for (const auto memory : {VerdictMemory::none, VerdictMemory::usual}) {
      const std::string_view kind = memory == VerdictMemory::none ? "none" : "kept";
      if (!options.verdicts.empty() && options.verdicts != kind) continue;
      if (wanted("match")) measure_matching(group, bases, memory, options);
      if (wanted("answer")) measure_answers(group, bases, memory, options);
    }
  }
}

bool parse_arguments(int argc, char** argv, Options& options) {
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--twice") {
      options.twice = true;
      continue;
    }
    if (i + 1 >= argc) return false;
    const std::string value = argv[++i];
    const auto equals = value.find('=');
    if (name == "--rules") {
      options.rules = value;
    } else if (name == "--cache") {
      options.cache = value;
    } else if (name == "--only") {
      options.only = value;
    } else if (name == "--verdicts") {
      options.verdicts = value;
    } else if (name == "--seconds") {
      options.seconds = std::stod(value);
    } else if (name == "--group" && equals != std::string::npos) {
      options.groups.emplace_back(value.substr(0, equals), value.substr(equals + 1));
    } else {
      return false;
    }
  }
  return !options.rules.empty() && !options.groups.empty();
}

int fail(const Error& error) {
  std::fprintf(stderr, "qingdan-identify-speed: %s\n", error.text.c_str());
  return 3;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (!parse_arguments(argc, argv, options)) {
    std::fputs("qingdan-identify-speed: see the head of tests/bench/identify_speed.cpp\n", stderr);
    return 2;
  }
  std::vector<Group> groups;
  for (const auto& [name, file] : options.groups) {
    groups.push_back(read_group(name, file));
    if (groups.back().questions.empty())
      return fail({ErrorCode::input, file + ": no question in it", ""});
  }
  auto base = RuleBase::open({options.rules}, options.cache);
  if (!base) return fail(base.error());
  if (!options.cache.empty()) measure_opening(options);
  std::vector<Base> bases{*base};
  if (options.twice) {
    auto texts = open_rule_texts({options.rules});
    if (!texts) return fail(texts.error());
    auto doubled = RuleBase::build(with_twins(parse_rule_texts(*texts)), "twins");
    if (!doubled) return fail(doubled.error());
    bases.push_back(*doubled);
  }
  measure(bases, groups, options);
  return sink == 1 ? 1 : 0;  // never 1: a whole group was asked several times
}
