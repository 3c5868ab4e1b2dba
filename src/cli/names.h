#pragma once
/// \file
/// The choices that only the command line has, and their words.

#include <array>
#include <cstdint>
#include <span>

#include "pantile/options.h"

namespace pantile {
namespace cli {

/// How a running job is reported.
enum class LogMode : std::uint8_t { text, json, quiet };
/// What `completion` writes for.
enum class Shell : std::uint8_t { bash, zsh, fish };

inline constexpr std::array kLogModes{Word{LogMode::text, "text"}, Word{LogMode::json, "json"},
                                      Word{LogMode::quiet, "quiet"}};
inline constexpr std::array kShells{Word{Shell::bash, "bash"}, Word{Shell::zsh, "zsh"},
                                    Word{Shell::fish, "fish"}};

}  // namespace cli

template <> inline std::span<const Word<cli::LogMode>> words_of() { return cli::kLogModes; }
template <> inline std::span<const Word<cli::Shell>> words_of() { return cli::kShells; }

}  // namespace pantile
