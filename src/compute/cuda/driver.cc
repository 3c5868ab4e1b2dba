#include "compute/cuda/driver.h"

#include <fmt/format.h>

namespace pantile::cuda {

Result<std::shared_ptr<const Driver>> Driver::open(const std::string& path) {
  const std::string name = path.empty() ? "libcuda.so.1" : path;
  auto library = SharedLibrary::open({&name, 1});
  if (!library.ok()) {
    return Error(Code::not_found, "no NVIDIA driver: " + library.error().message());
  }
  std::shared_ptr<Driver> driver(new Driver(std::move(*library)));
  PANTILE_TRY(driver->start());
  return std::shared_ptr<const Driver>(std::move(driver));
}

Status Driver::start() {
#define PANTILE_CUDA_FIND(member, symbol, parameters) \
  PANTILE_TRY(library_.find(#symbol, functions_.member));
  PANTILE_CUDA_FUNCTIONS(PANTILE_CUDA_FIND)
#undef PANTILE_CUDA_FIND
#define PANTILE_CUDA_TRY_TO_FIND(member, symbol, parameters) \
  static_cast<void>(library_.find(#symbol, functions_.member));
  PANTILE_CUDA_OPTIONAL_FUNCTIONS(PANTILE_CUDA_TRY_TO_FIND)
#undef PANTILE_CUDA_TRY_TO_FIND
  // Only a machine without a GPU does as one without a driver; a driver that fails is told of.
  constexpr api::Outcome kNoDevice = 100;
  const api::Outcome outcome = functions_.init(0);
  if (const Status started = check(outcome, "starting the NVIDIA driver"); !started.ok()) {
    return outcome == kNoDevice ? Error(Code::not_found, started.error().message())
                                : started.error();
  }
  int version = 0;
  PANTILE_TRY(check(functions_.driver_version(&version), "asking for the driver's version"));
  version_ = fmt::format("{}.{}", version / 1000, version % 1000 / 10);
  PANTILE_TRY(check(functions_.device_count(&device_count_), "counting the GPUs"));
  if (device_count_ == 0) return Error(Code::not_found, "the NVIDIA driver finds no GPU");
  return {};
}

Status Driver::check(api::Outcome outcome, std::string_view what) const {
  if (outcome == 0) return {};
  const char *name = nullptr, *words = nullptr;
  if (functions_.error_name(outcome, &name) != 0) name = nullptr;
  if (functions_.error_words(outcome, &words) != 0) words = nullptr;
  return Error(outcome == api::kOutOfMemory ? Code::out_of_memory : Code::io,
               fmt::format("{} failed: {} ({})", what, words != nullptr ? words : "unknown error",
                           name != nullptr ? name : std::to_string(outcome).c_str()));
}

}  // namespace pantile::cuda
