#pragma once
/// \file
/// Images that are worked out when they are asked for: opened, filtered, cut, computed, written.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pantile/generate.h"
#include "pantile/geometry.h"
#include "pantile/image_spec.h"
#include "pantile/job.h"
#include "pantile/output_options.h"
#include "pantile/regions.h"
#include "pantile/result.h"
#include "pantile/statistics.h"
#include "pantile/tile_function.h"
#include "pantile/tile_source.h"
#include "pantile/view.h"

namespace pantile {

struct ImageState;

/// In which form an image is written; the path's ending decides the format.
struct WriteOptions {
  std::int64_t tile_px = 0, shard_px = 0;  ///< As in OutputOptions.
  int zstd_level = 1;
  TiffOptions tiff;
};

/// A lazy image: cheap to copy, never changed, thread-safe.
///
///     auto slide = pantile::Image::open("slide.ome.zarr");
///     auto edges = slide->apply("rescale(q=0.02:0.98) | gaussian(2) | sobel | threshold(0.2)");
///     edges->write("edges.ome.zarr", {}, {});
///
/// Nothing is read but by compute() and write(). Operators see all of the image that they are
/// applied to: of one that was cut out, boundary rules act at the cut.
class Image {
 public:
  /// Opens a job's folder, an .ome.zarr, a .tif, .tiff or .btf, a .png. Errors: not_found; foreign;
  /// corrupt; io.
  static Result<Image> open(const std::string& path);
  /// The picture that run_generate() would make, of the same options; `notes` gets what is worth
  /// saying. Errors: invalid.
  static Result<Image> formula(const GenerateOptions& options, JobListener* notes = nullptr);
  /// Any source.
  static Result<Image> of(std::shared_ptr<const TileSource> source);

  const ImageSpec& spec() const;
  /// Reads measure by themselves what has to be known of the whole image (quantiles), once.
  const std::shared_ptr<const TileSource>& source() const;
  /// The operators of docs/process.md, "a(1) | b". Operators that follow each other are computed
  /// together. Where an operator takes another image, "#1" is the first of `others`, and a text in
  /// quotes is a file. Errors: invalid, naming operator and parameter; those of open().
  Result<Image> apply(std::string_view operators, const std::vector<Image>& others = {}) const;
  /// A function of tiles, of every plane by itself; see apply_function().
  Result<Image> map(std::shared_ptr<const TileFunction> function,
                    const FunctionOptions& options) const;
  /// The connected components of what is not 0, numbered (u32) from 1 over the whole image, channel
  /// by channel and plane by plane, in an order that follows from the pixels alone. `connectivity`:
  /// 4, pixels that share an edge; 8, or a corner. Errors: invalid.
  Result<Image> label(int connectivity = 4) const;
  /// Of every label in a channel of this image: area, bounds, centre, and mean, least and greatest
  /// of `values` (null: none) there. Sums do not depend on threads. Errors: invalid (an image that
  /// is no label image, sizes that differ, channels that are not there); cancelled; those of what
  /// is read.
  Result<Regions> regions(int channel, const Image* values, int value_channel,
                          const RunOptions& run) const;
  /// Of every channel, in a pass over the image; the same bits whatever the threads. Errors, here
  /// and below: cancelled; those of what is read.
  Result<std::vector<ChannelStatistics>> statistics(const RunOptions& run) const;
  /// Of every channel the samples below which these shares of it lie (0 <= first < second <= 1),
  /// between neighbours as numpy.quantile; exactly, of any type, in as many passes as samples have
  /// 16 bits. NaN where no sample is a number. Errors: invalid.
  Result<std::vector<std::pair<double, double>>> quantiles(std::pair<double, double> shares,
                                                           const RunOptions& run) const;
  /// Of every channel how many samples lie in each of `bins` (up to kMostBins) equal bins from
  /// `low` to `high`, which belongs to the last; others are not counted. Errors: invalid.
  Result<std::vector<std::vector<std::uint64_t>>> histogram(double low, double high,
                                                            std::int64_t bins,
                                                            const RunOptions& run) const;
  static constexpr std::int64_t kMostBins = 65536;
  /// `rect` of level 0. Errors: invalid.
  Result<Image> crop(const Rect& rect) const;
  /// … and channels [c0, c1) of it.
  Result<Image> crop(const Rect& rect, int c0, int c1) const;
  /// Planes [t0, t1) and [z0, z1) of a stack. Errors: invalid.
  Result<Image> planes(std::int64_t t0, std::int64_t t1, std::int64_t z0, std::int64_t z1) const;

  /// Calls a function for every tile of level 0, or batch, for what it finds there: the `out` that
  /// it is given is empty. Tiles lie as those of map(). Errors: invalid (also of a stack);
  /// cancelled; those of the function and of what is read.
  Status visit(std::shared_ptr<const TileFunction> function, const FunctionOptions& options,
               const RunOptions& run) const;
  /// Computes `region` of level 0 into `out` (the region's size, the image's type, any strides,
  /// host memory) with run.threads threads. Errors: invalid; cancelled; those of what is read; of
  /// one that fails, `out` holds nothing of use.
  Status compute(const Region& region, MutableView out, const RunOptions& run) const;
  /// Computes all planes of level 0: plane (0, 0) into `out`, the others `planes` away from it.
  Status compute_all(MutableView out, PlaneStrides planes, const RunOptions& run) const;
  /// Writes level 0, and the levels halved from it, into an .ome.zarr, .tif, .tiff or .png, or goes
  /// on where an earlier call was stopped: as run_process() does. What is to be known of the whole
  /// image is a stage of its own and kept for a resume. Errors: those of run_process().
  Result<JobSummary> write(const std::string& output, const WriteOptions& options,
                           const RunOptions& run) const;

 private:
  explicit Image(std::shared_ptr<const ImageState> state);

  std::shared_ptr<const ImageState> state_;
};

}  // namespace pantile
