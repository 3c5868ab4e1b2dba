#include "io/png/encode.h"

#include <libdeflate.h>

#include <array>
#include <bit>
#include <cassert>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

namespace pantile::png {
namespace {

using Bytes = std::vector<std::byte>;
constexpr std::size_t kChunkBytes = std::size_t{1} << 20;  // of IDAT

void append_be(Bytes& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8)
    out.push_back(static_cast<std::byte>(value >> shift));
}

void append_chunk(Bytes& out, std::string_view type, std::span<const std::byte> data) {
  append_be(out, static_cast<std::uint32_t>(data.size()));
  const std::size_t begin = out.size();
  const auto name = std::as_bytes(std::span(type));
  out.insert(out.end(), name.begin(), name.end());
  out.insert(out.end(), data.begin(), data.end());
  append_be(out, libdeflate_crc32(0, out.data() + begin, out.size() - begin));
}

std::uint8_t paeth(int left, int up, int corner) {
  const int dl = std::abs(up - corner), du = std::abs(left - corner),
            dc = std::abs(left + up - 2 * corner);
  return static_cast<std::uint8_t>(dl <= du && dl <= dc ? left : du <= dc ? up : corner);
}

/// The five filters of PNG, section 9, over rows that begin with one pixel of zeros.
class RowFilter {
 public:
  RowFilter(std::size_t row_bytes, std::size_t pixel_bytes)
      : row_(row_bytes),
        pixel_(pixel_bytes),
        last_(row_bytes + pixel_bytes),
        now_(row_bytes + pixel_bytes) {
    for (auto& candidate : candidates_) candidate.resize(row_bytes);
  }

  /// The row to be filtered next is written here, row_bytes long, samples big-endian.
  std::uint8_t* next_row() { return now_.data() + pixel_; }

  /// Appends the filter's number and the filtered row.
  void append(Bytes& out) {
    const std::uint8_t* const x = now_.data() + pixel_;
    const std::uint8_t* const left = now_.data();
    const std::uint8_t* const up = last_.data() + pixel_;
    const std::uint8_t* const corner = last_.data();
    auto& [none, sub, above, average, predicted] = candidates_;
    for (std::size_t i = 0; i < row_; ++i) {
      none[i] = x[i];
      sub[i] = static_cast<std::uint8_t>(x[i] - left[i]);
      above[i] = static_cast<std::uint8_t>(x[i] - up[i]);
      average[i] = static_cast<std::uint8_t>(x[i] - ((left[i] + up[i]) >> 1));
    }
    for (std::size_t i = 0; i < row_; ++i) {
      predicted[i] = static_cast<std::uint8_t>(x[i] - paeth(left[i], up[i], corner[i]));
    }
    std::size_t best = 0;
    std::uint64_t least = ~std::uint64_t{0};
    for (std::size_t f = 0; f < candidates_.size(); ++f) {
      std::uint64_t sum = 0;
      for (const std::uint8_t b : candidates_[f]) {
        sum += static_cast<std::uint64_t>(std::abs(static_cast<std::int8_t>(b)));
      }
      if (sum < least) least = sum, best = f;
    }
    out.push_back(static_cast<std::byte>(best));
    const auto bytes = std::as_bytes(std::span(candidates_[best]));
    out.insert(out.end(), bytes.begin(), bytes.end());
    std::swap(last_, now_);
  }

 private:
  std::size_t row_, pixel_;
  std::vector<std::uint8_t> last_, now_;
  std::array<std::vector<std::uint8_t>, 5> candidates_;
};

Bytes filter_all(View image) {
  const auto sample = dtype_bytes(image.dtype());
  const auto pixel = sample * static_cast<std::size_t>(image.channels());
  const auto row = pixel * static_cast<std::size_t>(image.width());
  RowFilter filter(row, pixel);
  Bytes out;
  out.reserve((row + 1) * static_cast<std::size_t>(image.height()));
  for (std::int64_t y = 0; y < image.height(); ++y) {
    std::uint8_t* const next = filter.next_row();
    std::memcpy(next, image.at(y, 0), row);
    if (sample == 2) {
      static_assert(std::endian::native == std::endian::little);
      for (std::size_t i = 0; i < row; i += 2) std::swap(next[i], next[i + 1]);
    }
    filter.append(out);
  }
  return out;
}

}  // namespace

Result<Bytes> encode_png(View image, int level) {
  assert(image.layout().is_packed());
  const Bytes filtered = filter_all(image);
  const std::unique_ptr<libdeflate_compressor, void (*)(libdeflate_compressor*)> deflate(
      libdeflate_alloc_compressor(level), libdeflate_free_compressor);
  if (!deflate) return Error(Code::out_of_memory, "no memory for a PNG encoder");
  Bytes packed(libdeflate_zlib_compress_bound(deflate.get(), filtered.size()));
  packed.resize(libdeflate_zlib_compress(deflate.get(), filtered.data(), filtered.size(),
                                         packed.data(), packed.size()));

  constexpr std::array<std::uint8_t, 8> kSignature{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  const auto signature = std::as_bytes(std::span(kSignature));
  Bytes out(signature.begin(), signature.end());
  out.reserve(packed.size() + packed.size() / kChunkBytes * 12 + 128);
  Bytes header;
  append_be(header, static_cast<std::uint32_t>(image.width()));
  append_be(header, static_cast<std::uint32_t>(image.height()));
  header.push_back(static_cast<std::byte>(8 * dtype_bytes(image.dtype())));
  header.push_back(static_cast<std::byte>(color_type(image.channels())));
  header.resize(13);  // deflate, the five filters, not interlaced
  append_chunk(out, "IHDR", header);
  append_chunk(out, "sRGB", std::array{std::byte{0}});  // perceptual
  for (std::span<const std::byte> rest(packed); !rest.empty();) {
    const auto part = rest.first(std::min(rest.size(), kChunkBytes));
    append_chunk(out, "IDAT", part);
    rest = rest.subspan(part.size());
  }
  append_chunk(out, "IEND", {});
  return out;
}

}  // namespace pantile::png
