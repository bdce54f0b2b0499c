// identifier — observations to responses, responses to a finding.
#include "qingdan/identify/identifier.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "identify/combine.h"
#include "identify/judge.h"
#include "identify/recent_verdicts.h"
#include "identify/tls_facts.h"
#include "identify/unknown_digest.h"
#include "qingdan/base/text.h"
#include "qingdan/identify/dissect.h"
#include "qingdan/net/digest.h"

namespace qingdan::identify {
namespace {

namespace field = model::field;

constexpr std::size_t kBannerMaxBytes = 200;
constexpr std::size_t kAnswerSlots = 16'384;
constexpr std::size_t kKeyMaxBytes = 1024;  // longer questions are kept by their SHA-256
// The bytes of a handshake prove their protocol; only a deception would make it wrong.
constexpr int kProven = 98;
constexpr int kTold = 90;  // words the peer says of itself: names, titles

struct Part {
  Dissection dissection;
  std::string evidence;
  const model::Observation* seen{nullptr};
};

// Everything that belongs to one exchange, judged together.
struct Response {
  std::vector<const Part*> parts;
};

std::vector<Part> dissect_all(std::span<const model::Observation> observations) {
  std::vector<Part> parts;
  for (const auto& seen : observations) {
    parts.push_back({dissect(seen.channel, seen.raw), net::sha256_hex(seen.raw), &seen});
  }
  return parts;
}

// What shows the host's stack is no word of what listens: it says something of the host alone.
std::vector<Part> take_stack(std::vector<Part>& parts) {
  const auto stack = std::stable_partition(parts.begin(), parts.end(), [](const Part& part) {
    return part.seen->channel != model::channel::kSynAck;
  });
  std::vector<Part> taken(std::make_move_iterator(stack), std::make_move_iterator(parts.end()));
  parts.erase(stack, parts.end());
  return taken;
}

// An icon is asked for in an exchange of its own, but it is an icon of the page.
std::vector<Response> group_responses(const std::vector<Part>& parts) {
  std::map<std::uint32_t, Response> by_exchange;
  std::optional<std::uint32_t> page;
  for (const auto& part : parts) {
    if (part.seen->channel == model::channel::kHttp && !page) page = part.seen->exchange;
  }
  for (const auto& part : parts) {
    const bool icon = part.seen->channel == model::channel::kFavicon && page.has_value();
    by_exchange[icon ? *page : part.seen->exchange].parts.push_back(&part);
  }
  std::vector<Response> responses;
  for (auto& [exchange, response] : by_exchange) responses.push_back(std::move(response));
  return responses;
}

void append(Judgement& to, Judgement from) {
  const auto move_all = [](auto& target, auto& source) {
    std::move(source.begin(), source.end(), std::back_inserter(target));
  };
  move_all(to.matched, from.matched);
  move_all(to.candidates, from.candidates);
  move_all(to.protocols, from.protocols);
  move_all(to.host_names, from.host_names);
  move_all(to.device_classes, from.device_classes);
}

Judgement judge_response(const RuleBase& base, const Response& response,
                         Matcher::Scratch& scratch) {
  std::vector<FieldValue> values;
  std::vector<const Part*> origin;
  for (const auto* part : response.parts) {
    for (const auto& value : part->dissection.fields) {
      values.push_back(value);
      origin.push_back(part);
    }
  }
  auto judgement = judge(base, values, scratch);
  for (auto& candidate : judgement.candidates)
    candidate.evidence = origin[candidate.value]->evidence;
  return judgement;
}

const Saying* best_of(const std::vector<Saying>& sayings) {
  const auto best =
      std::max_element(sayings.begin(), sayings.end(),
                       [](const auto& a, const auto& b) { return a.confidence < b.confidence; });
  return best == sayings.end() ? nullptr : &*best;
}

// Writes the claims of one finding.
class ClaimWriter {
 public:
  ClaimWriter(const RuleBase& base, const std::vector<Part>& parts) : base_(base), parts_(parts) {
    for (const auto& part : parts) {
      if (main_ == nullptr || (is_handshake(*main_) && !is_handshake(part))) main_ = &part;
    }
  }

