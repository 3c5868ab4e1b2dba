#include "pantile/dtype.h"

#include <array>
#include <utility>

namespace pantile {
namespace {

constexpr std::array<std::pair<DType, std::string_view>, 11> kDTypeNames{{
    {DType::u8, "uint8"},
    {DType::i8, "int8"},
    {DType::u16, "uint16"},
    {DType::i16, "int16"},
    {DType::u32, "uint32"},
    {DType::i32, "int32"},
    {DType::u64, "uint64"},
    {DType::i64, "int64"},
    {DType::f16, "float16"},
    {DType::f32, "float32"},
    {DType::f64, "float64"},
}};

constexpr std::array<std::pair<Kind, std::string_view>, 5> kKindNames{{
    {Kind::intensity, "intensity"},
    {Kind::rgb, "rgb"},
    {Kind::rgba, "rgba"},
    {Kind::label, "label"},
    {Kind::mask, "mask"},
}};

template <class Table, class Key> std::string_view find_name(const Table& table, Key key) {
  for (const auto& [k, name] : table) {
    if (k == key) return name;
  }
  return {};
}

template <class Table>
auto find_key(const Table& table, std::string_view name)
    -> std::optional<std::remove_const_t<typename Table::value_type::first_type>> {
  for (const auto& [k, n] : table) {
    if (n == name) return k;
  }
  return std::nullopt;
}

}  // namespace

std::string_view dtype_name(DType t) { return find_name(kDTypeNames, t); }
std::optional<DType> dtype_from_name(std::string_view name) { return find_key(kDTypeNames, name); }
std::string_view kind_name(Kind k) { return find_name(kKindNames, k); }
std::optional<Kind> kind_from_name(std::string_view name) { return find_key(kKindNames, name); }

}  // namespace pantile
