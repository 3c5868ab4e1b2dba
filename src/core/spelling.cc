#include "core/spelling.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace pantile {
namespace {

constexpr std::size_t kMaxWord = 32;  // bounds the table; longer words have no suggestion

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Optimal string alignment distance, capitals counting as small letters.
std::size_t distance(std::string_view a, std::string_view b) {
  const auto same = [](char p, char q) { return lower(p) == lower(q); };
  std::array<std::array<std::size_t, kMaxWord + 1>, kMaxWord + 1> d{};
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = d[i - 1][j - 1] + (same(a[i - 1], b[j - 1]) ? 0 : 1);
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, replaced});
      if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1])) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }
  return d[a.size()][b.size()];
}

}  // namespace

std::string_view nearest_word(std::string_view word, std::span<const std::string_view> candidates) {
  if (word.empty() || word.size() > kMaxWord) return {};
  const std::size_t allowed = std::max<std::size_t>(1, word.size() / 3);
  std::string_view best;
  std::size_t least = allowed + 1;
  for (const std::string_view candidate : candidates) {
    if (candidate.size() > kMaxWord) continue;
    const std::size_t edits = distance(word, candidate);
    if (edits < least && edits < std::max(word.size(), candidate.size())) {
      least = edits;
      best = candidate;
    }
  }
  return best;
}

}  // namespace pantile
