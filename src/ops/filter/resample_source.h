#pragma once
/// \file
/// An image in another size.

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include "pantile/tile_source.h"

namespace pantile::filter {

/// How samples are weighed, by their distance d in pixels of the coarser grid (where `antialias` is
/// off: of the source's).
enum class ResampleMethod : std::uint8_t {
  nearest,  ///< The sample whose square holds the centre.
  linear,   ///< 1 − d, up to 1.
  cubic,    ///< Keys' cubic with a = −1/2, up to 2.
  lanczos,  ///< sinc(d)·sinc(d/3), up to 3.
  area,     ///< By the area that the new pixel covers.
};
std::optional<ResampleMethod> resample_method(std::string_view word);

struct Resampling {
  std::int64_t width = 1, height = 1;
  ResampleMethod method = ResampleMethod::linear;
  bool antialias = true;  ///< Of linear, cubic and lanczos.
};

/// The samples of one axis that make up sample `i` of `out`: weights from `first` on.
struct Taps {
  std::int64_t first = 0;
  std::vector<double> weights;  ///< Their sum is 1, up to rounding; no zeros at the ends.
};
/// Centres are half-pixel: sample i lies at (i + ½)·in/out − ½. Samples beyond the edges do not
/// count; the weights of the others make up for them. Not of `nearest`.
Taps resampling_taps(std::int64_t i, std::int64_t in, std::int64_t out, const Resampling& how);

/// Level 0 of `inner` in the size of `how`: columns are summed up first, then rows, each from the
/// lowest to the highest, in 32-bit floats, or 64-bit where the samples need it; integers are
/// rounded, ties to even, and limited. The source is read piece by piece, however much it shrinks.
/// Thread-safe as `inner` is.
class ResampleSource final : public TileSource {
 public:
  /// `spec`: of the result; its type is the source's, or f32 for f16.
  ResampleSource(std::shared_ptr<const TileSource> inner, ImageSpec spec, const Resampling& how,
                 Fingerprint fingerprint);
  ~ResampleSource() override;

  const ImageSpec& spec() const override { return spec_; }
  Cost cost(const Region& region) const override;
  Status read(const Region& region, MutableView out, ReadContext& ctx) const override;
  Fingerprint fingerprint() const override { return fingerprint_; }
  int channels_together() const override { return inner_->channels_together(); }

 private:
  struct Work;
  template <class T> class Weigher;
  Status read_nearest(const Region& region, const MutableView& out, ReadContext& ctx) const;
  template <class T>
  Status read_weighted(const Region& region, const MutableView& out, ReadContext& ctx) const;
  Region below(const Region& region, int channel, const Rect& rect) const;

  std::shared_ptr<const TileSource> inner_;
  ImageSpec spec_;
  Resampling how_;
  std::int64_t in_width_, in_height_;
  Fingerprint fingerprint_;
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<Work>> free_;  ///< What no read uses now.
};

}  // namespace pantile::filter
