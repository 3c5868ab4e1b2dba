#pragma once
/// \file
/// The words for the options' enumerations, one table each: flags, TOML, help and logs use them.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pipeline/generate.h"

namespace pantile::cli {

/// How a running job is reported.
enum class LogMode : std::uint8_t { text, json, quiet };
/// What `completion` writes for.
enum class Shell : std::uint8_t { bash, zsh, fish };

template <class E>
using NameTable = std::vector<std::pair<std::string_view, E>>;

template <class E>
NameTable<E> names_of();
template <> inline NameTable<Precision> names_of() {
  return {{"f64", Precision::f64}, {"f32", Precision::f32}};
}
template <> inline NameTable<Sampling> names_of() {
  return {{"center", Sampling::center}, {"corner", Sampling::corner}};
}
template <> inline NameTable<StoreKind> names_of() {
  return {{"rgb8", StoreKind::rgb8},
          {"value-u16", StoreKind::value_u16},
          {"value-f32", StoreKind::value_f32}};
}
template <> inline NameTable<TiffCompression> names_of() {
  return {{"deflate", TiffCompression::deflate},
          {"zstd", TiffCompression::zstd},
          {"lzw", TiffCompression::lzw},
          {"jpeg", TiffCompression::jpeg},
          {"none", TiffCompression::none}};
}
template <> inline NameTable<TiffDialect> names_of() {
  return {{"ome", TiffDialect::ome}, {"pages", TiffDialect::pages}};
}
template <> inline NameTable<LogMode> names_of() {
  return {{"text", LogMode::text}, {"json", LogMode::json}, {"quiet", LogMode::quiet}};
}
template <> inline NameTable<Shell> names_of() {
  return {{"bash", Shell::bash}, {"zsh", Shell::zsh}, {"fish", Shell::fish}};
}

/// The word for `value`.
template <class E>
std::string name_of(E value) {
  for (const auto& [name, candidate] : names_of<E>()) {
    if (candidate == value) return std::string(name);
  }
  return {};
}

/// All words of E, in the order help shows them.
template <class E>
std::vector<std::string> all_names() {
  std::vector<std::string> out;
  for (const auto& [name, value] : names_of<E>()) out.emplace_back(name);
  return out;
}

}  // namespace pantile::cli
