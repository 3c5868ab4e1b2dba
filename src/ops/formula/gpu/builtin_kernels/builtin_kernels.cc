#include "ops/formula/gpu/builtin_kernels/builtin_kernels.h"

#include <algorithm>
#include <string>

namespace pantile::formula {
namespace {

class BuiltinKernels final : public cuda::CodeCache {
 public:
  Result<std::string> find(const std::string& key) const override {
    // One code serves every architecture.
    const std::string_view hash = std::string_view(key).substr(0, key.find('-'));
    const auto kernels = builtin_kernels();
    const auto at = std::ranges::find(kernels, hash, &BuiltinKernel::text_hash);
    return at == kernels.end() ? std::string() : std::string(at->code);
  }
  Status keep(const std::string&, std::string_view) override { return {}; }
};

}  // namespace

std::string builtin_kernel_targets() {
  if (builtin_kernels().empty()) return {};
  std::string out = "sm_";
  for (const char c : std::string_view(PANTILE_KERNEL_GENERATIONS)) {
    if (c == ',') {
      out += ", sm_";
    } else {
      out += c;
    }
  }
  return out + ", PTX";
}

std::shared_ptr<cuda::CodeCache> builtin_kernel_cache() {
  return std::make_shared<BuiltinKernels>();
}

}  // namespace pantile::formula
