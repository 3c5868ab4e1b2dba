#include "io/store/os_error.h"

#include <fmt/format.h>

#include <cerrno>
#include <system_error>

namespace pantile {
namespace {

struct Advice {
  Code code;
  std::string_view text;
};

Advice advice_for(int errno_value) {
  switch (errno_value) {
    case ENOSPC: return {Code::out_of_space, "free some space and run the same command again"};
    case EDQUOT:
      return {Code::out_of_space, "free some of your quota and run the same command again"};
    case EFBIG:
      return {Code::out_of_space,
              "raise the limit (ulimit -f) or use another file system, and run the same command "
              "again"};
    case ENOENT:
    case ENOTDIR: return {Code::not_found, "check the path"};
    case EACCES:
    case EPERM: return {Code::io, "change its permissions or choose another folder"};
    case EROFS: return {Code::io, "choose a folder on another file system"};
    case EMFILE:
    case ENFILE: return {Code::io, "too many files are open; raise the limit (ulimit -n)"};
    case ENAMETOOLONG: return {Code::io, "choose a shorter path"};
    case EIO: return {Code::io, "the device failed; check it"};
    case ENOMEM: return {Code::out_of_memory, "free some memory"};
    default: return {Code::io, ""};
  }
}

}  // namespace

Error os_error(int errno_value, std::string_view verb, std::string_view path) {
  const Advice advice = advice_for(errno_value);
  return Error(advice.code, fmt::format("cannot {} {}: {}{}{}", verb, path,
                                        std::generic_category().message(errno_value),
                                        advice.text.empty() ? "" : "; ", advice.text));
}

}  // namespace pantile