  model::Finding write(const Judgement& judgement, const Combined& combined) && {
    finding_.at = main_->seen->at;
    finding_.vhost = main_->seen->vhost;
    write_protocol(judgement, combined);
    write_products(combined);
    write_tls();
    write_website(combined);
    write_host(judgement, combined);
    write_identifiers();
    // What is known by its own name alone may be labelled like what is not known at all.
    const auto described = [](const Held& held) {
      return model::is_described(held.statement.vendor, held.statement.confidence);
    };
    const auto is = [&](const std::optional<Held>& held) { return held && described(*held); };
    const bool known = is(combined.service) || is(combined.os) || is(combined.hardware) ||
                       std::any_of(combined.also.begin(), combined.also.end(), described);
    if (!known) {
      add_service(field::kDigest,
                  model::to_json(unknown_digest(main_->seen->channel, main_->dissection)),
                  kMostCertain, "", main_->evidence);
    }
    const auto& told = main_->dissection;
    const bool first = told.banner.empty() && !told.fields.empty();
    const auto banner =
        escape_untrusted(first ? told.fields.front().value : told.banner, kBannerMaxBytes);
    if (!banner.empty()) {
      add_service(field::kBanner, model::to_json(banner), kMostCertain, "", main_->evidence);
    }
    return std::move(finding_);
  }

 private:
  static bool is_handshake(const Part& part) {
    return part.seen->channel == model::channel::kTls ||
           part.seen->channel == model::channel::kTlsAnswer ||
           part.seen->channel == model::channel::kCertificate;
  }
  model::Claim make(std::string_view name, std::string value, int confidence, std::string rule,
                    std::string evidence) {
    model::Claim claim;
    claim.field = std::string(name);
    claim.value = std::move(value);
    claim.confidence = confidence;
    claim.rule = std::move(rule);
    claim.rule_release = base_.release();
    claim.evidence = std::move(evidence);
    return claim;
  }
  void add_service(std::string_view name, std::string value, int confidence, std::string rule,
                   std::string evidence) {
    finding_.service_claims.push_back(
        make(name, std::move(value), confidence, std::move(rule), std::move(evidence)));
  }
  void add_host(std::string_view name, std::string value, int confidence, std::string rule,
                std::string evidence) {
    finding_.host_claims.push_back(
        make(name, std::move(value), confidence, std::move(rule), std::move(evidence)));
  }

