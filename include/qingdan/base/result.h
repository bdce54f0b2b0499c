// result — a value, or the reason why we could not find it out.
//
// For what stops *us* (no descriptor, disk full, bad file). What the network did is an Observation,
// a broken contract aborts (contract.h). A subset of std::expected (C++23) with our Error.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "qingdan/base/contract.h"

namespace qingdan {

// Decides the exit status: usage and input → 2, all others → 3.
enum class ErrorCode {
  usage,      // the command line asks for something that does not exist
  input,      // a file or argument of the user's is wrong
  io,         // the operating system said no (disk full, unreadable, read-only)
  privilege,  // needs a right this process does not have
  refused,    // scope, validity or window forbids it
  conflict,   // the register is newer than this program, foreign, locked or changed meanwhile
  exhausted,  // out of descriptors or memory
  internal    // a library failed in a way we did not expect
};

// `text` is one line for a person: what, where, what to do. `trail` says which layers it passed.
struct Error {
  ErrorCode code{ErrorCode::internal};
  std::string text;
  std::string trail;

  // Adds where we were when it happened; returns the error to be returned on.
  [[nodiscard]] Error in(std::string_view where) const {
    Error deeper = *this;
    deeper.trail = deeper.trail.empty() ? std::string(where) : std::string(where) + ": " + deeper.trail;
    return deeper;
  }
};

template <class T>
class [[nodiscard]] Result {
 public:
  using value_type = T;
  Result(T value) : held_(std::in_place_index<0>, std::move(value)) {}  // NOLINT: implicit by intent
  Result(Error error) : held_(std::in_place_index<1>, std::move(error)) {}  // NOLINT

  [[nodiscard]] bool has_value() const { return held_.index() == 0; }
  explicit operator bool() const { return has_value(); }
  [[nodiscard]] T& value() & { QD_EXPECTS(has_value()); return *std::get_if<0>(&held_); }
  [[nodiscard]] const T& value() const& { QD_EXPECTS(has_value()); return *std::get_if<0>(&held_); }
  [[nodiscard]] T&& value() && { QD_EXPECTS(has_value()); return std::move(*std::get_if<0>(&held_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  [[nodiscard]] const Error& error() const { QD_EXPECTS(!has_value()); return *std::get_if<1>(&held_); }

 private:
  std::variant<T, Error> held_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT
  [[nodiscard]] bool has_value() const { return !error_.has_value(); }
  explicit operator bool() const { return has_value(); }
  [[nodiscard]] const Error& error() const { QD_EXPECTS(error_.has_value()); return *error_; }

 private:
  std::optional<Error> error_;
};

}  // namespace qingdan
