// sqlite — see sqlite.h. Turns SQLite's codes into one sentence each.
#include "registry/sqlite.h"

#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <unordered_map>

#include "qingdan/base/contract.h"
#include "qingdan/base/text.h"

namespace qingdan::registry {
namespace {

// Readers never wait in WAL mode; this is for the instant in which a writer closes or recovers.
constexpr int kBusyTimeoutMs = 5000;

struct HashText : std::hash<std::string_view> {
  using is_transparent = void;
};

struct CloseDatabase {
  // Plain close: a statement that was not finalized makes it fail loudly, where _v2 would hide it.
  void operator()(sqlite3* handle) const { QD_ENSURES(sqlite3_close(handle) == SQLITE_OK); }
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};

Error make_error(int code, int system, const std::string& path, const std::string& said) {
  const std::string cause = system != 0 ? std::strerror(system) : said;
  switch (code & 0xFF) {
    case SQLITE_NOTADB:
      return {ErrorCode::conflict, path + " is not a qingdan register (" + said + ")", {}};
    case SQLITE_CORRUPT:
      return {ErrorCode::io,
              path + " is damaged (" + said + "); restore a backup with `qingdan register restore`",
              {}};
    case SQLITE_FULL:
      return {
          ErrorCode::io, path + ": no space left on the disk; nothing of this step was kept", {}};
    case SQLITE_READONLY:
      return {ErrorCode::io, path + " is read-only", {}};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {
          ErrorCode::conflict, path + " is being written by another process; try again later", {}};
    case SQLITE_CANTOPEN:
      return {ErrorCode::io, "cannot open the register " + path + " (" + cause + ")", {}};
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return {ErrorCode::privilege, "no right to use the register " + path, {}};
    case SQLITE_IOERR:
      return {ErrorCode::io,
              path + ": reading or writing failed (" + cause + "); nothing of this step was kept",
              {}};
    case SQLITE_NOMEM:
      return {ErrorCode::exhausted, "out of memory while using the register " + path, {}};
    case SQLITE_TOOBIG:
      return {ErrorCode::input, path + ": a value is too big for the register (" + said + ")", {}};
    default:
      return {ErrorCode::internal,
              path + ": " + said + " (SQLite code " + std::to_string(code) + ")",
              {}};
  }
}

// sqlite.org/uri, §3: %, ? and # have a meaning in a URI and must be escaped in a path.
std::string immutable_uri(const std::string& path) {
  std::string uri = path.starts_with('/') ? "file://" : "file:";
  for (const char c : path) {
    if (c == '%' || c == '?' || c == '#') {
      uri += '%' + to_hex(as_bytes(std::string_view(&c, 1)));
    } else {
      uri += c;
    }
  }
  return uri + "?immutable=1";
}

}  // namespace

struct Use::Slot {
  std::unique_ptr<sqlite3_stmt, FinalizeStatement> statement;
  bool busy{false};
  bool cached{true};
};

struct Database::State {
  std::string path;
  std::unique_ptr<sqlite3, CloseDatabase> handle;  // before the statements: they go first
  std::unordered_map<std::string, Use::Slot, HashText, std::equal_to<>> cache;
  std::optional<Error> error;
  int readings{0};
};

// ---- Use

namespace {
sqlite3_destructor_type keep(bool borrowed) { return borrowed ? SQLITE_STATIC : SQLITE_TRANSIENT; }
}  // namespace

Use::Use(Use&& other) noexcept
    : database_(other.database_),
      slot_(std::exchange(other.slot_, nullptr)),
      borrowed_(other.borrowed_) {}

Use::~Use() {
  if (slot_ == nullptr) return;
  sqlite3_reset(slot_->statement.get());
  if (!slot_->cached) {
    delete slot_;
    return;
  }
  sqlite3_clear_bindings(slot_->statement.get());
  slot_->busy = false;
}

Use& Use::bind(int index, std::int64_t value) {
  if (slot_ != nullptr)
    QD_ENSURES(sqlite3_bind_int64(slot_->statement.get(), index, value) == SQLITE_OK);
  return *this;
}
Use& Use::bind(int index, double value) {
  if (slot_ != nullptr)
    QD_ENSURES(sqlite3_bind_double(slot_->statement.get(), index, value) == SQLITE_OK);
  return *this;
}
Use& Use::bind(int index, std::nullptr_t) {
  if (slot_ != nullptr) QD_ENSURES(sqlite3_bind_null(slot_->statement.get(), index) == SQLITE_OK);
  return *this;
}
Use& Use::bind(int index, std::string_view value) {
  if (slot_ == nullptr) return *this;
  // A null pointer would bind NULL, an empty text is meant.
  const char* data = value.empty() ? "" : value.data();
  const int code = sqlite3_bind_text64(slot_->statement.get(), index, data, value.size(),
                                       keep(borrowed_), SQLITE_UTF8);
  if (code != SQLITE_OK) database_->fail_with(code);
  return *this;
}
Use& Use::bind(int index, BytesView value) {
  if (slot_ == nullptr) return *this;
  const void* data = value.empty() ? static_cast<const void*>("") : value.data();
  const int code =
      sqlite3_bind_blob64(slot_->statement.get(), index, data, value.size(), keep(borrowed_));
  if (code != SQLITE_OK) database_->fail_with(code);
  return *this;
}
Use& Use::bind(int index, const net::Address& value) {
  const Bytes key = address_key(value);
  const bool borrowed = std::exchange(borrowed_, false);  // the key ends here
  bind(index, BytesView(key));
  borrowed_ = borrowed;
  return *this;
}

bool Use::next() {
  if (slot_ == nullptr || !database_->ok()) return false;
  const int code = sqlite3_step(slot_->statement.get());
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) database_->fail_with(code);
  return false;
}

