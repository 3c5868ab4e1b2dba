#pragma once
/// \file
/// Which values an enumerated option may take, in the order help shows them. The words for the
/// job's own settings are the pipeline's; those of the command line are here.

#include <cstdint>
#include <string>
#include <vector>

#include "pantile/generate.h"
#include "pipeline/setting_names.h"

namespace pantile::cli {

/// How a running job is reported.
enum class LogMode : std::uint8_t { text, json, quiet };
/// What `completion` writes for.
enum class Shell : std::uint8_t { bash, zsh, fish };

using pantile::name_of;

inline std::string name_of(LogMode mode) {
  switch (mode) {
    case LogMode::text: return "text";
    case LogMode::json: return "json";
    case LogMode::quiet: return "quiet";
  }
  return {};
}
inline std::string name_of(Shell shell) {
  switch (shell) {
    case Shell::bash: return "bash";
    case Shell::zsh: return "zsh";
    case Shell::fish: return "fish";
  }
  return {};
}

template <class E> std::vector<E> values_of();
template <> inline std::vector<Precision> values_of() { return {Precision::f64, Precision::f32}; }
template <> inline std::vector<Sampling> values_of() {
  return {Sampling::center, Sampling::corner};
}
template <> inline std::vector<StoreKind> values_of() {
  return {StoreKind::rgb8, StoreKind::value_u16, StoreKind::value_f32};
}
template <> inline std::vector<TiffCompression> values_of() {
  return {TiffCompression::deflate, TiffCompression::zstd, TiffCompression::lzw,
          TiffCompression::jpeg, TiffCompression::none};
}
template <> inline std::vector<TiffDialect> values_of() {
  return {TiffDialect::ome, TiffDialect::pages};
}
template <> inline std::vector<LogMode> values_of() {
  return {LogMode::text, LogMode::json, LogMode::quiet};
}
template <> inline std::vector<Shell> values_of() { return {Shell::bash, Shell::zsh, Shell::fish}; }

/// The words of all values.
template <class E> std::vector<std::string> all_names() {
  std::vector<std::string> out;
  for (const E value : values_of<E>()) out.push_back(name_of(value));
  return out;
}

}  // namespace pantile::cli
