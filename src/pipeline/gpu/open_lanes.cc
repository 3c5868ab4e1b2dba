#include "pipeline/gpu/open_lanes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "compute/cuda/pixel_batch.h"
#include "grid/tile_grid.h"
#include "pipeline/drain/lane_window.h"
#include "pipeline/drain/memory_plan.h"
#include "pipeline/gpu/open_devices.h"

namespace pantile {
namespace {

/// All lanes have a quarter of the budget, and no batch is larger than makes sense. Besides
/// what is under way, what workers hold is enough for each to have one tile in hand and one to
/// come. Errors: out_of_memory.
Result<LaneBatches> plan_batches(const RunOptions& run, std::int64_t gpus,
                                 std::int64_t tile_bytes) {
  constexpr std::int64_t kUsual = std::int64_t{32} << 20, kLeastBatches = 4;
  const std::int64_t threads = wanted_threads(run);
  const std::int64_t share_bytes = wanted_budget_bytes(run) / (4 * gpus);
  const std::int64_t tiles = std::clamp<std::int64_t>(
      std::min(kUsual, share_bytes / kLeastBatches) / tile_bytes, 1, cuda::kMostTiles);
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
  return LaneBatches{tiles * tile_bytes, static_cast<int>(batches)};
}

/// The user is told at once why nothing happens, and may stop it.
cuda::CompileWatch watch_of(const std::string& what, const RunOptions& run) {
  cuda::CompileWatch watch;
  if (run.listener != nullptr) {
    watch.on_begin = [&run, what](const cuda::Nvrtc& nvrtc) {
      run.listener->on_note(fmt::format(
          "NVRTC {} compiles the {} for GPUs: once, and for a while if it is a long one",
          nvrtc.version(), what));
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
bool is_tiny(const GpuWork& work, const RunOptions& run) {
  return work.samples < static_cast<double>(run.cuda.auto_samples) * wanted_threads(run);
}

}  // namespace

Result<JobLanes> open_lanes(const GpuWork& work, const RunOptions& run) {
  JobLanes lanes;
  const Device wanted = run.device.kind;
  if (wanted == Device::cpu) {
    lanes.none = "--device cpu asks for no GPU";
    return lanes;
  }
  lanes.workers_read = wanted != Device::cuda;
  lanes.are_optional = wanted == Device::automatic;
  const bool must = !lanes.are_optional;
  if (!must && is_tiny(work, run)) {
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
      [&](const std::string& warning) { lanes.notes.push_back(warning); },
      watch_of(work.what, run));
  Status failed;
  const auto batches = plan_batches(run, std::ssize(*devices), work.tile_bytes);
  std::set<std::string> without_code;  // kinds of GPUs
  for (const auto& device : *devices) {
    // What is missing, a compiler, another of its kind misses too, and once is enough to say so.
    if (without_code.contains(device->facts().architecture())) continue;
    Result<std::unique_ptr<TileLane>> lane =
        batches.ok() ? work.make(device, compiler, *batches) : batches.error();
    if (lane.ok()) {
      lanes.memory_bytes +=
          std::int64_t{(*lane)->batches()} * (*lane)->batch_tiles() * work.tile_bytes;
      lanes.lanes.push_back(std::move(*lane));
      continue;
    }
    failed = lane.error();
    if (failed.error().code() == Code::cancelled) return failed.error();
    lanes.left_out.push_back(not_used(device->facts(), failed.error().message()));
    if (failed.error().code() == Code::not_found) {
      without_code.insert(device->facts().architecture());
    }
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
