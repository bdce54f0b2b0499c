// statements — what the values of claims mean: whether two of them say the same thing, and how they
// read in plain words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "qingdan/model/claim.h"

namespace qingdan::resolve {

// False for "", null, empty strings, lists and objects: no value, which is never a value.
[[nodiscard]] bool has_value(std::string_view json);

enum class Likeness {
  same,      // no difference anybody wants to hear of
  less,      // the second says less of the same thing: no version, a coarser one, no title
  more,      // the second says more of the same thing
  different  // they contradict each other
};
[[nodiscard]] Likeness compare(std::string_view field, const std::string& first,
                               const std::string& second);
[[nodiscard]] Likeness compare(const model::ProductStatement& first,
                               const model::ProductStatement& second);

// "nginx 1.18.0", the title of a page, the text of a string.
[[nodiscard]] std::string describe(std::string_view field, const std::string& value);
[[nodiscard]] std::string describe(const model::ProductStatement& statement);
// The two sides of a difference; distribution packages are named where the versions are equal.
struct Sides {
  std::string before, after;
};
[[nodiscard]] Sides describe_sides(const model::ProductStatement& before,
                                   const model::ProductStatement& after);

// The statement a fact holds; empty where there is no fact or its value is none.
[[nodiscard]] model::ProductStatement product_of(const model::Facts& facts, std::string_view field);
[[nodiscard]] std::vector<model::ProductStatement> products_of(const model::Facts& facts,
                                                               std::string_view field);
[[nodiscard]] std::string text_of(const model::Facts& facts, std::string_view field);
[[nodiscard]] model::WebsiteStatement website_of(const model::Facts& facts);
// Id of a product, or its name in lower case; "" = unknown.
[[nodiscard]] std::string name_of(const model::ProductStatement& statement);

}  // namespace qingdan::resolve
