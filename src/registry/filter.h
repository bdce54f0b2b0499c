// filter — the conditions of a list, from words to SQL. Values are always parameters.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "qingdan/base/result.h"
#include "qingdan/registry/query.h"
#include "registry/sqlite.h"

namespace qingdan::registry {

struct Condition {
  std::string sql;  // a boolean expression, "1" where everything is meant
  std::vector<std::variant<std::int64_t, std::string, Bytes>> values;
  // There is a term that an index of services answers, so that reading the whole list in order and
  // looking at each row would be the slower way.
  bool selective{false};
};

// Over the aliases s (service), z (zone of s), p (product, outer), a (asset).
[[nodiscard]] Result<Condition> make_service_condition(const Filter& filter);
// Over the alias a (asset). Terms about services ask for one open service that meets all of them.
[[nodiscard]] Result<Condition> make_asset_condition(const Filter& filter);

// Binds from the first parameter on.
void bind_values(Use& use, const Condition& condition);

}  // namespace qingdan::registry