std::int64_t Use::integer(int column) const {
  return sqlite3_column_int64(slot_->statement.get(), column);
}
double Use::real(int column) const { return sqlite3_column_double(slot_->statement.get(), column); }
bool Use::is_null(int column) const {
  return sqlite3_column_type(slot_->statement.get(), column) == SQLITE_NULL;
}
BytesView Use::bytes(int column) const {
  const void* data = sqlite3_column_blob(slot_->statement.get(), column);
  const int size = sqlite3_column_bytes(slot_->statement.get(), column);
  return {static_cast<const std::uint8_t*>(data), static_cast<std::size_t>(size)};
}
std::string_view Use::view(int column) const {
  const unsigned char* data = sqlite3_column_text(slot_->statement.get(), column);
  const int size = sqlite3_column_bytes(slot_->statement.get(), column);
  return {reinterpret_cast<const char*>(data), static_cast<std::size_t>(size)};
}
int Use::columns() const { return sqlite3_column_count(slot_->statement.get()); }
void Use::unknown_word(int column) const {
  database_->fail({ErrorCode::io,
                   database_->path() + " is damaged (\"" + text(column) +
                       "\" is no word of its column " +
                       sqlite3_column_name(slot_->statement.get(), column) +
                       "); restore a backup with `qingdan register restore`",
                   {}});
}
net::Address Use::address(int column) const { return parse_address_key(bytes(column)); }

// ---- Database

Database::Database(std::unique_ptr<State> state) : state_(std::move(state)) {}
Database::~Database() {
  for (const auto& [sql, slot] : state_->cache) QD_ENSURES(!slot.busy);
  state_->cache.clear();
}

Result<std::unique_ptr<Database>> Database::open(const std::string& path, Mode mode) {
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  flags |= mode == Mode::create ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
  if (mode == Mode::immutable) flags |= SQLITE_OPEN_URI;
  sqlite3* raw = nullptr;
  const auto name = mode == Mode::immutable ? immutable_uri(path) : path;
  const int code = sqlite3_open_v2(name.c_str(), &raw, flags, nullptr);
  auto state = std::make_unique<State>();
  state->path = path;
  state->handle.reset(raw);
  if (raw == nullptr) return Error{ErrorCode::exhausted, "out of memory while opening " + path, {}};
  if (code != SQLITE_OK)
    return make_error(code, sqlite3_system_errno(raw), path, sqlite3_errmsg(raw));
  // SQLite opens a file it may not write for reading only, and would tell us at the first write.
  if (mode == Mode::create && sqlite3_db_readonly(raw, "main") == 1) {
    return make_error(SQLITE_READONLY, 0, path, {});
  }
  sqlite3_busy_timeout(raw, kBusyTimeoutMs);
  // A mistyped "name" in our SQL must be an error rather than a text. TRUSTED_SCHEMA stays on:
  // SQLite 3.40 counts json_valid(), which our CHECKs use, among the functions that turning it off
  // forbids; we register no function of our own that a foreign schema could call.
  sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_ENABLE_FKEY, 1, nullptr);
  std::unique_ptr<Database> database(new Database(std::move(state)));
  return database;
}

