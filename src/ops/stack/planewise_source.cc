#include "ops/stack/planewise_source.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/hash.h"
#include "ops/crop/crop_source.h"

namespace pantile {
namespace {

Result<std::shared_ptr<const TileSource>> one_plane(std::shared_ptr<const TileSource> stack,
                                                    std::int64_t t, std::int64_t z) {
  CropSource::Part part = CropSource::whole(stack->spec());
  part.t0 = t;
  part.t1 = t + 1;
  part.z0 = z;
  part.z1 = z + 1;
  PANTILE_ASSIGN(std::shared_ptr<const TileSource> plane, CropSource::take(std::move(stack), part));
  return plane;
}

}  // namespace

Result<PlanewiseSource::Source> PlanewiseSource::create(Source stack, Make make) {
  PANTILE_ASSIGN(Source plane, one_plane(stack, 0, 0));
  PANTILE_ASSIGN(Source first, make(std::move(plane)));
  return Source(new PlanewiseSource(std::move(stack), std::move(make), std::move(first)));
}

PlanewiseSource::PlanewiseSource(Source stack, Make make, Source first)
    : stack_(std::move(stack)),
      make_(std::move(make)),
      first_(std::move(first)),
      spec_(first_->spec()) {
  const ImageSpec& from = stack_->spec();
  spec_.t = from.t;
  spec_.z = from.z;
  spec_.t_step = from.t_step;
  spec_.z_step = from.z_step;
}

Cost PlanewiseSource::cost(const Region& region) const {
  Region of_plane = region;
  of_plane.t = of_plane.z = 0;
  Cost cost = first_->cost(of_plane);
  cost.shared_bytes *= kPlanesKept;
  return cost;
}

Result<PlanewiseSource::Source> PlanewiseSource::plane(std::int64_t t, std::int64_t z) const {
  const std::pair<std::int64_t, std::int64_t> key(t, z);
  const std::lock_guard lock(mutex_);
  const auto at = std::ranges::find(kept_, key, [](const auto& entry) { return entry.first; });
  if (at != kept_.end()) {
    kept_.splice(kept_.begin(), kept_, at);
    return kept_.front().second;
  }
  PANTILE_ASSIGN(Source plane, one_plane(stack_, t, z));
  PANTILE_ASSIGN(Source made, make_(std::move(plane)));
  kept_.emplace_front(key, std::move(made));
  if (kept_.size() > kPlanesKept) kept_.pop_back();
  return kept_.front().second;
}

Status PlanewiseSource::read(const Region& region, MutableView out, ReadContext& ctx) const {
  PANTILE_TRY(check_read(spec_, region, out));
  PANTILE_ASSIGN(const Source source, plane(region.t, region.z));
  Region of_plane = region;
  of_plane.t = of_plane.z = 0;
  const Status read = source->read(of_plane, out, ctx);
  if (read.ok()) return read;
  return read.error().with_context(fmt::format("plane t {}, z {}", region.t, region.z));
}

Fingerprint PlanewiseSource::fingerprint() const {
  return Hasher()
      .add("planewise 1")
      .add(stack_->fingerprint().hex())
      .add(first_->fingerprint().hex())
      .finish();
}

}  // namespace pantile