  // The bytes' own proof, then what a rule says, then what the product speaks.
  void write_protocol(const Judgement& judgement, const Combined& combined) {
    for (const auto& part : parts_) {
      if (part.dissection.protocol.empty()) continue;
      return add_service(field::kProtocol, model::to_json(part.dissection.protocol), kProven, "",
                         part.evidence);
    }
    if (const auto* said = best_of(judgement.protocols)) {
      return add_service(field::kProtocol, model::to_json(said->text), said->confidence,
                         base_.rules()[said->rule].id, main_->evidence);
    }
    if (combined.service && !combined.service->product->protocol.empty()) {
      const auto& held = *combined.service;
      return add_service(field::kProtocol, model::to_json(held.product->protocol),
                         held.statement.confidence, held.statement.rule, held.evidence);
    }
    if (is_handshake(*main_)) {
      add_service(field::kProtocol, model::to_json(std::string_view("tls")), kProven, "",
                  main_->evidence);
    }
  }
  void write_products(const Combined& combined) {
    if (combined.service) {
      const auto& held = *combined.service;
      add_service(field::kProduct, model::to_json(held.statement), held.statement.confidence,
                  held.statement.rule, held.evidence);
    }
    if (combined.also.empty()) return;
    std::vector<model::ProductStatement> also;
    for (const auto& held : combined.also) also.push_back(held.statement);
    add_service(field::kAlso, model::to_json(also), also.front().confidence, also.front().rule,
                combined.also.front().evidence);
  }
  void write_tls() {
    std::vector<const Dissection*> said;
    const Part* origin = nullptr;
    for (const auto& part : parts_) {
      said.push_back(&part.dissection);
      const bool ours = part.dissection.tls || part.dissection.tls_heard;
      if (ours && origin == nullptr) origin = &part;
      if (part.dissection.certificate)
        finding_.certificates.push_back(*part.dissection.certificate);
    }
    auto tls = combine_tls(said);
    if (tls.statement) keep_surveyed(said, *tls.statement);
    if (tls.statement && origin != nullptr) {
      add_service(field::kTls, model::to_json(*tls.statement), kMostCertain, "", origin->evidence);
    }
    auto& all = finding_.certificates;
    all.insert(all.end(), tls.certificates.begin(), tls.certificates.end());
    if (all.empty()) return;
    add_service(field::kCertificate, model::to_json(all.front().sha256), kMostCertain, "",
                evidence_of(all.front().sha256));
  }
  // Of the answer that showed this certificate.
  [[nodiscard]] std::string evidence_of(const std::string& sha256) const {
    for (const auto& part : parts_) {
      if (part.dissection.certificate && part.dissection.certificate->sha256 == sha256) {
        return part.evidence;
      }
      if (!part.dissection.tls_heard) continue;
      for (const auto& shown : part.dissection.tls_heard->certificates) {
        if (shown.statement.sha256 == sha256) return part.evidence;
      }
    }
    return "";
  }
  // The page a visitor ends on; what led there and the icon belong to it.
  void write_website(const Combined& combined) {
    std::optional<model::WebsiteStatement> site;
    const Part* origin = nullptr;
    std::string location, mmh3, md5;
    for (const auto& part : parts_) {
      const auto& seen = part.dissection.website;
      if (!seen) continue;
      if (!seen->favicon_md5.empty()) {
        mmh3 = seen->favicon_mmh3;
        md5 = seen->favicon_md5;
        continue;
      }
      if (!seen->location.empty()) location = seen->location;
      const bool was_redirect = site && site->status >= 300 && site->status < 400;
      if (site && !was_redirect) continue;
      site = seen;
      origin = &part;
    }
    if (!site) return;
    site->url = url_of(*origin->seen);
    site->location = escape_untrusted(site->location.empty() ? location : site->location);
    site->title = escape_untrusted(site->title);
    site->server = escape_untrusted(site->server);
    site->favicon_mmh3 = mmh3;
    site->favicon_md5 = md5;
    const auto name = [&](const Held& held) {
      const auto role = held.product->role;
      if (role != Role::application && role != Role::framework) return;
      const auto& s = held.statement;
      site->applications.push_back(s.product_zh.empty() ? s.product : s.product_zh);
    };
    if (combined.service) name(*combined.service);
    for (const auto& held : combined.also) name(held);
    add_service(field::kWebsite, model::to_json(*site), kMostCertain, "", origin->evidence);
  }
  static std::string url_of(const model::Observation& seen) {
    const std::string scheme = seen.inside_tls ? "https" : "http";
    const auto literal =
        seen.at.ip.is_v6() ? "[" + seen.at.ip.to_string() + "]" : seen.at.ip.to_string();
    const bool usual = seen.at.port == (seen.inside_tls ? 443 : 80);
    return scheme + "://" + (seen.vhost.empty() ? literal : seen.vhost) +
           (usual ? "" : ":" + std::to_string(seen.at.port)) + "/";
  }
  void write_host(const Judgement& judgement, const Combined& combined) {
    for (const auto& [name, held] :
         {std::pair(field::kOs, &combined.os), std::pair(field::kHardware, &combined.hardware)}) {
      if (!*held) continue;
      const auto& s = (*held)->statement;
      add_host(name, model::to_json(s), s.confidence, s.rule, (*held)->evidence);
    }
    write_device_class(judgement, combined);
    if (const auto* said = best_of(judgement.host_names)) {
      add_host(field::kHostName, model::to_json(said->text), said->confidence,
               base_.rules()[said->rule].id, main_->evidence);
      finding_.identifiers.push_back({model::IdentifierType::host_name, said->text});
      return;
    }
    for (const auto& part : parts_) {
      if (part.dissection.host_names.empty()) continue;
      const auto name = escape_untrusted(part.dissection.host_names.front());
      add_host(field::kHostName, model::to_json(name), kTold, "", part.evidence);
      finding_.identifiers.push_back({model::IdentifierType::host_name, name});
      return;
    }
  }
  // A device says what it is; an OS says so less surely, a product that runs on anything hardly.
  void write_device_class(const Judgement& judgement, const Combined& combined) {
    if (const auto* said = best_of(judgement.device_classes)) {
      return add_host(field::kDeviceClass, model::to_json(said->text), said->confidence,
                      base_.rules()[said->rule].id, main_->evidence);
    }
    for (const auto* held : {&combined.hardware, &combined.service, &combined.os}) {
      if (!*held || (*held)->product->device_class.empty()) continue;
      const auto& s = (*held)->statement;
      return add_host(field::kDeviceClass, model::to_json((*held)->product->device_class),
                      s.confidence, s.rule, (*held)->evidence);
    }
  }
  void write_identifiers() {
    for (const auto& part : parts_) {
      const auto& own = part.dissection.identifiers;
      finding_.identifiers.insert(finding_.identifiers.end(), own.begin(), own.end());
    }
    if (!finding_.certificates.empty() && !finding_.certificates.front().spki_sha256.empty()) {
      finding_.identifiers.push_back(
          {model::IdentifierType::tls_spki, finding_.certificates.front().spki_sha256});
    }
    auto& all = finding_.identifiers;
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
  }

