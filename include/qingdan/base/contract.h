// contract — promises between our own functions, checked in every build. Never applied to input.
#pragma once

namespace qingdan {
// Prints the broken promise and aborts.
[[noreturn]] void contract_broken(const char* kind, const char* text, const char* file, int line);
}  // namespace qingdan

#define QD_EXPECTS(condition)                                                          \
  do {                                                                                 \
    if (!(condition)) ::qingdan::contract_broken("expects", #condition, __FILE__, __LINE__); \
  } while (false)
#define QD_ENSURES(condition)                                                          \
  do {                                                                                 \
    if (!(condition)) ::qingdan::contract_broken("ensures", #condition, __FILE__, __LINE__); \
  } while (false)
