#include "io/tiff/level_directory.h"

#include <limits>

#include "io/tiff/ome_xml.h"

namespace pantile::tiff {
namespace {

bool is_colour(Kind k) { return k == Kind::rgb || k == Kind::rgba; }

std::uint16_t sample_format(DType t) {
  constexpr std::uint16_t kUnsigned = 1, kSigned = 2, kFloat = 3;
  if (dtype_is_float(t)) return kFloat;
  const bool is_signed = t == DType::i8 || t == DType::i16 || t == DType::i32 || t == DType::i64;
  return is_signed ? kSigned : kUnsigned;
}

}  // namespace

Directory level_directory(const ImageTags& tags, int level, const LevelTiles& tiles,
                          const std::vector<std::uint64_t>& sub_ifds) {
  const ImageSpec& spec = tags.spec;
  const LevelInfo& info = spec.levels[static_cast<std::size_t>(level)];
  const auto channels = static_cast<std::size_t>(spec.channels);
  const auto bits = static_cast<std::uint16_t>(8 * dtype_bytes(spec.dtype));
  const auto tile_px = static_cast<std::uint32_t>(tags.tile_px);

  Directory d;
  d.add_u32(Tag::new_subfile_type, level == 0 ? 0 : 1);
  d.add_u32(Tag::image_width, static_cast<std::uint32_t>(info.width));
  d.add_u32(Tag::image_length, static_cast<std::uint32_t>(info.height));
  d.add_u16(Tag::bits_per_sample, std::vector<std::uint16_t>(channels, bits));
  d.add_u16(Tag::compression, static_cast<std::uint16_t>(tag_of(tags.compression)));
  const bool ycbcr = tags.compression == Compression::jpeg && spec.kind == Kind::rgb;
  d.add_u16(Tag::photometric, ycbcr                  ? kPhotometricYcbcr
                              : is_colour(spec.kind) ? kPhotometricRgb
                                                     : kPhotometricBlackIsZero);
  if (ycbcr) {
    const std::uint16_t s = tags.jpeg_subsample ? 2 : 1;
    d.add_u16(Tag::ycbcr_subsampling, std::vector<std::uint16_t>{s, s});
  }
  if (level == 0 && !tags.description.empty())
    d.add_ascii(Tag::image_description, tags.description);
  d.add_u16(Tag::samples_per_pixel, static_cast<std::uint16_t>(channels));
  d.add_u16(Tag::planar_config, 1);
  d.add_u16(Tag::sample_format, std::vector<std::uint16_t>(channels, sample_format(spec.dtype)));
  const std::size_t colour_samples = is_colour(spec.kind) ? 3 : 1;
  if (channels > colour_samples) {
    const std::uint16_t meaning = spec.kind == Kind::rgba ? 2 : 0;  // unassociated alpha, or none
    d.add_u16(Tag::extra_samples, std::vector<std::uint16_t>(channels - colour_samples, meaning));
  }
  if (tags.predictor) d.add_u16(Tag::predictor, 2);
  d.add_ascii(Tag::software, "pantile");
  d.add_u32(Tag::tile_width, tile_px);
  d.add_u32(Tag::tile_length, tile_px);
  d.add_u64(Tag::tile_offsets, tiles.offsets);
  d.add_u32(Tag::tile_byte_counts, tiles.bytes);

  // Pixels per centimetre where the size of a pixel is a length; otherwise only their ratio.
  const double cm = metres_per_unit(spec.unit).value_or(0) * 100;
  const double per_cm_x = 1 / (info.scale.x * cm), per_cm_y = 1 / (info.scale.y * cm);
  constexpr double kMost = std::numeric_limits<std::uint32_t>::max(), kLeast = 1 / kMost;
  const auto fits = [](double v) { return v >= kLeast && v <= kMost; };
  const bool known = fits(per_cm_x) && fits(per_cm_y);
  d.add_rational(Tag::x_resolution, known ? per_cm_x : 1);
  d.add_rational(Tag::y_resolution, known ? per_cm_y : 1);
  d.add_u16(Tag::resolution_unit, known ? 3 : 1);
  // An empty list of SubIFDs makes some readers fail: none without reduced levels.
  if (!sub_ifds.empty()) d.add_ifd(Tag::sub_ifds, sub_ifds);
  return d;
}

}  // namespace pantile::tiff