  const RuleBase& base_;
  const std::vector<Part>& parts_;
  const Part* main_{nullptr};  // the conversation inside TLS rather than the handshake
  model::Finding finding_;
};

// Members of a question beside its text, and the fields they are.
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kExtraFields{
    {{"sysObjectID", "snmp.sys_object_id"},
     {"favicon_mmh3", "favicon.mmh3"},
     {"favicon_md5", "favicon.md5"}}};

// For people a device's name includes its model.
void speak(model::AnswerStatement& s) {
  if (s.model.empty()) return;
  const auto product = s.product();
  if (product.find(s.model) != std::string_view::npos) return;
  auto name = std::string(product);
  if (!name.empty()) name += ' ';
  s.name = name + s.model;
}

// The texts' room is kept.
void forget(model::AnswerStatement& s) {
  s.words = nullptr;
  s.rule = {};
  for (auto* text : {&s.name, &s.version, &s.package, &s.model, &s.cpe}) text->clear();
  s.precision = model::Precision::unknown;
  s.confidence = 0;
}

}  // namespace

struct Identifier::Answers {
  explicit Answers(VerdictMemory memory)
      : keeps(memory != VerdictMemory::none), recent(keeps ? kAnswerSlots : 0) {}

  // All that the answer depends on, but for the rules.
  std::string_view key_of(const model::IdentifyQuestion& question) {
    // Lengths keep the parts apart: no bytes can look like another question.
    key.assign(std::to_string(question.input.size())).append(" ").append(question.input);
    key.append(std::to_string(question.bytes.size())).append(" ");
    if (question.bytes.size() <= kKeyMaxBytes) {
      key.append(as_text(question.bytes));
    } else {
      key.append(net::sha256_hex(question.bytes));
    }
    for (const auto& [name, value] : question.extra)
      key.append(std::to_string(name.size())).append(" ").append(name).append(value).append("\n");
    return key;
  }

  const bool keeps;
  RecentVerdicts<model::IdentifyAnswer> recent;
  model::IdentifyAnswer single;  // that is not kept
  // The rest is held for its room.
  std::string key;
  Dissection dissection;
  JudgeRoom judging;
  Choice choice;
};

Identifier::Identifier(std::shared_ptr<const RuleBase> rules, VerdictMemory memory)
    : rules_(std::move(rules)),
      scratch_(rules_->matcher(), memory),
      answers_(std::make_unique<Answers>(memory)) {}
Identifier::Identifier(Identifier&&) noexcept = default;
Identifier& Identifier::operator=(Identifier&&) noexcept = default;
Identifier::~Identifier() = default;

model::Finding Identifier::identify(std::span<const model::Observation> observations) {
  if (observations.empty()) return {};
  auto parts = dissect_all(observations);
  const auto stack = take_stack(parts);
  model::Finding finding;
  if (parts.empty()) {
    finding.at = observations.front().at;
    finding.vhost = observations.front().vhost;
  } else {
    Judgement together;
    for (const auto& response : group_responses(parts)) {
      append(together, judge_response(*rules_, response, scratch_));
    }
    const auto combined = combine(*rules_, together.candidates);
    finding = ClaimWriter(*rules_, parts).write(together, combined);
  }
  for (const auto& part : stack) {
    claim_stack(*rules_, judge_response(*rules_, {{&part}}, scratch_), finding);
  }
  return finding;
}

const model::IdentifyAnswer& Identifier::answer(const model::IdentifyQuestion& question) {
  auto& own = *answers_;
  auto* answer = &own.single;
  bool known = false;
  if (own.keeps) {
    const auto place = own.recent.place_of(own.key_of(question));
    if (place.verdict != nullptr) answer = place.verdict;
    known = place.known;
  }
  if (!known) work_out(question, *answer);
  answer->id = question.id;
  return *answer;
}

void Identifier::work_out(const model::IdentifyQuestion& question, model::IdentifyAnswer& answer) {
  auto& own = *answers_;
  dissect(question.input, question.bytes, own.dissection);
  auto& fields = own.dissection.fields;
  for (const auto& [name, value] : question.extra) {
    for (const auto& [member, target] : kExtraFields) {
      if (member == name) fields.push_back({std::string(target), value});
    }
  }
  for (auto& value : fields) {
    // Some tools write object identifiers as from the root: ".1.3.6".
    if (value.name == "snmp.sys_object_id" && value.value.starts_with('.')) value.value.erase(0, 1);
  }
  const auto& candidates = weigh(*rules_, fields, scratch_, own.judging);
  auto& choice = own.choice;
  choose(*rules_, candidates, choice);
  const auto write = [&](const Hint& hint, model::AnswerStatement& statement) {
    write_statement(*rules_, hint, candidates[hint.origin], statement);
    speak(statement);
  };
  answer.also.resize(choice.also.size());
  for (std::size_t i = 0; i < choice.also.size(); ++i) write(choice.also[i], answer.also[i]);
  for (const auto& [hint, statement] :
       {std::pair(&choice.service, &answer.service), std::pair(&choice.os, &answer.os),
        std::pair(&choice.hardware, &answer.hw)}) {
    if (hint->has_value()) {
      write(**hint, *statement);
    } else if (*statement) {
      forget(*statement);
    }
  }
}

}  // namespace qingdan::identify
