// share_wire — what shares of files and of versions say before anybody logs in: svnserve, rsync,
// git's daemon. Pure, bounded.
//
// Channels svn.greeting, rsync.greeting, git.reply = what came, as it came.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "qingdan/base/bytes.h"
#include "qingdan/net/frames.h"

namespace qingdan::net {

// The greeting of svnserve, Subversion's ra_svn protocol, §2.1: versions, mechanisms, capabilities.
// The server speaks first and is sent nothing.
struct SvnGreeting {
  std::string line;  // "( success ( 2 2 ( ) ( edit-pipeline … ) ) )"
  int least{0}, most{0};
};
inline constexpr std::size_t kSvnGreetingMax = 4096;
[[nodiscard]] Extent measure_svn(BytesView stream);
[[nodiscard]] std::optional<SvnGreeting> parse_svn(BytesView stream);

// The greeting of rsync's daemon, rsync's csprotocol.txt and clientserver.c: "@RSYNCD: 31.0", from
// 32 on with the digests for logins. The daemon speaks first; the message of the day follows
// unasked. Modules are listed only to who asks, and nobody does.
struct RsyncGreeting {
  std::string line;
  std::string protocol;  // "31.0": of the protocol, not of rsync
  std::string motd;      // so far
};
inline constexpr std::size_t kRsyncLineMax = 256;
[[nodiscard]] Extent measure_rsync(BytesView stream);
[[nodiscard]] std::optional<RsyncGreeting> parse_rsync(BytesView stream);

// A request for a repository that does not exist, in version 2 of the protocol:
// gitprotocol-pack(5), "Git Transport"; gitprotocol-v2(5). `host` is named as clients do. The
// daemon looks for the directory and refuses; whoever does serve the name tells what he can do, and
// is taken leave of with a flush.
[[nodiscard]] Bytes build_git_request(std::string_view host);
[[nodiscard]] Bytes build_git_flush();
inline constexpr std::size_t kGitReplyMax = 8192;
struct GitReply {
  std::string error;  // of an ERR line
  std::string agent;  // "git/2.39.5", of the capabilities
};
// ERR, or the capabilities of version 2 up to their flush.
[[nodiscard]] Extent measure_git(BytesView stream);
[[nodiscard]] std::optional<GitReply> parse_git(BytesView stream);

}  // namespace qingdan::net
