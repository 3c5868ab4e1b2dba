#include "cli/toml_guard.h"

#include <algorithm>

#include "core/nesting.h"

namespace pantile::cli {
namespace {

/// Takes a string off the front of `text`: all of it, or what of it stands in its line if it is not
/// closed there and must be.
std::string_view skip_string(std::string_view text) {
  const bool basic = text.front() == '"';
  const std::string_view triple = basic ? R"(""")" : "'''";
  const bool long_form = text.starts_with(triple);
  const std::string_view quote = long_form ? triple : triple.substr(0, 1);
  text.remove_prefix(quote.size());
  while (!text.empty() && !text.starts_with(quote)) {
    if (!long_form && text.front() == '\n') return text;
    if (basic && text.front() == '\\') text.remove_prefix(1);
    if (!text.empty()) text.remove_prefix(1);
  }
  // Up to two more quotes belong to what is in the string.
  text.remove_prefix(std::min(quote.size(), text.size()));
  for (int i = 0; long_form && i < 2 && text.starts_with(quote.front()); ++i) text.remove_prefix(1);
  return text;
}

std::size_t count_lines(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count(text, '\n')) + 1;
}

}  // namespace

std::size_t line_of_long_key(std::string_view toml) {
  std::size_t parts = 1;
  for (std::string_view rest = toml; !rest.empty();) {
    const char c = rest.front();
    if (c == '"' || c == '\'') {
      rest = skip_string(rest);
      continue;
    }
    if (c == '#') {
      rest.remove_prefix(std::min(rest.find('\n'), rest.size()));
      continue;
    }
    if (std::string_view("\n=,[]{}").find(c) != std::string_view::npos) parts = 1;
    if (c == '.' && ++parts > kMostNesting) {
      return count_lines(toml.substr(0, toml.size() - rest.size()));
    }
    rest.remove_prefix(1);
  }
  return 0;
}

}  // namespace pantile::cli
