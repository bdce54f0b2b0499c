// lines — a player of protocols whose requests are text lines.
#pragma once

#include "../player.h"
#include "qingdan/base/text.h"

namespace qingdan::practice {

class LinePlayer : public Player {
 public:
  Act on_data(BytesView fresh) final {
    heard_ += as_text(fresh);
    Act all;
    for (std::size_t end = 0; (end = heard_.find('\n')) != std::string::npos;) {
      const std::string line(trim(std::string_view(heard_).substr(0, end)));
      heard_.erase(0, end + 1);
      Act act = on_line(line);
      all.send.insert(all.send.end(), act.send.begin(), act.send.end());
      all.close = act.close;
      all.start_tls = act.start_tls;
      if (all.close || all.start_tls) break;
    }
    if (heard_.size() > 8192) return hang_up();
    return all;
  }

 protected:
  virtual Act on_line(const std::string& line) = 0;
  // The first word, in upper case.
  static std::string verb_of(const std::string& line) {
    auto word = line.substr(0, line.find(' '));
    for (auto& c : word) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return word;
  }

 private:
  std::string heard_;
};

}  // namespace qingdan::practice
