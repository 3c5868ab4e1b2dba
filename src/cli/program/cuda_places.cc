#include "cli/program/cuda_places.h"

#include <cstdlib>
#include <optional>
#include <string>

namespace pantile::cli {
namespace {

std::optional<std::string> variable(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) return std::nullopt;
  return value;
}

}  // namespace

CudaOptions cuda_places() {
  CudaOptions places;
  places.driver = variable("PANTILE_CUDA_DRIVER").value_or("");
  places.nvrtc = variable("PANTILE_NVRTC").value_or("");
  if (const auto folder = variable("PANTILE_KERNELS")) {
    if (!folder->empty()) places.kernel_folders = {*folder};
    return places;
  }
  const std::string cache = variable("XDG_CACHE_HOME").value_or("");
  const std::string home = variable("HOME").value_or("");
  // A relative cache folder is to be ignored (XDG Base Directory Specification).
  if (cache.starts_with('/')) {
    places.kernel_folders = {cache + "/pantile/kernels"};
  } else if (home.starts_with('/')) {
    places.kernel_folders = {home + "/.cache/pantile/kernels"};
  }
  return places;
}

}  // namespace pantile::cli
