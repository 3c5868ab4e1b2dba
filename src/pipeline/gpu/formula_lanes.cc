#include "pipeline/gpu/formula_lanes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "compute/cuda/kernel_compiler.h"
#include "grid/tile_grid.h"
#include "pipeline/drain/lane_window.h"
#include "pipeline/drain/memory_plan.h"
#include "pipeline/gpu/open_devices.h"

namespace pantile {
namespace {

/// A lane's batches in the host's memory, which counts.
struct BatchPlan {
  std::int64_t batch_bytes = 0;
  int batches = 0;
};

/// All lanes have a quarter of the budget, and no batch is larger than makes sense. Besides
/// what is under way, what workers hold is enough for each to have one tile in hand and one to
/// come. Errors: out_of_memory.
Result<BatchPlan> plan_batches(const RunOptions& run, std::int64_t gpus, std::int64_t tile_bytes) {
  constexpr std::int64_t kUsual = std::int64_t{32} << 20, kLeastBatches = 4;
  const std::int64_t threads = wanted_threads(run);
  const std::int64_t share_bytes = wanted_budget_bytes(run) / (4 * gpus);
  const std::int64_t tiles = std::clamp<std::int64_t>(
      std::min(kUsual, share_bytes / kLeastBatches) / tile_bytes, 1, formula::kMostTiles);
  const std::int64_t wanted =
      kMostUnderWay +
      std::max<std::int64_t>(kLeastBatches - kMostUnderWay, ceil_div(2 * threads, tiles * gpus));
  const std::int64_t batches = std::min(wanted, share_bytes / (tiles * tile_bytes));
  if (batches < 2) {
    return Error(Code::out_of_memory,
                 fmt::format("two tiles of {} bytes do not fit into a GPU's share of the memory "
                             "budget, {} bytes; give more --memory or a smaller --tile",
                             tile_bytes, share_bytes));
  }
  return BatchPlan{tiles * tile_bytes, static_cast<int>(batches)};
}

/// The user is told at once why nothing happens, and may stop it.
cuda::CompileWatch watch_of(const RunOptions& run) {
  cuda::CompileWatch watch;
  if (run.listener != nullptr) {
    watch.on_begin = [&run](const cuda::Nvrtc& nvrtc) {
      run.listener->on_note(fmt::format(
          "NVRTC {} compiles the formula for GPUs: once, and for a while if it is a long one",
          nvrtc.version()));
    };
  }
  if (run.cancel != nullptr) watch.is_cancelled = [&run] { return run.cancel->cancelled(); };
  return watch;
}

/// Most errors of a device name it already.
std::string not_used(const cuda::DeviceFacts& facts, std::string_view why) {
  const std::string name = fmt::format("GPU {} ({})", facts.ordinal, facts.name);
  if (why.starts_with(name + ": ")) why.remove_prefix(name.size() + 2);
  return fmt::format("{} is not used: {}", name, why);
}

/// Whether the CPU alone is as soon done. Opening a GPU takes about half a second, and another one
/// where the kernel has to be compiled; in that time a worker draws 10^8 samples of `complex`.
bool is_tiny(const formula::FormulaImage& image, const RunOptions& run) {
  const auto samples = static_cast<double>(image.frame.width) *
                       static_cast<double>(image.frame.height) *
                       static_cast<double>(image.frame.samples * image.frame.samples);
  return samples < static_cast<double>(run.cuda.auto_samples) * wanted_threads(run);
}

}  // namespace

formula::Halves halves_for(const SinkPlan& plan) {
  return plan.spec.levels.size() > 1 ? formula::Halves::yes : formula::Halves::no;
}

Result<JobLanes> open_gpu_lanes(const formula::Program& program, const formula::FormulaImage& image,
                                std::int64_t tile_px, formula::Halves halves,
                                const RunOptions& run) {
  JobLanes lanes;
  const Device wanted = run.device.kind;
  if (wanted == Device::cpu) {
    lanes.none = "--device cpu asks for no GPU";
    return lanes;
  }
  lanes.workers_read = wanted != Device::cuda;
  lanes.are_optional = wanted == Device::automatic;
  const bool must = !lanes.are_optional;
  if (!must && is_tiny(image, run)) {
    lanes.none = "the picture is so small that --device auto leaves it to the CPU";
    return lanes;
  }
  const auto devices = open_devices(run, lanes.left_out);
  if (!devices.ok()) {
    // Each GPU may have a reason of its own.
    lanes.none = lanes.left_out.empty() ? devices.error().message()
                                        : fmt::format("{}", fmt::join(lanes.left_out, "; "));
    if (must) {
      return Error(devices.error().code(), fmt::format("--device {}: {}; use --device cpu",
                                                       device_words(run.device), lanes.none));
    }
    if (devices.error().code() != Code::not_found) lanes.notes.push_back(lanes.none);
    return lanes;
  }
  cuda::KernelCompiler compiler(
      open_caches(run.cuda), run.cuda.nvrtc,
      [&](const std::string& warning) { lanes.notes.push_back(warning); }, watch_of(run));
  Status failed;
  const auto px = static_cast<std::int32_t>(tile_px);
  const auto batches = plan_batches(run, std::ssize(*devices),
                                    formula::FormulaLane::bytes_of_tile(image, px, halves));
  for (const auto& device : *devices) {
    Result<std::unique_ptr<formula::FormulaLane>> lane =
        batches.ok() ? formula::FormulaLane::make(program, image, device, compiler,
                                                  {.tile_px = px,
                                                   .batch_bytes = batches->batch_bytes,
                                                   .batches = batches->batches,
                                                   .halves = halves})
                     : batches.error();
    if (lane.ok()) {
      lanes.memory_bytes += (*lane)->pinned_bytes();
      lanes.lanes.push_back(std::move(*lane));
      continue;
    }
    failed = lane.error();
    if (failed.error().code() == Code::cancelled) return failed.error();
    lanes.left_out.push_back(not_used(device->facts(), failed.error().message()));
    // What is missing, a compiler, the others miss too, and once is enough to say so.
    if (failed.error().code() == Code::not_found && lanes.lanes.empty()) break;
  }
  lanes.notes.insert(lanes.notes.end(), lanes.left_out.begin(), lanes.left_out.end());
  // Without a compiler the CPU does it, which the notes say; what is broken or full is an error.
  const bool no_compiler = !failed.ok() && failed.error().code() == Code::not_found;
  if (must && lanes.lanes.empty() && !no_compiler) {
    return Error(failed.error().code(),
                 fmt::format("--device {}: {}; use --device cpu", device_words(run.device),
                             fmt::join(lanes.notes, "; ")));
  }
  if (lanes.lanes.empty()) {
    lanes.none = fmt::format("{}", fmt::join(lanes.left_out, "; "));
    if (!lanes.left_out.empty()) lanes.notes.back() += "; the CPU draws";
  }
  return lanes;
}

}  // namespace pantile