const std::string& Database::path() const { return state_->path; }
std::int64_t Database::last_id() const { return sqlite3_last_insert_rowid(state_->handle.get()); }
std::int64_t Database::changed_rows() const { return sqlite3_changes64(state_->handle.get()); }
bool Database::ok() const { return !state_->error.has_value(); }
bool Database::in_transaction() const { return sqlite3_get_autocommit(state_->handle.get()) == 0; }

void Database::fail(Error error) {
  if (!state_->error) state_->error = std::move(error);
}

void Database::fail_with(int code) {
  sqlite3* handle = state_->handle.get();
  fail(make_error(code, sqlite3_system_errno(handle), state_->path, sqlite3_errmsg(handle)));
}

Result<void> Database::outcome() {
  if (ok()) return {};
  Error error = std::move(*state_->error);
  state_->error.reset();
  return error;
}

Use Database::prepare(std::string_view sql) {
  if (!ok()) return Use(*this, nullptr);
  auto found = state_->cache.find(sql);
  if (found != state_->cache.end() && !found->second.busy) {
    found->second.busy = true;
    return Use(*this, &found->second);
  }
  sqlite3_stmt* raw = nullptr;
  const int code =
      sqlite3_prepare_v3(state_->handle.get(), sql.data(), static_cast<int>(sql.size()),
                         SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
  if (code != SQLITE_OK) {
    fail_with(code);
    return Use(*this, nullptr);
  }
  if (found != state_->cache.end()) {
    // The same text is being stepped further out (a callback that asks again): one for this time.
    auto* slot = new Use::Slot{{}, true, false};
    slot->statement.reset(raw);
    return Use(*this, slot);
  }
  auto& slot = state_->cache[std::string(sql)];
  slot.statement.reset(raw);
  slot.busy = true;
  return Use(*this, &slot);
}

bool Database::execute(const std::string& script) {
  if (!ok()) return false;
  const int code = sqlite3_exec(state_->handle.get(), script.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail_with(code);
  return ok();
}

// ---- Transaction, Reading

Transaction::Transaction(Database& database) : database_(database) {
  database_.state_->error.reset();
  database_.run("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
  if (done_ || !database_.in_transaction()) return;
  sqlite3_exec(database_.state_->handle.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

Result<void> Transaction::commit() {
  QD_EXPECTS(!done_);
  done_ = database_.run("COMMIT");
  // After an error (a full disk, say) SQLite may have rolled back by itself.
  if (!done_ && database_.in_transaction()) {
    sqlite3_exec(database_.state_->handle.get(), "ROLLBACK", nullptr, nullptr, nullptr);
  }
  done_ = true;
  return database_.outcome();
}

Reading::Reading(Database& database) : database_(database) {
  outermost_ = database_.state_->readings++ == 0 && !database_.in_transaction();
  if (!outermost_) return;
  database_.state_->error.reset();
  database_.run("BEGIN");
}

Reading::~Reading() {
  --database_.state_->readings;
  if (!outermost_ || !database_.in_transaction()) return;
  sqlite3_exec(database_.state_->handle.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

Result<void> Reading::finish() { return database_.outcome(); }

// ---- addresses

Bytes address_key(const net::Address& address) {
  ByteWriter key;
  if (address.is_v4()) {
    key.u8(4).u32be(address.v4_value());
  } else {
    const auto bytes = address.v6_bytes();
    key.u8(6).bytes(bytes);
  }
  return std::move(key).take();
}

net::Address parse_address_key(BytesView key) {
  ByteReader reader(key);
  const auto family = reader.u8();
  if (family == 4) return net::Address::v4(reader.u32be());
  std::array<std::uint8_t, 16> bytes{};
  const auto taken = reader.take(16);
  std::copy(taken.begin(), taken.end(), bytes.begin());
  return net::Address::v6(bytes);
}

}  // namespace qingdan::registry
