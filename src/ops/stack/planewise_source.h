#pragma once
/// \file
/// What is made of images of one plane, made of every plane of a stack.

#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <utility>

#include "pantile/tile_source.h"

namespace pantile {

/// For every plane (t, z) of an image a source is made when it is first read. Those of the planes
/// that were read last are kept, since stacks are gone through plane by plane; of the others
/// whatever they had found out is lost. Thread-safe.
class PlanewiseSource final : public TileSource {
 public:
  using Source = std::shared_ptr<const TileSource>;
  /// What is made of one plane, an image with t = z = 1. Of every plane it has the same spec; it is
  /// cheap, since it reads nothing. Called by one thread at a time.
  using Make = std::function<Result<Source>(Source plane)>;
  /// Planes kept: a job has two under way where it goes from one to the next.
  static constexpr int kPlanesKept = 2;

  /// Errors: those of `make` for the first plane.
  static Result<Source> create(Source stack, Make make);

  const ImageSpec& spec() const override { return spec_; }
  Cost cost(const Region& region) const override;
  Status read(const Region& region, MutableView out, ReadContext& ctx) const override;
  Fingerprint fingerprint() const override;
  int channels_together() const override { return first_->channels_together(); }
  std::int64_t tile_px() const override { return first_->tile_px(); }

 private:
  PlanewiseSource(Source stack, Make make, Source first);
  Result<Source> plane(std::int64_t t, std::int64_t z) const;

  Source stack_;
  Make make_;
  Source first_;  ///< Of plane (0, 0), for spec and costs.
  ImageSpec spec_;
  mutable std::mutex mutex_;
  mutable std::list<std::pair<std::pair<std::int64_t, std::int64_t>, Source>>
      kept_;  ///< Newest first.
};

}  // namespace pantile
