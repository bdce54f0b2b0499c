// sqlite — a connection, its statements and transactions, and the only door to sqlite3.h.
//
// Errors are sticky, as with streams: the first one is kept, everything after it does nothing, and
// the end of the transaction hands it out. So the code between reads as what it does, and none of
// it can act on half a result.
//   Q1  every public function of this directory works between Transaction (or Reading) and its end
//   Q2  a Transaction that was not committed, or that met an error, leaves nothing behind
// Not thread-safe: a connection belongs to one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "qingdan/base/bytes.h"
#include "qingdan/base/clock.h"
#include "qingdan/base/result.h"
#include "qingdan/model/ids.h"
#include "qingdan/model/vocabulary.h"
#include "qingdan/net/address.h"

struct sqlite3_stmt;

namespace qingdan::registry {

// "QDAN": says that an SQLite file is one of ours (sqlite.org/fileformat2, §1.3.17).
inline constexpr std::int32_t kApplicationId = 0x5144414E;

class Database;

// A statement in use: binds, steps, and is reset when it goes out of scope.
class Use {
 public:
  Use(Use&& other) noexcept;
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;
  Use& operator=(Use&&) = delete;
  ~Use();

  // Parameters from 1. Texts and bytes are copied, unless they outlive the use (borrow()).
  Use& bind(int index, std::int64_t value);
  Use& bind(int index, double value);
  Use& bind(int index, std::string_view value);
  Use& bind(int index, BytesView value);
  Use& bind(int index, std::nullptr_t);
  Use& bind(int index, UnixMillis value) { return bind(index, value.value); }
  Use& bind(int index, const net::Address& value);
  Use& bind(int index, const char* value) { return bind(index, std::string_view(value)); }
  Use& bind(int index, const std::string& value) { return bind(index, std::string_view(value)); }
  Use& bind(int index, const Bytes& value) { return bind(index, BytesView(value)); }
  template <class Tag>
  Use& bind(int index, model::Id<Tag> value) {
    return bind(index, value.value);
  }
  template <class T>
  requires std::is_integral_v<T> Use& bind(int index, T value) {
    return bind(index, static_cast<std::int64_t>(value));
  }
  template <class T>
  Use& bind(int index, const std::optional<T>& value) {
    return value ? bind(index, *value) : bind(index, nullptr);
  }

  // From now on texts and bytes that are bound are not copied.
  Use& borrow() {
    borrowed_ = true;
    return *this;
  }

  // True where there is a row; false at the end or after an error.
  bool next();

  // Columns from 0, of the present row.
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] double real(int column) const;
  [[nodiscard]] std::string_view view(int column) const;  // until next() or the end of the Use
  [[nodiscard]] std::string text(int column) const { return std::string(view(column)); }
  [[nodiscard]] BytesView bytes(int column) const;  // likewise
  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] int columns() const;
  [[nodiscard]] UnixMillis time(int column) const { return {integer(column)}; }
  [[nodiscard]] net::Address address(int column) const;
  // One of the closed words; anything else means that the file was tampered with, and fails.
  template <class T>
  [[nodiscard]] T word(int column) const {
    const auto parsed = model::parse<T>(view(column));
    if (!parsed) unknown_word(column);
    return parsed.value_or(T{});
  }

 private:
  void unknown_word(int column) const;
  friend class Database;
  struct Slot;
  Use(Database& database, Slot* slot) : database_(&database), slot_(slot) {}
  Database* database_;
  Slot* slot_;  // nullptr where preparing failed
  bool borrowed_{false};
};

class Database {
 public:
  // immutable: nobody writes the file and no journal lies beside it.
  enum class Mode { read, immutable, create };

  // Does not look into the file yet, except for the settings of the connection.
  [[nodiscard]] static Result<std::unique_ptr<Database>> open(const std::string& path, Mode mode);
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database();

  [[nodiscard]] const std::string& path() const;

  // A statement with its parameters bound in order. The text is the key of the statement cache.
  template <class... Values>
  [[nodiscard]] Use ask(std::string_view sql, const Values&... values) {
    Use use = prepare(sql);
    int index = 0;
    (use.bind(++index, values), ...);
    return use;
  }
  // Runs one to its end; true where it was done.
  template <class... Values>
  bool run(std::string_view sql, const Values&... values) {
    Use use = lend(sql, values...);
    while (use.next()) {
    }
    return ok();
  }
  // The first column of the first row; 0 where there is none.
  template <class... Values>
  std::int64_t number(std::string_view sql, const Values&... values) {
    Use use = lend(sql, values...);
    return use.next() ? use.integer(0) : 0;
  }
  // A script of many statements, uncached.
  bool execute(const std::string& script);

  [[nodiscard]] std::int64_t last_id() const;
  [[nodiscard]] std::int64_t changed_rows() const;

  [[nodiscard]] bool ok() const;
  // Keeps an error of ours as if SQLite had said it; the first one wins.
  void fail(Error error);
  // Hands the error out and forgets it.
  [[nodiscard]] Result<void> outcome();

 private:
  friend class Use;
  friend class Transaction;
  friend class Reading;
  struct State;
  explicit Database(std::unique_ptr<State> state);
  [[nodiscard]] Use prepare(std::string_view sql);
  // As ask(), of values that outlive the use.
  template <class... Values>
  [[nodiscard]] Use lend(std::string_view sql, const Values&... values) {
    Use use = prepare(sql);
    use.borrow();
    int index = 0;
    (use.bind(++index, values), ...);
    return use;
  }
  void fail_with(int code);
  [[nodiscard]] bool in_transaction() const;
  std::unique_ptr<State> state_;
};

// Everything or nothing. Forgets an older error when it begins.
class Transaction {
 public:
  explicit Transaction(Database& database);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();
  [[nodiscard]] Result<void> commit();

 private:
  Database& database_;
  bool done_{false};
};

// One moment of the register for all statements within; may be nested.
class Reading {
 public:
  explicit Reading(Database& database);
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;
  ~Reading();
  [[nodiscard]] Result<void> finish();

 private:
  Database& database_;
  bool outermost_{false};
};

// The sortable bytes of an address: 04 and 4 bytes, or 06 and 16.
[[nodiscard]] Bytes address_key(const net::Address& address);
[[nodiscard]] net::Address parse_address_key(BytesView key);

}  // namespace qingdan::registry
