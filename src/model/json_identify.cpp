// json_identify — the lines of `rules identify`: a question in, an answer out.
#include "model/json_visit.h"
#include "qingdan/model/json.h"

namespace qingdan::model {
namespace {

using json_visit::Json;

Error bad(std::string text) { return {ErrorCode::input, std::move(text), ""}; }

Json or_null(std::string_view text) {
  return text.empty() ? Json() : json_visit::written_leaf(std::string(text));
}

// `prefix` is "", "os_" or "hw_".
void put(Json& out, const std::string& prefix, const AnswerStatement& s) {
  out[prefix + "vendor"] = s ? or_null(s.words->vendor) : Json();
  out[prefix + "product"] = or_null(s.product());
  out[prefix + "version"] = or_null(s.version);
  out[prefix + "cpe"] = or_null(s.cpe);
}

// Of a statement that says something.
Json also_entry(const AnswerStatement& s) {
  Json entry = Json::object();
  put(entry, "", s);
  if (s.words->role == "os") put(entry, "os_", s);
  if (s.words->role == "hardware") put(entry, "hw_", s);
  entry["product_zh"] = or_null(s.words->product_zh);
  entry["role"] = or_null(s.words->role);
  entry["confidence"] = s.confidence;
  entry["rule"] = or_null(s.rule);
  return entry;
}

}  // namespace

Result<IdentifyQuestion> parse_question(std::string_view line) {
  const Json json = Json::parse(line, nullptr, false);
  if (json.is_discarded() || !json.is_object()) return bad("not a JSON object");
  IdentifyQuestion question;
  question.id = json.contains("id") ? json["id"].dump() : "null";
  const auto text_member = [&](const char* name) -> const std::string* {
    const auto found = json.find(name);
    return found != json.end() && found->is_string() ? found->get_ptr<const std::string*>()
                                                     : nullptr;
  };
  if (const auto* input = text_member("input")) {
    question.input = *input;
  } else {
    return bad("the member \"input\" is missing");
  }
  if (const auto* base64 = text_member("text_b64")) {
    auto bytes = from_base64(*base64);
    if (!bytes) return bad("text_b64: " + bytes.error().text);
    question.bytes = std::move(*bytes);
  } else if (const auto* text = text_member("text")) {
    question.bytes = to_bytes(*text);
  } else {
    return bad("neither \"text\" nor \"text_b64\" is there");
  }
  for (const auto& [name, value] : json.items()) {
    if (name == "id" || name == "input" || name == "text" || name == "text_b64") continue;
    if (value.is_string()) question.extra.emplace_back(name, value.get<std::string>());
    if (value.is_number()) question.extra.emplace_back(name, value.dump());
  }
  return question;
}

std::string to_json(const IdentifyAnswer& answer) {
  Json out = Json::object();
  out["id"] = Json::parse(answer.id, nullptr, false);
  put(out, "", answer.service);
  out["product_zh"] = answer.service ? or_null(answer.service.words->product_zh) : Json();
  put(out, "os_", answer.os);
  put(out, "hw_", answer.hw);
  const AnswerStatement* said = answer.service ? &answer.service
                                : answer.os    ? &answer.os
                                : answer.hw    ? &answer.hw
                                               : nullptr;
  out["confidence"] = said != nullptr ? Json(said->confidence) : Json();
  out["rule"] = said != nullptr ? or_null(said->rule) : Json();
  out["also"] = Json::array();
  for (const auto& further : answer.also) out["also"].push_back(also_entry(further));
  // A device or system is a product of the response too.
  for (const auto* held : {&answer.hw, &answer.os}) {
    if (*held) out["also"].push_back(also_entry(*held));
  }
  return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace qingdan::model
