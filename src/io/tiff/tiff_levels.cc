#include "io/tiff/tiff_levels.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <optional>

namespace pantile::tiff {
namespace {

constexpr std::size_t kMostLevels = 64;
constexpr int kMostDirectories = 256;  // looked at while searching for pages of the pyramid

std::optional<DType> sample_type(std::uint16_t bits, std::uint16_t format) {
  switch (format) {
    case SAMPLEFORMAT_UINT:
    case SAMPLEFORMAT_VOID:
      return bits == 8    ? std::optional(DType::u8)
             : bits == 16 ? std::optional(DType::u16)
             : bits == 32 ? std::optional(DType::u32)
             : bits == 64 ? std::optional(DType::u64)
                          : std::nullopt;
    case SAMPLEFORMAT_INT:
      return bits == 8    ? std::optional(DType::i8)
             : bits == 16 ? std::optional(DType::i16)
             : bits == 32 ? std::optional(DType::i32)
             : bits == 64 ? std::optional(DType::i64)
                          : std::nullopt;
    case SAMPLEFORMAT_IEEEFP:
      return bits == 16   ? std::optional(DType::f16)
             : bits == 32 ? std::optional(DType::f32)
             : bits == 64 ? std::optional(DType::f64)
                          : std::nullopt;
    default: return std::nullopt;
  }
}

Error foreign(std::string what) { return Error(Code::foreign, std::move(what)); }

Status read_colours(const Handle& handle, LevelLayout& out) {
  const auto photometric = handle.field<std::uint16_t>(TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
  switch (photometric) {
    case PHOTOMETRIC_MINISBLACK: return {};
    case PHOTOMETRIC_MINISWHITE:
      out.inverted = true;
      if (out.dtype == DType::u8 || out.dtype == DType::u16 || out.dtype == DType::u32) return {};
      return foreign("white is zero in samples that are not unsigned: not read here");
    case PHOTOMETRIC_YCBCR:
      if (out.compression != COMPRESSION_JPEG) {
        return foreign("YCbCr without JPEG is not read here; convert it to RGB");
      }
      out.jpeg_ycbcr = true;
      [[fallthrough]];
    case PHOTOMETRIC_RGB:
      if (out.channels < 3) return foreign(fmt::format("RGB with {} samples", out.channels));
      if (out.channels == 3) out.kind = Kind::rgb;
      if (out.channels == 4) out.kind = Kind::rgba;
      return {};
    default:
      return foreign(
          fmt::format("photometric interpretation {} is not read here; convert it to "
                      "grey or RGB",
                      photometric));
  }
}

Scale2 pixel_size(const Handle& handle) {
  const auto unit = handle.field<std::uint16_t>(TIFFTAG_RESOLUTIONUNIT, RESUNIT_INCH);
  const double um = unit == RESUNIT_CENTIMETER ? 1e4 : unit == RESUNIT_INCH ? 25400.0 : 0;
  const double x = um / handle.field<float>(TIFFTAG_XRESOLUTION, 0);
  const double y = um / handle.field<float>(TIFFTAG_YRESOLUTION, 0);
  const auto sane = [](double v) { return std::isfinite(v) && v > 0; };
  return sane(x) && sane(y) ? Scale2{x, y} : Scale2{0, 0};
}

/// Full pixels per pixel of a smaller level, per axis: the power of two that explains both sides,
/// where there is one.
Scale2 reduction(const LevelLayout& full, const LevelLayout& small) {
  const Scale2 ratio{static_cast<double>(full.width) / static_cast<double>(small.width),
                     static_cast<double>(full.height) / static_cast<double>(small.height)};
  const double longer = full.width > full.height ? ratio.x : ratio.y;
  const double whole = std::exp2(std::round(std::log2(longer)));
  const auto explains = [&](std::int64_t f, std::int64_t s) {
    return std::abs(static_cast<double>(f) / whole - static_cast<double>(s)) <= 1;
  };
  if (explains(full.width, small.width) && explains(full.height, small.height)) {
    return {whole, whole};
  }
  return ratio;
}

/// True when `small` can be the picture of `full` at a smaller size.
bool is_reduction(const LevelLayout& full, const LevelLayout& last, const LevelLayout& small) {
  if (!small.same_samples(full)) return false;
  if (small.width > last.width || small.height > last.height ||
      (small.width == last.width && small.height == last.height)) {
    return false;
  }
  // The sides shrink alike, but for rounding up to whole pixels at every level.
  const double sx = static_cast<double>(small.width) / static_cast<double>(full.width);
  const double sy = static_cast<double>(small.height) / static_cast<double>(full.height);
  return std::abs(sx - sy) <= 1.5 / static_cast<double>(std::min(full.width, full.height)) +
                                  1.5 * std::max(sx / static_cast<double>(small.width),
                                                 sy / static_cast<double>(small.height));
}

Status find_sub_ifds(Handle& handle, const std::vector<std::uint64_t>& offsets,
                     std::vector<LevelLayout>& levels) {
  for (std::size_t i = 0; i < std::min(offsets.size(), kMostLevels); ++i) {
    PANTILE_TRY(handle.go_to(offsets[i]).with_context(fmt::format("SubIFD {}", i)));
    const auto layout = read_layout(handle);
    if (layout.ok() && is_reduction(levels.front(), levels.back(), *layout)) {
      levels.push_back(*layout);
    }
  }
  return {};
}

void find_pages(Handle& handle, std::vector<LevelLayout>& levels) {
  for (int i = 0; i < kMostDirectories && levels.size() < kMostLevels; ++i) {
    if (TIFFReadDirectory(handle.tiff()) != 1) return;
    const auto kind = handle.field<std::uint32_t>(TIFFTAG_SUBFILETYPE, 0);
    const auto layout = read_layout(handle);
    if (!layout.ok() || (kind & FILETYPE_MASK) != 0) continue;
    // Files of older programs do not mark reduced images; a strip of such a size is a thumbnail.
    if ((kind & FILETYPE_REDUCEDIMAGE) == 0 && !layout->tiled) continue;
    if (is_reduction(levels.front(), levels.back(), *layout)) levels.push_back(*layout);
  }
}

}  // namespace

Result<LevelLayout> read_layout(const Handle& handle) {
  TIFF* const tiff = handle.tiff();
  LevelLayout out;
  out.directory = TIFFCurrentDirOffset(tiff);
  out.width = handle.field<std::uint32_t>(TIFFTAG_IMAGEWIDTH, 0);
  out.height = handle.field<std::uint32_t>(TIFFTAG_IMAGELENGTH, 0);
  constexpr std::int64_t kMost = INT32_MAX;
  if (out.width < 1 || out.height < 1 || out.width > kMost || out.height > kMost) {
    return Error(Code::corrupt, fmt::format("size {}x{}", out.width, out.height));
  }
  const auto bits = handle.field<std::uint16_t>(TIFFTAG_BITSPERSAMPLE, 1);
  const auto format = handle.field<std::uint16_t>(TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_UINT);
  const auto type = sample_type(bits, format);
  if (!type) {
    return foreign(fmt::format("samples of {} bits and format {} are not read here", bits, format));
  }
  out.dtype = *type;
  out.channels = handle.field<std::uint16_t>(TIFFTAG_SAMPLESPERPIXEL, 1);
  if (out.channels < 1) return Error(Code::corrupt, "no samples per pixel");
  out.compression = handle.field<std::uint16_t>(TIFFTAG_COMPRESSION, COMPRESSION_NONE);
  if (TIFFIsCODECConfigured(out.compression) == 0) {
    return foreign(
        fmt::format("compression {} is not among those of this libtiff", out.compression));
  }
  out.planar =
      out.channels > 1 && handle.field<std::uint16_t>(TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG) ==
                              PLANARCONFIG_SEPARATE;
  PANTILE_TRY(read_colours(handle, out));
  if (out.jpeg_ycbcr && out.planar) return foreign("JPEG in separate planes is not read here");

  out.tiled = TIFFIsTiled(tiff) != 0;
  if (out.tiled) {
    out.block_width = handle.field<std::uint32_t>(TIFFTAG_TILEWIDTH, 0);
    out.block_height = handle.field<std::uint32_t>(TIFFTAG_TILELENGTH, 0);
  } else {
    out.block_width = out.width;
    out.block_height = std::min<std::int64_t>(
        out.height, handle.field<std::uint32_t>(TIFFTAG_ROWSPERSTRIP, UINT32_MAX));
  }
  const std::int64_t sample_bytes =
      static_cast<std::int64_t>(dtype_bytes(out.dtype)) * (out.planar ? 1 : out.channels);
  // Sides are below 2^32 and a pixel below 2^19 bytes: checked by division, no overflow.
  if (out.block_width < 1 || out.block_height < 1 ||
      out.block_width > kMostBlockBytes / sample_bytes / out.block_height) {
    return foreign(fmt::format("blocks of {}x{} pixels; at most {} MiB are decoded at once",
                               out.block_width, out.block_height, kMostBlockBytes >> 20));
  }
  out.block_bytes = out.block_width * out.block_height * sample_bytes;
  out.pixel_um = pixel_size(handle);
  return out;
}

Result<std::vector<LevelLayout>> find_levels(Handle& handle) {
  PANTILE_ASSIGN(LevelLayout first, read_layout(handle));
  std::vector<LevelLayout> levels{first};
  std::uint16_t count = 0;
  std::uint64_t* list = nullptr;
  if (TIFFGetField(handle.tiff(), TIFFTAG_SUBIFD, &count, &list) == 1 && count > 0) {
    const std::vector<std::uint64_t> offsets(list, list + count);  // dies with the directory
    PANTILE_TRY(find_sub_ifds(handle, offsets, levels));
  }
  if (levels.size() == 1) {
    PANTILE_TRY(handle.go_to(first.directory));
    find_pages(handle, levels);
  }
  return levels;
}

ImageSpec make_spec(const std::vector<LevelLayout>& levels) {
  const LevelLayout& first = levels.front();
  ImageSpec spec;
  spec.channels = first.channels;
  spec.dtype = first.dtype;
  spec.kind = first.kind;
  const bool known = first.pixel_um.x > 0;
  if (known) spec.unit = "micrometer";
  const Scale2 pixel = known ? first.pixel_um : Scale2{1, 1};
  for (const LevelLayout& l : levels) {
    const Scale2 f = reduction(first, l);
    spec.levels.push_back({l.width,
                           l.height,
                           {pixel.x * f.x, pixel.y * f.y},
                           {pixel.x * (f.x - 1) / 2, pixel.y * (f.y - 1) / 2}});
  }
  return spec;
}

}  // namespace pantile::tiff
