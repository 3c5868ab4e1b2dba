#include "pipeline/gpu/open_devices.h"

#include <optional>
#include <utility>

#include "ops/formula/gpu/builtin_kernels/builtin_kernels.h"
#include "pipeline/folder/kernel_files.h"
#include "runtime/workers.h"

namespace pantile {
namespace {

/// Kernels that are there.
class ReadOnly final : public cuda::CodeCache {
 public:
  explicit ReadOnly(std::shared_ptr<cuda::CodeCache> inner) : inner_(std::move(inner)) {}
  Result<std::string> find(const std::string& key) const override { return inner_->find(key); }
  Status keep(const std::string&, std::string_view) override { return {}; }

 private:
  const std::shared_ptr<cuda::CodeCache> inner_;
};

}  // namespace

std::vector<std::shared_ptr<cuda::CodeCache>> open_caches(const CudaOptions& options) {
  std::vector<std::shared_ptr<cuda::CodeCache>> caches;
  for (const std::string& folder : options.kernel_folders) {
    caches.push_back(std::make_shared<KernelFiles>(folder));
    if (!options.keep_kernels) caches.back() = std::make_shared<ReadOnly>(caches.back());
  }
  caches.push_back(formula::builtin_kernel_cache());
  return caches;
}

Result<std::vector<std::shared_ptr<const cuda::Device>>> open_devices(
    const RunOptions& run, std::vector<std::string>& left_out) {
  PANTILE_ASSIGN(const auto driver, cuda::Driver::open(run.cuda.driver));
  std::vector<int> ordinals = run.device.gpus;
  if (ordinals.empty()) {
    for (int i = 0; i < driver->device_count(); ++i) ordinals.push_back(i);
  }
  // Each takes a good part of a second, most of it waiting.
  std::vector<std::optional<Result<std::shared_ptr<const cuda::Device>>>> opened(ordinals.size());
  PANTILE_TRY(run_workers(static_cast<int>(ordinals.size()), [&](int i) -> Status {
    const auto k = static_cast<std::size_t>(i);
    opened[k] = cuda::Device::open(driver, ordinals[k]);
    return {};
  }));
  std::vector<std::shared_ptr<const cuda::Device>> devices;
  Status failed;
  for (auto& outcome : opened) {
    auto& device = *outcome;
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

}  // namespace pantile
