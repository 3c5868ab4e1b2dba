#include "pantile/image.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "ops/crop/crop_source.h"
#include "ops/filter/quantiles.h"
#include "pipeline/generate/resolve.h"
#include "pipeline/image/compute.h"
#include "pipeline/image/image_state.h"
#include "pipeline/image/write.h"
#include "pipeline/process/open_input.h"
#include "runtime/workers.h"

namespace pantile {

Image::Image(std::shared_ptr<const ImageState> state) : state_(std::move(state)) {}

Result<Image> Image::open(const std::string& path) {
  PANTILE_ASSIGN(OpenImage opened, open_input(path));
  ImageState state;
  state.source = opened.source;
  state.base = opened.source;
  state.origin = std::move(opened);
  return Image(std::make_shared<const ImageState>(std::move(state)));
}

Result<Image> Image::of(std::shared_ptr<const TileSource> source) {
  const ImageSpec& spec = source->spec();
  if (spec.t * spec.z != 1) {
    return Error(Code::invalid, fmt::format("{} has {} planes (t {}, z {}): expected one",
                                            spec.name, spec.t * spec.z, spec.t, spec.z));
  }
  ImageState state;
  state.source = source;
  state.base = std::move(source);
  return Image(std::make_shared<const ImageState>(std::move(state)));
}

Result<Image> Image::formula(const GenerateOptions& options, JobListener* notes) {
  const FloatEnvironmentScope float_environment;
  PANTILE_ASSIGN(const ResolvedGenerate resolved, resolve_generate(options));
  tell(resolved, notes);
  return of(resolved.job.source);
}

const ImageSpec& Image::spec() const { return state_->source->spec(); }
const std::shared_ptr<const TileSource>& Image::source() const { return state_->source; }

Result<Image> Image::apply(std::string_view operators) const {
  PANTILE_ASSIGN(const filter::Chain more, filter::parse_chain(operators));
  ImageState state = *state_;
  state.chain.insert(state.chain.end(), more.begin(), more.end());
  state.measured = state.measured_before;
  if (filter::first_unsettled(state.chain) < state.chain.size()) {
    PANTILE_ASSIGN(const auto source, MeasuredSource::make(state.base, state.chain));
    state.measured.push_back(source);
    state.source = source;
  } else {
    PANTILE_ASSIGN(state.source, filter_and_crop(state.base, {state.chain}, std::nullopt));
  }
  return Image(std::make_shared<const ImageState>(std::move(state)));
}

Result<Image> Image::map(std::shared_ptr<const TileFunction> function,
                         const FunctionOptions& options) const {
  PANTILE_ASSIGN(auto source, apply_function(state_->source, std::move(function), options));
  return Image(std::make_shared<const ImageState>(state_->over(std::move(source))));
}

Result<Image> Image::crop(const Rect& rect) const { return crop(rect, 0, spec().channels); }

Result<Image> Image::crop(const Rect& rect, int c0, int c1) const {
  PANTILE_ASSIGN(std::shared_ptr<const TileSource> source,
                 CropSource::create(state_->source, rect, c0, c1));
  return Image(std::make_shared<const ImageState>(state_->over(std::move(source))));
}

Status Image::compute(const Region& region, MutableView out, const RunOptions& run) const {
  const FloatEnvironmentScope float_environment;
  std::vector<StageSummary> stages;
  const int threads = run.threads > 0 ? run.threads : available_cores();
  for (const auto& measured : state_->measured) {
    PANTILE_TRY(measured->measure(nullptr, threads, run, stages));
  }
  return compute_region(*state_->source, region, out, run);
}

Result<JobSummary> Image::write(const std::string& output, const WriteOptions& options,
                                const RunOptions& run) const {
  const FloatEnvironmentScope float_environment;
  return write_image_file(*state_, output, options, run);
}

}  // namespace pantile
