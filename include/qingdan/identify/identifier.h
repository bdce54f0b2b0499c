// identifier — observations in, findings out: what listens, which product and version, whose, on
// which system and device, how sure, and because of which bytes and which rule.
//
// Owns the working memory of one thread: one Identifier per thread, all on the same rule base. Part
// of it is verdicts on what comes again (VerdictMemory): of single values in every use, and of
// whole questions, by their bytes or SHA-256, in answer(): 16 384 of them, some 25 MiB when full.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "qingdan/identify/rule_base.h"
#include "qingdan/model/claim.h"
#include "qingdan/model/json.h"
#include "qingdan/model/observation.h"

namespace qingdan::identify {

class Identifier {
 public:
  explicit Identifier(std::shared_ptr<const RuleBase> rules,
                      VerdictMemory memory = VerdictMemory::usual);
  Identifier(Identifier&&) noexcept;
  Identifier& operator=(Identifier&&) noexcept;
  ~Identifier();

  // `observations`: all of one endpoint and vhost in one run. Observations of one exchange are one
  // response; products of different responses are stated side by side, never put together.
  // Confidence, rule, rule release and evidence of the claims are set here; source, run and time by
  // the caller. No observations, no claims.
  [[nodiscard]] model::Finding identify(std::span<const model::Observation> observations);

  // One line of `rules identify`. Good until the next call; its views are into the rule base.
  [[nodiscard]] const model::IdentifyAnswer& answer(const model::IdentifyQuestion& question);

  // What all findings of one host say together of its OS, hardware, name, class and roles: agreeing
  // services add confidence, contradicting ones take it away. Replaces their host_claims.
  [[nodiscard]] std::vector<model::Claim> combine_host(
      std::span<const model::Finding> findings) const;

 private:
  struct Answers;
  // Overwrites `answer`.
  void work_out(const model::IdentifyQuestion& question, model::IdentifyAnswer& answer);

  std::shared_ptr<const RuleBase> rules_;
  Matcher::Scratch scratch_;
  std::unique_ptr<Answers> answers_;
};

}  // namespace qingdan::identify
