#include "io/tiff/directory.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>

#include "io/tiff/le_bytes.h"

namespace pantile::tiff {
namespace {

constexpr std::uint16_t kAscii = 2, kShort = 3, kLong = 4, kRational = 5, kLong8 = 16, kIfd8 = 18;
constexpr std::uint64_t kEntryBytes = 20, kInlineBytes = 8;

constexpr std::uint64_t align8(std::uint64_t n) { return (n + 7) & ~std::uint64_t{7}; }

}  // namespace

std::vector<std::byte> file_header(std::uint64_t first_directory) {
  std::vector<std::byte> out;
  append_le(out, std::array<char, 2>{'I', 'I'});
  append_le(out, std::uint16_t{43});  // BigTIFF
  append_le(out, std::uint16_t{8});   // bytes of an offset
  append_le(out, std::uint16_t{0});
  append_le(out, first_directory);
  assert(out.size() == kFileHeaderBytes);
  return out;
}

template <class T> void Directory::add(Tag tag, std::uint16_t type, std::span<const T> values) {
  const auto bytes = std::as_bytes(values);
  fields_.push_back({static_cast<std::uint16_t>(tag), type, values.size(),
                     std::vector<std::byte>(bytes.begin(), bytes.end())});
}

void Directory::add_u16(Tag tag, std::span<const std::uint16_t> values) {
  add(tag, kShort, values);
}
void Directory::add_u32(Tag tag, std::span<const std::uint32_t> values) { add(tag, kLong, values); }
void Directory::add_u64(Tag tag, std::span<const std::uint64_t> values) {
  add(tag, kLong8, values);
}
void Directory::add_ifd(Tag tag, std::span<const std::uint64_t> offsets) {
  add(tag, kIfd8, offsets);
}

void Directory::add_ascii(Tag tag, std::string_view text) {
  add(tag, kAscii, std::span<const char>(text));
  fields_.back().value.push_back(std::byte{0});
  ++fields_.back().count;
}

void Directory::add_rational(Tag tag, double value) {
  const Rational r = to_rational(value);
  const std::array<std::uint32_t, 2> terms{r.numerator, r.denominator};
  add(tag, kRational, std::span<const std::uint32_t>(terms));
  fields_.back().count = 1;
}

std::uint64_t Directory::size_bytes() const {
  std::uint64_t size = align8(8 + fields_.size() * kEntryBytes + 8);
  for (const Field& f : fields_) {
    if (f.value.size() > kInlineBytes) size += align8(f.value.size());
  }
  return size;
}

std::vector<std::byte> Directory::serialise(std::uint64_t offset, std::uint64_t next) const {
  assert(offset % 8 == 0);
  std::vector<const Field*> sorted;
  for (const Field& f : fields_) sorted.push_back(&f);
  std::ranges::sort(sorted, {}, [](const Field* f) { return f->tag; });

  std::vector<std::byte> out;
  out.reserve(size_bytes());
  append_le(out, static_cast<std::uint64_t>(fields_.size()));
  std::uint64_t value_offset = offset + align8(8 + fields_.size() * kEntryBytes + 8);
  for (const Field* f : sorted) {
    append_le(out, f->tag);
    append_le(out, f->type);
    append_le(out, f->count);
    if (f->value.size() > kInlineBytes) {
      append_le(out, value_offset);
      value_offset += align8(f->value.size());
    } else {
      std::array<std::byte, kInlineBytes> in_place{};
      std::ranges::copy(f->value, in_place.begin());
      append_le(out, in_place);
    }
  }
  append_le(out, next);
  out.resize(align8(out.size()));
  for (const Field* f : sorted) {
    if (f->value.size() <= kInlineBytes) continue;
    out.insert(out.end(), f->value.begin(), f->value.end());
    out.resize(align8(out.size()));
  }
  return out;
}

Rational to_rational(double value) {
  constexpr double kMax = 4294967295.0;
  assert(value >= 0 && value <= kMax);
  double x = value;
  double n0 = 0, d0 = 1, n1 = 1, d1 = 0;  // the last two convergents
  for (int i = 0; i < 64; ++i) {
    const double whole = std::floor(x);
    const double n2 = whole * n1 + n0, d2 = whole * d1 + d0;
    if (n2 > kMax || d2 > kMax) break;
    n0 = n1, d0 = d1, n1 = n2, d1 = d2;
    if (x == whole || n1 / d1 == value) break;
    x = 1 / (x - whole);
  }
  return {static_cast<std::uint32_t>(n1), static_cast<std::uint32_t>(d1)};
}

}  // namespace pantile::tiff
