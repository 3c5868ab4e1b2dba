#include "pipeline/generate/gpu_lanes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "compute/cuda/kernel_compiler.h"
#include "ops/formula/builtin_kernels/builtin_kernels.h"
#include "pipeline/folder/kernel_files.h"

namespace pantile {
namespace {

/// What is drawn waits in pinned memory, which counts: of a small budget, a part.
std::int64_t batch_bytes(const RunOptions& run, std::size_t gpus) {
  constexpr std::int64_t kUsual = std::int64_t{32} << 20;
  const auto shares = static_cast<std::int64_t>(16 * std::max<std::size_t>(1, gpus));
  return run.memory_bytes > 0 ? std::min(kUsual, run.memory_bytes / shares) : kUsual;
}

/// Kernels that are there.
class ReadOnly final : public cuda::CodeCache {
 public:
  explicit ReadOnly(std::shared_ptr<cuda::CodeCache> inner) : inner_(std::move(inner)) {}
  Result<std::string> find(const std::string& key) const override { return inner_->find(key); }
  Status keep(const std::string&, std::string_view) override { return {}; }

 private:
  const std::shared_ptr<cuda::CodeCache> inner_;
};

std::vector<std::shared_ptr<cuda::CodeCache>> open_caches(const CudaOptions& options) {
  std::vector<std::shared_ptr<cuda::CodeCache>> caches;
  for (const std::string& folder : options.kernel_folders) {
    caches.push_back(std::make_shared<KernelFiles>(folder));
    if (!options.keep_kernels) caches.back() = std::make_shared<ReadOnly>(caches.back());
  }
  caches.push_back(formula::builtin_kernel_cache());
  return caches;
}

/// The GPUs that are meant; of those that nobody named, the ones that can be used. Errors: those of
/// the driver, and of a GPU that was named; with none left, the last one's.
Result<std::vector<std::shared_ptr<const cuda::Device>>> open_devices(
    const RunOptions& run, std::vector<std::string>& left_out) {
  PANTILE_ASSIGN(const auto driver, cuda::Driver::open(run.cuda.driver));
  std::vector<int> ordinals = run.device.gpus;
  if (ordinals.empty()) {
    for (int i = 0; i < driver->device_count(); ++i) ordinals.push_back(i);
  }
  std::vector<std::shared_ptr<const cuda::Device>> devices;
  Status failed;
  for (const int ordinal : ordinals) {
    auto device = cuda::Device::open(driver, ordinal);
    if (device.ok()) {
      devices.push_back(std::move(*device));
    } else {
      if (!run.device.gpus.empty()) return device.error();
      failed = device.error();
      left_out.push_back(failed.error().message());
    }
  }
  if (devices.empty() && !failed.ok()) return failed.error();
  return devices;
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
  const bool must = wanted != Device::automatic;
  const auto devices = open_devices(run, lanes.left_out);
  if (!devices.ok()) {
    if (must) {
      return Error(devices.error().code(),
                   fmt::format("--device {}: {}; use --device cpu", device_words(run.device),
                               devices.error().message()));
    }
    lanes.none = devices.error().message();
    if (devices.error().code() != Code::not_found) lanes.notes.push_back(devices.error().message());
    return lanes;
  }
  cuda::KernelCompiler compiler(
      open_caches(run.cuda), run.cuda.nvrtc,
      [&](const std::string& warning) { lanes.notes.push_back(warning); });
  Status failed;
  for (const auto& device : *devices) {
    auto lane = formula::FormulaLane::make(program, image, device, compiler,
                                           {.tile_px = static_cast<std::int32_t>(tile_px),
                                            .batch_bytes = batch_bytes(run, devices->size()),
                                            .halves = halves});
    if (lane.ok()) {
      lanes.memory_bytes += (*lane)->pinned_bytes();
      lanes.lanes.push_back(std::move(*lane));
      continue;
    }
    failed = lane.error();
    lanes.left_out.push_back(fmt::format("GPU {} ({}) is not used: {}", device->facts().ordinal,
                                         device->facts().name, failed.error().message()));
    // What is missing, a compiler, the others miss too, and once is enough to say so.
    if (failed.error().code() == Code::not_found && lanes.lanes.empty()) break;
  }
  // Without a compiler the CPU does it, which the notes say; what is broken or full is an error.
  const bool no_compiler = !failed.ok() && failed.error().code() == Code::not_found;
  if (must && lanes.lanes.empty() && !no_compiler) {
    return Error(failed.error().code(),
                 fmt::format("--device {}: {}; use --device cpu", device_words(run.device),
                             fmt::join(lanes.left_out, "; ")));
  }
  lanes.notes.insert(lanes.notes.end(), lanes.left_out.begin(), lanes.left_out.end());
  if (lanes.lanes.empty()) lanes.none = fmt::format("{}", fmt::join(lanes.left_out, "; "));
  return lanes;
}

}  // namespace pantile
