#pragma once
/// \file
/// Reads TIFF, BigTIFF and OME-TIFF files, ours and others', with their pyramids.
///
///     PANTILE_ASSIGN(auto source, tiff::TiffSource::open("slide.tif"));

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/buffer.h"
#include "io/tiff/sums.h"
#include "io/tiff/tiff_facts.h"
#include "io/tiff/tiff_levels.h"
#include "pantile/tile_source.h"

namespace pantile::tiff {

/// The first image of a file: plane (0, 0), all its samples. Tiled or in strips, interleaved or in
/// planes, every compression of the libtiff at hand; JPEG in YCbCr comes as RGB, grey with white
/// as zero comes inverted, tiles that a sparse file leaves out come as zeros.
/// A file of ours that has its sidecar of checksums beside it is checked against it: its head when
/// it is opened, every tile when it is read.
/// read() is thread-safe: every thread borrows a handle of its own.
class TiffSource final : public TileSource {
 public:
  /// Errors: not_found, foreign, corrupt (also those of open_sums()), io; they name the file.
  static Result<std::unique_ptr<TiffSource>> open(std::string path);
  ~TiffSource() override;

  const ImageSpec& spec() const override { return spec_; }
  Cost cost(const Region& region) const override;
  Status read(const Region& region, MutableView out, ReadContext& ctx) const override;
  /// Of the sidecar of checksums where there is one (so it does follow the pixels, as they were
  /// written), else of the file's size, time of change, beginning and end.
  Fingerprint fingerprint() const override { return fingerprint_; }
  int channels_together() const override { return layout(0).planar ? 1 : spec_.channels; }
  std::int64_t tile_px() const override {
    const LevelLayout& l = layout(0);
    return l.block_width == l.block_height ? l.block_width : 0;
  }

  /// How a level lies in the file; block sizes are what reads are best aligned to.
  const LevelLayout& layout(int level) const { return levels_[static_cast<std::size_t>(level)]; }
  /// "OME-BigTIFF, levels in SubIFDs", "TIFF, one level" …
  const std::string& format() const { return format_; }
  /// "deflate, predictor"
  const std::string& codec_text() const { return codec_; }

 private:
  struct Reader;  // a handle on one level, with the block it decoded last

  TiffSource(std::string path, std::vector<LevelLayout> levels, Facts facts,
             std::shared_ptr<const Sums> sums);
  Result<std::unique_ptr<Reader>> take_reader(int level) const;
  void give_back(int level, std::unique_ptr<Reader> reader) const;
  Status load_block(int level, Reader& reader, std::int64_t column, std::int64_t row,
                    int plane) const;
  Status decode_checked(int level, Reader& reader, std::int64_t index) const;
  Status read_blocks(const Region& region, MutableView out, Reader& reader, ReadContext& ctx) const;

  std::string path_, format_, codec_;
  std::vector<LevelLayout> levels_;
  std::shared_ptr<const Sums> sums_;  // null: nothing to check against
  ImageSpec spec_;
  Fingerprint fingerprint_;
  mutable std::mutex mutex_;                                        // of idle_
  mutable std::vector<std::vector<std::unique_ptr<Reader>>> idle_;  // per level
};

}  // namespace pantile::tiff
