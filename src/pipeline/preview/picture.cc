#include "pipeline/preview/picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "io/store/os_error.h"
#include "ops/crop/crop_source.h"
#include "pipeline/drain/disk_space.h"
#include "pipeline/drain/memory_plan.h"
#include "pipeline/drain/stage_reporter.h"
#include "pipeline/preview/value_colours.h"
#include "runtime/memory.h"

namespace pantile {
namespace {

/// A side of what is read at a time, for asking a source what that takes.
constexpr std::int64_t kPiecePx = 1024;

Status check_one_plane(const OpenImage& image) {
  const ImageSpec& spec = image.source->spec();
  if (!spec.is_stack()) return {};
  return Error(Code::foreign, fmt::format("{} has {} planes (t {}, z {}); pictures are made of "
                                          "images of one",
                                          image.path, spec.t * spec.z, spec.t, spec.z));
}

}  // namespace

Result<OpenImage> open_view(const std::string& input, const std::optional<Rect>& region,
                            const RecolourOptions& colour, bool as_picture,
                            ColourSource::Levels levels) {
  PANTILE_ASSIGN(OpenImage image, open_image(input));
  if (as_picture || colour.any()) PANTILE_TRY(check_one_plane(image));
  const ImageSpec spec = image.source->spec();
  if (region) {
    PANTILE_ASSIGN(image.source, CropSource::create(image.source, *region));
  }
  const bool pictures_only = as_picture && spec.kind == Kind::intensity && spec.channels != 1;
  if (pictures_only && !colour.any()) {
    return Error(Code::foreign, fmt::format("{} has {} channels of values, expected colours or "
                                            "one channel; give --colormap to see the first",
                                            image.path, spec.channels));
  }
  if (as_picture || colour.any()) {
    PANTILE_ASSIGN(image.source,
                   colour_values(image.source, image.path, image.facts_json, colour, levels));
  }
  return image;
}

Status check_apart(const std::string& input, const std::string& output) {
  if (input.empty()) return {};
  namespace fs = std::filesystem;
  std::error_code error;
  if (fs::equivalent(input, output, error)) {
    return Error(Code::invalid, output + " is the input itself; choose another name");
  }
  const fs::path a = fs::weakly_canonical(input, error);
  if (error) return os_error(error.value(), "resolve", input);
  const fs::path b = fs::weakly_canonical(output, error);
  if (error) return os_error(error.value(), "resolve", output);
  const auto [rest_a, rest_b] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  if (rest_a != a.end() && rest_b != b.end()) return {};
  const bool inside = rest_a == a.end();
  return Error(Code::invalid, fmt::format("{} {} the input {}; choose a place apart from it",
                                          output, inside ? "lies inside" : "contains", input));
}

Result<JobSummary> write_picture(const OpenImage& image, const FittedSize& size,
                                 const std::string& path, const RunOptions& run) {
  const auto begin = std::chrono::steady_clock::now();
  const ImageSpec& spec = image.source->spec();
  const LevelInfo& whole = spec.levels.front();
  const Rect piece{0, 0, std::min(whole.width, kPiecePx), std::min(whole.height, kPiecePx)};
  const Cost cost = image.source->cost(spec.region(0, piece));
  const auto working = [&](int threads) {
    return preview_memory_bytes(spec, size.width, threads) + threads * cost.scratch_bytes +
           cost.shared_bytes;
  };
  PANTILE_ASSIGN(const MemoryPlan memory, plan_memory(run, working, 1, 0));
  StageReporter stage(run.listener, "picture", "rows", size.height);
  PANTILE_TRY(write_preview(image.source, size.width, size.height, path, memory.threads, run.cancel,
                            [&stage](std::int64_t rows) { stage.add(rows); }));
  JobSummary summary;
  summary.stages.push_back(stage.end());
  summary.pixels = summary.pixels_done = size.width * size.height;
  summary.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  summary.peak_memory_bytes = peak_resident_bytes();
  summary.outputs.push_back(
      {path, summary.pixels * image.source->spec().pixel_bytes(), disk_bytes(path)});
  return summary;
}

}  // namespace pantile
