#include "pantile/image.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "ops/crop/crop_source.h"
#include "ops/filter/settle.h"
#include "ops/label/label_source.h"
#include "ops/label/regions.h"
#include "ops/stack/planewise_source.h"
#include "pipeline/drain/stage_reporter.h"
#include "pipeline/generate/resolve.h"
#include "pipeline/image/compute.h"
#include "pipeline/image/prepare.h"
#include "pipeline/image/write.h"
#include "pipeline/process/measured_source.h"
#include "pipeline/process/open_input.h"
#include "pipeline/process/prepared_labels.h"
#include "pipeline/process/prepared_stitch.h"
#include "runtime/workers.h"

namespace pantile {

Status prepare(const ImageState& image, const RunOptions& run) {
  std::vector<StageSummary> stages;
  const int threads = run.threads > 0 ? run.threads : available_cores();
  for (const auto& prepared : image.prepared) {
    PANTILE_TRY(prepared->prepare(nullptr, threads, run, stages));
  }
  return {};
}

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

Result<Image> Image::apply(std::string_view operators, const std::vector<Image>& others) const {
  PANTILE_ASSIGN(const filter::Chain chain, filter::parse_chain(operators));
  ImageState state = *state_;
  const auto graph_of = [](const ImageState& image) {
    return image.graph ? *image.graph : filter::Graph::leaf(image.base);
  };
  std::vector<filter::Graph> given;
  for (const Image& other : others) {
    given.push_back(graph_of(*other.state_));
    const ImageState::AllPrepared& before = other.state_->prepared_before;
    state.prepared_before.insert(state.prepared_before.end(), before.begin(), before.end());
  }
  const auto open = [](const std::string& path) -> Result<filter::Graph> {
    PANTILE_ASSIGN(const Image file, Image::open(path));
    return filter::Graph::leaf(file.source());
  };
  PANTILE_ASSIGN(state.graph, filter::apply_chain(chain, graph_of(*state_), open, given));
  state.prepared = state.prepared_before;
  if (!filter::is_settled(*state.graph)) {
    PANTILE_ASSIGN(const auto source, MeasuredSource::make(*state.graph));
    state.prepared.push_back(source);
    state.source = source;
  } else {
    PANTILE_ASSIGN(state.source, filter_and_crop(*state.graph, std::nullopt));
  }
  return Image(std::make_shared<const ImageState>(std::move(state)));
}

Result<Image> Image::map(std::shared_ptr<const TileFunction> function,
                         const FunctionOptions& options) const {
  if (spec().is_stack()) {
    const auto of_plane = [function, options](std::shared_ptr<const TileSource> plane) {
      return apply_function(std::move(plane), function, options);
    };
    PANTILE_ASSIGN(auto stack, PlanewiseSource::create(state_->source, of_plane));
    return Image(std::make_shared<const ImageState>(state_->over(std::move(stack))));
  }
  PANTILE_ASSIGN(auto source, apply_function(state_->source, std::move(function), options));
  ImageState state = state_->over(source);
  if (auto labels = std::dynamic_pointer_cast<const StitchSource>(source)) {
    auto prepared = std::make_shared<const PreparedStitch>(std::move(labels));
    state.prepared.push_back(prepared);
    state.prepared_before.push_back(std::move(prepared));
  }
  return Image(std::make_shared<const ImageState>(std::move(state)));
}

Result<Image> Image::label(int connectivity) const {
  if (connectivity != 4 && connectivity != 8) {
    return Error(Code::invalid,
                 fmt::format("connectivity of label is {}: expected 4 or 8", connectivity));
  }
  PANTILE_ASSIGN(auto source, label::LabelSource::make(
                                  state_->source, connectivity == 4 ? label::Connectivity::four
                                                                    : label::Connectivity::eight));
  ImageState state = state_->over(source);
  auto prepared = std::make_shared<const PreparedLabels>(std::move(source));
  state.prepared.push_back(prepared);
  state.prepared_before.push_back(std::move(prepared));
  return Image(std::make_shared<const ImageState>(std::move(state)));
}

Result<Regions> Image::regions(int channel, const Image* values, int value_channel,
                               const RunOptions& run) const {
  const FloatEnvironmentScope float_environment;
  if (spec().is_stack() || (values != nullptr && values->spec().is_stack())) {
    return Error(Code::invalid, "regions are those of one plane: choose a t and a z");
  }
  PANTILE_TRY(prepare(*state_, run));
  if (values != nullptr) PANTILE_TRY(prepare(*values->state_, run));
  StageReporter reporter(run.listener, "regions", "px", spec().levels.front().bounds().area());
  Result<Regions> regions = label::measure_regions(
      *state_->source, channel, values != nullptr ? values->state_->source.get() : nullptr,
      value_channel, run.threads > 0 ? run.threads : available_cores(), run.cancel,
      [&](std::int64_t px) { reporter.add(px); });
  if (regions.ok()) reporter.end();
  return regions;
}

Result<Image> Image::crop(const Rect& rect) const { return crop(rect, 0, spec().channels); }

Result<Image> Image::crop(const Rect& rect, int c0, int c1) const {
  CropSource::Part part = CropSource::whole(spec());
  part.rect = rect;
  part.c0 = c0;
  part.c1 = c1;
  PANTILE_ASSIGN(std::shared_ptr<const TileSource> source, CropSource::take(state_->source, part));
  return Image(std::make_shared<const ImageState>(state_->over(std::move(source))));
}

Result<Image> Image::planes(std::int64_t t0, std::int64_t t1, std::int64_t z0,
                            std::int64_t z1) const {
  CropSource::Part part = CropSource::whole(spec());
  part.t0 = t0;
  part.t1 = t1;
  part.z0 = z0;
  part.z1 = z1;
  PANTILE_ASSIGN(std::shared_ptr<const TileSource> source, CropSource::take(state_->source, part));
  return Image(std::make_shared<const ImageState>(state_->over(std::move(source))));
}

Status Image::compute(const Region& region, MutableView out, const RunOptions& run) const {
  const FloatEnvironmentScope float_environment;
  PANTILE_TRY(prepare(*state_, run));
  return compute_region(*state_->source, region, out, run);
}

Status Image::compute_all(MutableView out, PlaneStrides planes, const RunOptions& run) const {
  const FloatEnvironmentScope float_environment;
  PANTILE_TRY(prepare(*state_, run));
  return compute_planes(*state_->source, out, planes, run);
}

Result<JobSummary> Image::write(const std::string& output, const WriteOptions& options,
                                const RunOptions& run) const {
  const FloatEnvironmentScope float_environment;
  return write_image_file(*state_, output, options, run);
}

}  // namespace pantile
